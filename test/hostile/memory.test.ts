/** What a file says of its sizes costs nothing: the command line ends in one sentence, soon and in little memory. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder';
import {
  classifier,
  largeConstants,
  largeInputs,
  longLists,
  longName,
  manyClasses,
  statedLengths,
} from '../support/hostile/files';
import { measured } from '../support/hostile/measured';

const folder = temporaryFolder();
const image = join(__dirname, '../../media/sample-workspace/imagenet/cat.png');
const checkpoint = join(folder, 'model.onnx');

const explain = () => measured(folder, ['explain', image, '--model', checkpoint, '--out', join(folder, 'out')]);
const inspect = () => measured(folder, ['inspect', checkpoint]);

/** The memory that a run may take beside that of a harmless one, in MB: four times the file and a bit. */
const allowed = () => (4 * statSync(checkpoint).size) / 1024 ** 2 + 256;

let harmless = 0;
beforeAll(() => {
  writeFileSync(checkpoint, classifier());
  const run = inspect();
  expect(run.stderr).toBe('');
  harmless = run.megabytes;
});

function expectSentence(run: ReturnType<typeof explain>, sentence: RegExp): void {
  expect(run.stderr).toMatch(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(run.status).toBe(1);
  expect(run.megabytes).toBeLessThan(harmless + allowed());
}

describe.runIf(process.platform === 'linux')('a small file', () => {
  it.each(Object.keys(largeConstants))('that asks for a constant of gigabytes: %s', (name) => {
    writeFileSync(checkpoint, largeConstants[name]?.() ?? '');
    const told = /The \w+ node “\w+” makes a constant of [\d,]+ MB out of smaller ones, where all .* may take 257 MB/;
    expectSentence(explain(), told);
  });

  it('that asks for a constant of gigabytes is described as far as it goes', () => {
    writeFileSync(checkpoint, largeConstants['tile_const_1e9']?.() ?? '');
    const run = inspect();
    expect(run.stdout).toContain('note: The Tile node “big” makes a constant of 3,815 MB');
    expect(run.status).toBe(0);
    expect(run.megabytes).toBeLessThan(harmless + allowed());
  });

  it.each(Object.keys(statedLengths))('that states a length and holds nothing: %s', (name) => {
    writeFileSync(checkpoint, statedLengths[name]?.() ?? '');
    const told = /The weight “s” of the checkpoint is int64\[\d+\] but holds no values\./;
    expectSentence(inspect(), told);
    expectSentence(explain(), told);
  });

  it.each(Object.keys(largeInputs))('that wants an image larger than the budget: %s', (name) => {
    writeFileSync(checkpoint, largeInputs[name]?.() ?? '');
    expectSentence(
      explain(),
      /The model needs about \d+ MB for one image, more than the \d+ MB that it may use; raise/,
    );
  });

  it('that computes more than the memory budget, if less than is usual', () => {
    writeFileSync(checkpoint, classifier({ input: { dims: [1, 3, 2000, 2000] } }));
    const limited = measured(folder, ['explain', image, '--model', checkpoint, '--memory', '50']);
    expectSentence(limited, /needs about \d+ MB for one image, more than the 50 MB/);
  });
});

describe.runIf(process.platform === 'linux')('a long list', () => {
  it.each(Object.keys(longLists))('%s is read or told in a sentence', (name) => {
    writeFileSync(checkpoint, longLists[name]?.() ?? '');
    const run = inspect();
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(run.megabytes).toBeLessThan(harmless + allowed());
    if (name === 'add_of_constants')
      expect(run.stdout).toContain('The Add node “total” reads 130000 values where it takes 2.');
    else expect(run.stdout).toContain('logits, 5 classes');
  });
});

describe.runIf(process.platform === 'linux')('a file of very many', () => {
  it('classes is explained', () => {
    writeFileSync(checkpoint, manyClasses());
    const args = ['explain', image, '--model', checkpoint, '--methods', 'gradient', '--out', join(folder, 'out')];
    const run = measured(folder, args);
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('explaining class ');
    expect(run.status).toBe(0);
    // An object for each class takes 100 bytes and more.
    expect(run.megabytes).toBeLessThan(harmless + allowed());
  });

  it('weights that nothing reads is explained', () => {
    writeFileSync(checkpoint, longLists['initializers']?.() ?? '');
    const run = explain();
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(run.megabytes).toBeLessThan(harmless + allowed());
  });

  it('letters in a name is described in lines that fit', () => {
    writeFileSync(checkpoint, longName());
    const run = inspect();
    expect(run.stdout).toContain('NoSuchOp');
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThan(2000);
  });
});
