import { copyFileSync, cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import type { TfProgram } from '../graph/graphDef';
import { openCheckpoint } from './checkpoint';

const folder = temporaryFolder();
const models = resolve(import.meta.dirname, '../../../../../test/data/models');
const vgg = join(models, 'tiny/vgg/tf1/model.ckpt');
const training = join(models, 'tensorflow/training/model.ckpt');

const first = ({ constants }: TfProgram, name: string) => (constants.get(name)?.data as Float32Array | undefined)?.[0];
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

describe('a trio', () => {
  const { program, files, producer, notes } = openCheckpoint(`${vgg}.index`);

  it('has its weights as TensorFlow reads them', () => {
    const kernel = program.constants.get('classifier/0/kernel');
    expect(kernel?.dims).toEqual([256, 32]);
    expect(sum(kernel?.data as Float32Array)).toBeCloseTo(-3.3459847144686137, 5);
    expect(first(program, 'features/0/kernel')).toBeCloseTo(0.03087921, 7);
  });

  it('is what answers: no savers, no initialisers', () => {
    expect(program.outputs).toEqual(['logits']);
    expect(program.inputs).toEqual([{ name: 'input', type: 1, shape: [null, 32, 32, 3] }]);
    expect(program.nodes.filter(({ op }) => op === 'Conv2D')).toHaveLength(4);
    expect(program.nodes.some(({ op }) => /Save|Restore|Assign|Variable/.test(op))).toBe(false);
    expect(notes).toEqual([]);
    expect(producer).toBe('TensorFlow 2.21.0');
  });

  it('names all of its files', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'model.ckpt.index',
      'model.ckpt.meta',
      'model.ckpt.data-00000-of-00001',
    ]);
  });
});

describe('a graph as it was trained', () => {
  const expectInference = ({ program, notes }: ReturnType<typeof openCheckpoint>) => {
    const { nodes, inputs, outputs } = program;
    expect(nodes.map(({ op }) => op).filter((op) => op !== 'Identity')).toEqual([
      'Conv2D',
      'FusedBatchNormV3',
      'Relu',
      'Mean',
      'ConcatV2',
      'MatMul',
    ]);
    const norm = nodes.find(({ op }) => op === 'FusedBatchNormV3');
    expect(norm?.inputs.slice(1)).toEqual(['bn/gamma', 'bn/beta', 'bn/moving_mean', 'bn/moving_variance']);
    expect(norm?.attributes.get('is_training')).toEqual({ kind: 'b', value: false });
    expect(inputs).toEqual([{ name: 'IteratorGetNext', type: 1, shape: [null, 16, 16, 3] }]);
    expect(outputs).toEqual(['scores']);
    expect(notes.join(' ')).toMatch(/“is_training” is on.*“keep_prob” is taken as 1.*Dropout.*moving statistics/);
  };

  it('is cleaned, and its variables are what its saver restores: moving averages', () => {
    const opened = openCheckpoint(`${training}.index`);
    expectInference(opened);
    // `conv/w/ExponentialMovingAverage`, not `conv/w`, which is -0.007.
    expect(first(opened.program, 'conv/w')).toBeCloseTo(0.13236825, 7);
    expect(first(opened.program, 'fc/w/part_1')).toBeCloseTo(0.1619574427, 7);
    expect(first(opened.program, 'bn/moving_mean')).toBeCloseTo(0.0289622079, 7);
  });

  it('may be of the first version, in one file', () => {
    copyFileSync(join(models, 'tensorflow/training/v1.ckpt'), join(folder, 'v1.ckpt'));
    copyFileSync(`${training}.meta`, join(folder, 'v1.ckpt.meta'));
    const opened = openCheckpoint(join(folder, 'v1.ckpt'));
    expectInference(opened);
    expect(opened.program.constants.get('conv/w')?.dims).toEqual([3, 3, 3, 4]);
    expect(first(opened.program, 'conv/w')).toBeCloseTo(0.13236825, 7);
  });
});

describe('what is missing is said', () => {
  const copy = (name: string, without: RegExp) => {
    const target = join(folder, name);
    cpSync(join(models, 'tiny/vgg/tf1'), target, { recursive: true, filter: (path) => !without.test(path) });
    return join(target, 'model.ckpt.index');
  };

  it('the graph', () => {
    expect(() => openCheckpoint(copy('weights', /\.meta$/))).toThrow(
      /holds weights without their network: its graph, model\.ckpt\.meta, is needed beside it/,
    );
  });

  it('the weights', () => {
    expect(() => openCheckpoint(copy('index', /\.data-/))).toThrow(
      /model\.ckpt\.data-00000-of-00001, in which weights of .*model\.ckpt\.index lie, is not beside it/,
    );
  });

  it('a weight', () => {
    const path = copy('other', /\.meta$/);
    copyFileSync(join(models, 'tiny/squeezenet/tf1/model.ckpt.meta'), path.replace('.index', '.meta'));
    expect(() => openCheckpoint(path)).toThrow(/The weight “[^”]+” is not in model\.ckpt\.index: the graph belongs to/);
  });

  it('the rest of a file', () => {
    const path = copy('cut', /\.data-/);
    writeFileSync(path.replace('.index', '.data-00000-of-00001'), new Uint8Array(100));
    expect(() => openCheckpoint(path)).toThrow('which has 100 bytes');
  });
});
