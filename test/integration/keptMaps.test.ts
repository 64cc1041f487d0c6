import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { commands, workspace } from 'vscode';
import type { ExplanationPanel } from '../../src/extension/panel/explanationPanel';
import { withPinned, withQuestion } from '../../src/extension/panel/panelChanges';
import { answerFor, shownMap } from '../../src/shared/explanation/explanation';
import type { Change } from '../../src/shared/question/comparison';
import { nineMethods as nine } from '../support/nineMethods';
import {
  checkpoint,
  closePanels,
  ended,
  explain,
  file,
  mapsOf,
  predictionOf,
  until,
  useCheckpoint,
} from './support/whylight';

const star = { index: 3, label: 'star' };
const epochs: readonly Change[] = ['early_e02.onnx', 'middle_e05.onnx'].map((name) => ({
  kind: 'checkpoint',
  checkpoint: checkpoint(name),
}));

/** What the rows show: per card of the panel and its comparisons, the class and the checkpoint that its map is about. */
function shown({ runner: { explanation } }: ExplanationPanel): Record<string, string> {
  return Object.fromEntries(
    explanation.cards.map((card) => {
      const prediction = answerFor(explanation, card)?.prediction;
      const file = prediction?.model.path.replace(/^.*[/\\]/, '');
      return [card.request.key, `${card.phase} ${prediction?.target.label} ${file}`];
    }),
  );
}

async function askFor(panel: ExplanationPanel, index: number): Promise<void> {
  const { state } = panel;
  const question = { ...state.question, target: { kind: 'index', index } as const };
  const labels = predictionOf(panel)?.classes.labels ?? null;
  await panel.change(withQuestion(state, question, state.cards, labels));
}

describe('Comparing', () => {
  let panel: ExplanationPanel;
  // An image of its own: what other tests have explained is known already.
  const image = () => file('shapes', 'images', 'compared.png');
  before(() => workspace.fs.copy(file('shapes', 'images', 'star_1.png'), image()));

  beforeEach(async () => {
    await useCheckpoint('last_e08.onnx');
    panel = await explain(image());
    await ended(panel);
    assert.equal(predictionOf(panel)?.target.label, star.label);
  });
  afterEach(closePanels);
  after(async () => {
    await useCheckpoint(undefined);
    await workspace.fs.delete(image());
  });

  it('puts the other epochs below, for the same class, and computes nothing else', async () => {
    const maps = mapsOf(panel).map(({ map }) => map);
    const computed = new Set<string>();
    panel.runner.onEvent((event) => {
      if (event.kind === 'started') computed.add(event.key);
    });
    await panel.addComparisons(epochs);
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(computed.size, 2 * nine.length);
    assert.ok([...computed].every((key) => key.startsWith('row-')));
    assert.deepEqual(
      mapsOf(panel, nine).map(({ map }) => map),
      maps,
    );
    for (const [key, what] of Object.entries(shown(panel))) {
      const file = key.startsWith('row-1/') ? 'early_e02' : key.startsWith('row-2/') ? 'middle_e05' : 'last_e08';
      assert.equal(what, `done star ${file}.onnx`, key);
    }
    assert.equal(panel.state.display.scale, 'shared');

    // Another class is asked of all three.
    await askFor(panel, 0);
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(mapsOf(panel).length, 3 * nine.length);
    assert.ok(Object.values(shown(panel)).every((what) => what.startsWith('done circle ')));
    // And back, which costs nothing.
    await askFor(panel, star.index);
    assert.deepEqual(panel.runner.explanation.run?.keys, []);
    assert.equal(mapsOf(panel).length, 3 * nine.length);
    assert.ok(Object.values(shown(panel)).every((what) => what.startsWith('done star ')));
  });

  it('saves every row', async () => {
    await panel.addComparisons(epochs);
    await ended(panel);
    const folder = file('shapes', 'whylight', 'compared');
    await commands.executeCommand('whylight.saveOverlays');
    const result = await until('result.json', () => {
      const path = `${folder.fsPath}/result.json`;
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { methods: { id: string }[] }) : undefined;
    });
    assert.equal(result.methods.length, 3 * nine.length);
    const maps = readdirSync(folder.fsPath).filter((name) => name.endsWith('.npy'));
    assert.equal(maps.length, 3 * nine.length, maps.join());
    await workspace.fs.delete(folder, { recursive: true });
  });

  it('keeps a class row as it is while the panel asks for another class', async () => {
    await panel.addComparisons([{ kind: 'target', target: { kind: 'index', index: 0 } }]);
    await ended(panel);
    await askFor(panel, 1);
    const all = shown(panel);
    assert.equal(all['gradient'], 'done square last_e08.onnx');
    assert.equal(all['row-1/gradient'], 'done circle last_e08.onnx');
    const { run } = panel.runner.explanation;
    assert.deepEqual([...(run?.keys ?? [])].sort(), [...nine].sort());
  });

  it('gives a layer row to the methods that have a layer', async () => {
    const layers = predictionOf(panel)?.model.layers.filter(({ spatial }) => spatial) ?? [];
    const other = layers.find(({ name }) => name !== predictionOf(panel)?.layer?.name);
    assert.ok(other);
    await panel.addComparisons([{ kind: 'layer', layer: other.name }]);
    assert.equal((await ended(panel)).error, undefined);
    const rows = mapsOf(panel).filter(({ key }) => key.startsWith('row-1/'));
    assert.deepEqual(
      rows.map(({ method }) => method).sort(),
      ['grad-cam', 'grad-cam++', 'layer-cam'].filter((id) => nine.includes(id)).sort(),
    );
    assert.ok(rows.every(({ layer }) => layer === other.name));
  });

  it('says once for a row that its checkpoint cannot be read', async () => {
    await panel.addComparisons([{ kind: 'checkpoint', checkpoint: file('faults', 'empty-checkpoint').fsPath }]);
    assert.equal((await ended(panel)).error, undefined);
    const { unanswered } = panel.runner.explanation;
    assert.equal(unanswered.length, 1);
    assert.match(unanswered[0]?.message ?? '', /\.$/);
    assert.equal(mapsOf(panel).length, nine.length);
  });

  it('keeps a pinned card while class and checkpoint change', async () => {
    panel.pin(withPinned(panel.state, 'gradient', panel.runner.explanation), 'gradient');
    await until('the pinned card', () => shown(panel)['pin-1'] === 'done star last_e08.onnx');
    assert.deepEqual(panel.runner.explanation.run?.keys, []);
    const { map } = mapsOf(panel, ['pin-1'])[0]!;
    await askFor(panel, 0);
    await panel.changeCheckpoint(checkpoint('early_e02.onnx'));
    await ended(panel);
    assert.equal(shown(panel)['pin-1'], 'done star last_e08.onnx');
    assert.equal(shown(panel)['gradient'], 'done circle early_e02.onnx');
    assert.deepEqual(mapsOf(panel, ['pin-1'])[0]?.map, map);
  });
});

