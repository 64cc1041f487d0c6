import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../../test/support/folder';
import { checkImport, importModel, sample } from '../../../../../../test/support/importCheck';
import {
  encodeTestModel,
  type Model,
  type ModelAttribute,
  type ModelNode,
} from '../../../../../../test/support/onnxModel';
import { CheckpointError } from '../../../../../shared/errors';
import { inputConvention } from '../../../../model/analysis/inputConvention';
import { readCheckpoint } from '../../..';

const folder = temporaryFolder();
const image = sample([2, 3, 5, 6], 0, 100);

interface Case {
  readonly title: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, ModelAttribute>>;
  readonly opset?: number;
}

function model({ op, attributes, opset = 1 }: Case, dims: readonly (number | string)[] = [2, 3, 5, 6]): Model {
  return {
    opset,
    irVersion: 3,
    inputs: { x: { dims } },
    outputs: { y: { dims: ['a', 'b', 'c', 'd'] } },
    nodes: [{ op, name: 'it', inputs: ['x'], outputs: ['y'], attributes }],
  };
}

const bias = { floats: [-123.68, -116.779, -103.939] };

describe('the experimental operators, as onnxruntime runs them', () => {
  const cases: readonly Case[] = [
    { title: 'ImageScaler', op: 'ImageScaler', attributes: { scale: { f: 0.017 }, bias } },
    { title: 'ImageScaler of factor 1', op: 'ImageScaler', attributes: { scale: { f: 1 }, bias }, opset: 7 },
    { title: 'ImageScaler with the default factor', op: 'ImageScaler', attributes: { bias }, opset: 9 },
    { title: 'Crop by a border', op: 'Crop', attributes: { border: { ints: [1, 2, 3, 1] } } },
    { title: 'Crop without a border', op: 'Crop', attributes: { border: { ints: [0, 0, 0, 0] } }, opset: 8 },
    { title: 'Crop from one corner', op: 'Crop', attributes: { border: { ints: [2, 1, 0, 0] } } },
    {
      title: 'Crop to a scale',
      op: 'Crop',
      attributes: { border: { ints: [1, 2, 1, 1] }, scale: { ints: [2, 4] } },
    },
    {
      title: 'Crop to a scale that lies in the border',
      op: 'Crop',
      attributes: { border: { ints: [1, 1, 3, 3] }, scale: { ints: [4, 5] } },
      opset: 7,
    },
    { title: 'Affine', op: 'Affine', attributes: { alpha: { f: -2.5 }, beta: { f: 0.75 } } },
    { title: 'Affine with its defaults', op: 'Affine', attributes: {}, opset: 9 },
  ];

  // All are linear, so a long step makes no error and less rounding.
  it.each(cases)('$title', async (each) => {
    await checkImport(folder, model(each), { x: image }, { gradients: ['x'], step: 4, tolerance: 1e-6 });
    await checkImport(folder, model(each, ['n', 'c', 'h', 'w']), { x: image }, { tolerance: 1e-6 });
  });
});

describe('ImageScaler and Crop in front of everything', () => {
  it('tell that the checkpoint takes pixels as they are', async () => {
    const path = join(folder, 'raw.onnx');
    const nodes: readonly ModelNode[] = [
      { op: 'Crop', inputs: ['x'], outputs: ['c'], attributes: { border: { ints: [1, 1, 1, 1] } } },
      { op: 'ImageScaler', name: 'centre', inputs: ['c'], outputs: ['y'], attributes: { scale: { f: 1 }, bias } },
    ];
    const dims = [1, 3, 5, 6];
    writeFileSync(path, encodeTestModel({ opset: 7, inputs: { x: { dims } }, outputs: { y: {} }, nodes }));
    expect(inputConvention((await readCheckpoint(path)).graph, 'x')).toEqual({
      preprocessing: 'raw-0-255',
      how: 'the mean colour is subtracted by the checkpoint itself (“centre”)',
      guessed: false,
    });
  });
});

describe('what onnxruntime does not run either', () => {
  const cases: readonly (Case & { readonly says: string })[] = [
    {
      title: 'a bias too few',
      op: 'ImageScaler',
      attributes: { bias: { floats: [1, 2] } },
      says: 'has 2 biases for 3 channels',
    },
    { title: 'no border', op: 'Crop', attributes: {}, says: 'needs a border of four numbers and has 0' },
    {
      title: 'a border larger than the image',
      op: 'Crop',
      attributes: { border: { ints: [0, 3, 0, 3] } },
      says: 'crops an image of height 5 that would have to be 6 or more',
    },
    {
      title: 'a scale larger than the image',
      op: 'Crop',
      attributes: { border: { ints: [3, 0, 0, 0] }, scale: { ints: [2, 4] } },
      says: 'crops an image of width 6 that would have to be 7 or more',
    },
    {
      title: 'a negative border',
      op: 'Crop',
      attributes: { border: { ints: [-1, 0, 0, 0] } },
      says: 'has the border [-1, 0, 0, 0]',
    },
  ];

  it.each(cases)('$title', async (each) => {
    const path = join(folder, 'wrong.onnx');
    writeFileSync(path, encodeTestModel(model(each)));
    const reading = readCheckpoint(path);
    await expect(reading).rejects.toBeInstanceOf(CheckpointError);
    await expect(reading).rejects.toThrow(each.says);
  });

  it('a scale larger than an image whose size is open', async () => {
    const attributes = { border: { ints: [3, 0, 0, 0] }, scale: { ints: [2, 4] } };
    const open = model({ title: '', op: 'Crop', attributes }, ['n', 'c', 'h', 'w']);
    await expect(importModel(folder, open, { x: image })).rejects.toThrow(/Reshape/);
  });
});
