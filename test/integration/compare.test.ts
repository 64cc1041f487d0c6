import { strict as assert } from 'node:assert';
import { basename } from 'node:path';
import { commands } from 'vscode';
import { comparisonCardKey } from '../../src/shared/question/comparison';
import {
  answerFirst,
  closePanels,
  ended,
  explain,
  file,
  mapsOf,
  predictionOf,
  until,
  useCheckpoint,
} from './support/whylight';

describe('Compare with…', () => {
  before(() => useCheckpoint('early_e02.onnx'));
  after(() => useCheckpoint(undefined));
  afterEach(closePanels);

  it('puts the three epochs of a training side by side, in their order, by its first entry', async () => {
    const panel = await explain(file('shapes', 'images', 'circle_watermark_0.png'));
    await ended(panel);
    const target = predictionOf(panel)?.target;
    await answerFirst(commands.executeCommand('whylight.compareWith'));
    const { comparisons, cards } = panel.runner.state;
    assert.deepEqual(
      comparisons.map(({ change }) => change.kind === 'checkpoint' && basename(change.checkpoint)),
      ['middle_e05.onnx', 'last_e08.onnx'],
    );
    const rows = comparisons.map((comparison) => cards.map(({ key }) => comparisonCardKey(comparison, key)));
    await until('the maps of both rows', () => mapsOf(panel, rows.flat()).length === 2 * cards.length, 60_000);
    const maps = [cards.map(({ key }) => key), ...rows].map((keys) => mapsOf(panel, keys)[0]?.map.data);
    assert.notDeepEqual(maps[0], maps[1]);
    assert.notDeepEqual(maps[1], maps[2]);
    assert.equal(predictionOf(panel)?.target.index, target?.index);
  });

  it('does nothing when the user gives up', async () => {
    const panel = await explain(file('shapes', 'images', 'star_0.png'));
    await ended(panel);
    let asking = true;
    const asked = Promise.resolve(commands.executeCommand('whylight.compareWith')).finally(() => {
      asking = false;
    });
    await until('the question to be closed', async () => {
      await commands.executeCommand('workbench.action.closeQuickOpen');
      return !asking;
    });
    await asked;
    assert.deepEqual(panel.runner.state.comparisons, []);
  });
});
