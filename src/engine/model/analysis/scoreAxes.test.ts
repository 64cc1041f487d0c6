import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor, type SmallGraph, type SmallNode } from '../../../../test/support/graph/gradientCheck';
import { bind } from '../../graph/binding/bind';
import { int64, type Tensor } from '../../graph/ir/tensor';
import { axisBeforeReshape } from './classAxis';
import { findLogits } from './logits';

const constants: Record<string, Tensor> = {
  k: randomTensor([6, 3, 1, 1], 1),
  k1: randomTensor([1, 3, 1, 1], 1),
  k4: randomTensor([4, 3, 1, 1], 1),
  w: randomTensor([6, 5], 2),
  tokens: int64([3], [-1, 6, 20]),
  tall: int64([3], [-1, 6, 20]),
  pairs: int64([3], [0, -1, 2]),
  rows: int64([2], [-1, 2]),
  boxes: int64([3], [0, -1, 4]),
  zero: int64([1], [0]),
};
const node = (op: string, inputs: string[], output: string, attributes: SmallNode['attributes'] = {}): SmallNode => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});
const conv = node('Conv', ['x', 'k'], 'conv');
const last = node('Transpose', ['conv'], 'last', { perm: [0, 2, 3, 1] });

function find(nodes: readonly SmallNode[], outputs?: readonly string[], wanted?: string) {
  const small: SmallGraph = { inputs: { x: [3, 4, 5] }, constants, nodes, outputs };
  return findLogits(bind(graphOf(small)), wanted);
}

describe('several answers for an image', () => {
  it.each<[string, readonly SmallNode[], object]>([
    [
      'pixels, channels first',
      [conv, node('Relu', ['conv'], 'y')],
      { name: 'y', classes: 6, classAxis: 1, answers: { dims: [4, 5], kind: 'pixels' } },
    ],
    [
      'pixels, channels last',
      [conv, last],
      { name: 'last', classes: 6, classAxis: 3, answers: { dims: [4, 5], kind: 'pixels' } },
    ],
    [
      'pixels of one class',
      [node('Conv', ['x', 'k1'], 'c'), node('Sigmoid', ['c'], 'y')],
      { name: 'c', classes: 1, classAxis: 1, activation: 'sigmoid', answers: { dims: [4, 5], kind: 'pixels' } },
    ],
    [
      'pixels behind an arg-max',
      [conv, node('ArgMax', ['conv'], 'y', { axis: 1 })],
      { name: 'conv', classes: 6, classAxis: 1, answers: { dims: [4, 5], kind: 'pixels' } },
    ],
    [
      'anchors, two classes each',
      [conv, last, node('Reshape', ['last', 'pairs'], 'y')],
      { name: 'y', classes: 2, classAxis: 2, answers: { dims: [60], kind: 'anchors' } },
    ],
    [
      'anchors behind their classes',
      [conv, node('Reshape', ['conv', 'tall'], 'y')],
      { name: 'y', classes: 6, classAxis: 1, answers: { dims: [20], kind: 'anchors' } },
    ],
    [
      'anchors in rows, all batches one after the other',
      [conv, last, node('Reshape', ['last', 'rows'], 'y')],
      { name: 'y', classes: 2, classAxis: 1, answers: { dims: [60], kind: 'anchors' } },
    ],
    [
      'anchors whose batch was squeezed away, as they were before',
      [conv, last, node('Reshape', ['last', 'pairs'], 'p'), node('Squeeze', ['p', 'zero'], 'y')],
      { name: 'p', dims: [1, 60, 2], classAxis: 2, answers: { dims: [60], kind: 'anchors' } },
    ],
    [
      'tokens',
      [
        conv,
        node('Reshape', ['conv', 'tokens'], 'f'),
        node('Transpose', ['f'], 't', { perm: [0, 2, 1] }),
        node('MatMul', ['t', 'w'], 'y'),
      ],
      { name: 'y', classes: 5, classAxis: 2, answers: { dims: [20], kind: 'tokens' } },
    ],
    [
      'whatever a softmax works along',
      [node('Softmax', ['x'], 'y', { axis: 2 })],
      { name: 'x', classes: 4, classAxis: 2, answers: { dims: [3, 5], kind: 'anchors' } },
    ],
  ])('%s', (_, nodes, expected) => {
    expect(find(nodes)).toMatchObject(expected);
  });

  it('are scores before they are boxes, and one answer before several', () => {
    const scores = [conv, last, node('Reshape', ['last', 'pairs'], 'scores')];
    const boxes = [
      node('Conv', ['x', 'k4'], 'b4'),
      node('Transpose', ['b4'], 'b', { perm: [0, 2, 3, 1] }),
      node('Reshape', ['b', 'boxes'], 'boxes_out'),
    ];
    const nodes = [...scores, ...boxes];
    expect(find(nodes, ['boxes_out', 'scores'])).toMatchObject({ name: 'scores', classes: 2 });
    const pooled = [node('GlobalAveragePool', ['conv'], 'pooled')];
    expect(find([...nodes, ...pooled], ['scores', 'pooled'])).toMatchObject({ name: 'pooled', answers: null });
  });

  it('are taken as the user says, though nothing tells the classes', () => {
    const nodes = [node('Relu', ['x'], 'map')];
    expect(find(nodes)).toHaveProperty('reason');
    expect(find(nodes, ['map'], 'map')).toMatchObject({ classes: 3, classAxis: 1, answers: { dims: [4, 5] } });
  });

  it('are not what axes of length 1 make', () => {
    expect(find([conv, node('GlobalAveragePool', ['conv'], 'y')])).toMatchObject({ classes: 6, answers: null });
  });
});

describe('axisBeforeReshape', () => {
  it.each<[string, readonly number[], readonly number[], number, number | null]>([
    ['an axis that stays', [1, 6, 4, 5], [1, 6, 20], 1, 1],
    ['joined axes', [1, 6, 4, 5], [1, 6, 20], 2, null],
    ['the inner part of a split axis', [1, 4, 5, 6], [1, 60, 2], 2, 3],
    ['the outer part of a split axis', [1, 6, 20], [1, 2, 3, 20], 1, 1],
    ['an axis of length 1', [1, 6, 20], [1, 6, 20, 1], 3, null],
    ['the same shape', [1, 1, 4, 5], [1, 1, 4, 5], 1, 1],
    ['axes of length 1 left out', [1, 6, 1, 1], [1, 6], 1, 1],
  ])('%s', (_, from, to, axis, expected) => {
    expect(axisBeforeReshape(from, to, axis)).toBe(expected);
  });
});
