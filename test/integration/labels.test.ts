import { strict as assert } from 'node:assert';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from 'vscode';
import {
  answerFirst,
  checkpoint,
  closePanels,
  ended,
  explain,
  file,
  predictionOf,
  useCheckpoint,
} from './support/whylight';

const names = ['disc', 'box', 'wedge', 'star', 'plus', 'hoop'];

describe('Choose Labels…', () => {
  let folder: string;
  before(() => {
    folder = join(file('shapes').fsPath, 'unlabelled');
    mkdirSync(folder);
    copyFileSync(checkpoint('last_e08.onnx'), join(folder, 'net.onnx'));
    copyFileSync(file('shapes', 'images', 'star_0.png').fsPath, join(folder, 'star.png'));
    const preprocessing = { preset: 'torchvision', width: 96, height: 96, resize: 'stretch' };
    writeFileSync(join(folder, 'whylight.json'), JSON.stringify({ preprocessing }));
    writeFileSync(join(folder, 'requirements.txt'), 'a\nb\nc\nd\ne\nf\n');
    writeFileSync(join(folder, 'class_list_of_ten.txt'), '0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n');
    writeFileSync(join(folder, 'names.csv'), `index,name\n${names.map((name, i) => `${i},${name}`).join('\n')}\n`);
  });
  after(async () => {
    await closePanels();
    await useCheckpoint(undefined);
    rmSync(folder, { recursive: true });
  });

  it('offers the file with one label for each class first, keeps it, and explains again with it', async () => {
    await useCheckpoint('unlabelled/net.onnx');
    const panel = await explain(file('shapes', 'unlabelled', 'star.png'));
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(predictionOf(panel)?.classes.labels, null);
    assert.equal(predictionOf(panel)?.labelsHow, null);
    await answerFirst(commands.executeCommand('whylight.chooseLabels'));
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(predictionOf(panel)?.target.label, 'star');
    assert.deepEqual(predictionOf(panel)?.classes.labels, names);
    const kept = JSON.parse(readFileSync(join(folder, 'whylight.json'), 'utf8'));
    // The engine reads such a file by its name.
    assert.equal(kept.checkpoints['net.onnx'].labels, 'names.csv');
    assert.equal(kept.preprocessing.width, 96);
  });
});