describe('What was finished', () => {
  let panel: ExplanationPanel;

  beforeEach(async () => {
    await useCheckpoint('last_e08.onnx');
    panel = await explain(file('shapes', 'images', 'star_2.png'));
    await ended(panel);
  });
  afterEach(closePanels);
  after(() => useCheckpoint(undefined));

  const stale = () => {
    const { explanation } = panel.runner;
    return explanation.cards.filter((card) => shownMap(explanation, card)?.stale).length;
  };

  it('is there at once for a class, a layer and a checkpoint seen before', async () => {
    const { question } = panel;
    const layer = predictionOf(panel)?.model.layers.find(
      ({ name, spatial }) => spatial && name !== predictionOf(panel)?.layer?.name,
    )?.name;
    await panel.change({ ...panel.state, question: { ...question, layer } });
    assert.equal((await ended(panel)).error, undefined);
    const withLayer = panel.runner.explanation.run?.keys ?? [];
    assert.ok(withLayer.length > 0 && withLayer.every((key) => key.includes('cam')), withLayer.join());
    assert.equal(mapsOf(panel).length, nine.length);
    await panel.change({ ...panel.state, question });
    assert.deepEqual(panel.runner.explanation.run?.keys, []);
    await panel.changeCheckpoint(checkpoint('early_e02.onnx'));
    assert.equal(panel.runner.explanation.run?.keys.length, nine.length);
    await panel.changeCheckpoint(checkpoint('last_e08.onnx'));
    assert.deepEqual(panel.runner.explanation.run?.keys, []);
    assert.equal(mapsOf(panel).length, nine.length);
  });

  it('stays when the image is gone, and when a class does not exist', async () => {
    await askForLabel('no such shape');
    assert.match((await ended(panel)).error ?? '', /no such shape/);
    assert.equal(stale(), nine.length);
    await askFor(panel, star.index);
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(mapsOf(panel).length, nine.length);

    const image = file('shapes', 'images', 'star_2.png');
    const bytes = await workspace.fs.readFile(image);
    await workspace.fs.delete(image);
    try {
      await panel.change(panel.state, 'all');
      assert.match((await ended(panel)).error ?? '', /star_2\.png/);
      assert.equal(stale(), nine.length);
    } finally {
      await workspace.fs.writeFile(image, bytes);
    }
  });

  async function askForLabel(label: string): Promise<void> {
    await panel.change({ ...panel.state, question: { ...panel.question, target: { kind: 'label', label } } });
  }
});
