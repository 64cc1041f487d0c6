import { describe, expect, it } from 'vitest';
import { bind } from './bind';
import { findDefaultLayer, listLayers } from './layers';
import { int64 } from './tensor';
import { graphOf, randomTensor, type SmallGraph, type SmallNode } from './testing/gradientCheck';

const constants = {
  w: randomTensor([4, 2, 3, 3], 1),
  w4: randomTensor([4, 4, 3, 3], 1),
  w1: randomTensor([4, 4, 1, 1], 2),
  fc: randomTensor([4, 5], 3),
  fc8: randomTensor([8, 5], 3),
  wide: randomTensor([16, 5], 4),
  flat: int64([2], [0, -1]),
};
const same = { pads: [1, 1, 1, 1] };
const stem: SmallNode[] = [
  { op: 'Conv', inputs: ['x', 'w'], outputs: ['conv'], attributes: same },
  { op: 'Relu', inputs: ['conv'], outputs: ['relu'] },
];
const head = (from: string, weight = 'fc'): SmallNode[] => [
  { op: 'GlobalAveragePool', inputs: [from], outputs: ['pooled'] },
  { op: 'Flatten', inputs: ['pooled'], outputs: ['flatten'] },
  { op: 'MatMul', inputs: ['flatten', weight], outputs: ['logits'] },
];
const network = (nodes: readonly SmallNode[]): SmallGraph => ({
  inputs: { x: [2, 8, 8] },
  constants,
  nodes,
  outputs: ['logits'],
});
const chosen = (nodes: readonly SmallNode[]) => findDefaultLayer(bind(graphOf(network(nodes))), 'logits');

describe('listLayers', () => {
  it('lists what computes, with shapes, and which have spatial extent', () => {
    expect(listLayers(bind(graphOf(network([...stem, ...head('relu')]))))).toEqual([
      { name: 'conv', operator: 'Conv', shape: [4, 8, 8], spatial: true },
      { name: 'relu', operator: 'Relu', shape: [4, 8, 8], spatial: true },
      { name: 'pooled', operator: 'GlobalAveragePool', shape: [4, 1, 1], spatial: false },
      { name: 'logits', operator: 'MatMul', shape: [5], spatial: false },
    ]);
  });

  it('leaves out shape arithmetic and what is behind the logits', () => {
    const nodes: SmallNode[] = [
      ...stem,
      { op: 'Shape', inputs: ['relu'], outputs: ['shape'] },
      { op: 'Cast', inputs: ['shape'], outputs: ['sizes'], attributes: { to: 1 } },
      ...head('relu'),
      { op: 'Softmax', inputs: ['logits'], outputs: ['p'] },
    ];
    const graph = bind(graphOf({ ...network(nodes), outputs: ['p', 'sizes'] }));
    expect(listLayers(graph).map((layer) => layer.name)).toEqual(['conv', 'relu', 'pooled', 'logits']);
  });

  it('does not take channels-last values for feature maps', () => {
    const nodes: SmallNode[] = [
      { op: 'Transpose', inputs: ['x'], outputs: ['nchw'], attributes: { perm: [0, 3, 1, 2] } },
      { op: 'Conv', inputs: ['nchw', 'w'], outputs: ['conv'], attributes: same },
      { op: 'Transpose', inputs: ['conv'], outputs: ['nhwc'], attributes: { perm: [0, 2, 3, 1] } },
      { op: 'Relu', inputs: ['nhwc'], outputs: ['relu'] },
      { op: 'Transpose', inputs: ['relu'], outputs: ['back'], attributes: { perm: [0, 3, 1, 2] } },
      { op: 'Elu', inputs: ['back'], outputs: ['elu'] },
      ...head('elu'),
    ];
    const graph = bind(graphOf({ ...network(nodes), inputs: { x: [8, 8, 2] } }));
    const spatial = listLayers(graph).filter((layer) => layer.spatial);
    expect(spatial.map((layer) => layer.name)).toEqual(['conv', 'elu']);
  });
});

describe('findDefaultLayer', () => {
  it('takes the activation in front of global pooling', () => {
    expect(chosen([...stem, ...head('relu')])).toEqual({
      name: 'relu',
      why: 'The last feature map before its positions are pooled or flattened away.',
    });
  });

  it('takes the Concat of an Inception block, not one of its branches', () => {
    const nodes: SmallNode[] = [
      ...stem,
      { op: 'Conv', inputs: ['relu', 'w1'], outputs: ['a'] },
      { op: 'Relu', inputs: ['a'], outputs: ['ra'] },
      { op: 'Conv', inputs: ['relu', 'w4'], outputs: ['b'], attributes: same },
      { op: 'Relu', inputs: ['b'], outputs: ['rb'] },
      { op: 'Concat', inputs: ['ra', 'rb'], outputs: ['both'], attributes: { axis: 1 } },
      ...head('both', 'fc8'),
    ];
    expect(chosen(nodes)?.name).toBe('both');
  });

  it('takes the activation after a residual addition', () => {
    const nodes: SmallNode[] = [
      ...stem,
      { op: 'Conv', inputs: ['relu', 'w4'], outputs: ['b'], attributes: same },
      { op: 'Add', inputs: ['b', 'relu'], outputs: ['sum'] },
      { op: 'Relu', inputs: ['sum'], outputs: ['out'] },
      ...head('out'),
    ];
    expect(chosen(nodes)?.name).toBe('out');
  });

  it('takes the activation in front of a last max-pool (VGG)', () => {
    const nodes: SmallNode[] = [
      ...stem,
      { op: 'MaxPool', inputs: ['relu'], outputs: ['pool'], attributes: { kernel_shape: [4, 4], strides: [4, 4] } },
      { op: 'Reshape', inputs: ['pool', 'flat'], outputs: ['flatten'] },
      { op: 'MatMul', inputs: ['flatten', 'wide'], outputs: ['logits'] },
    ];
    expect(chosen(nodes)).toEqual({
      name: 'relu',
      why: 'The last activation before MaxPool and the classifier.',
    });
  });

  it('steps over maps of a single position', () => {
    const nodes: SmallNode[] = [
      ...stem,
      { op: 'MaxPool', inputs: ['relu'], outputs: ['pool'], attributes: { kernel_shape: [8, 8] } },
      { op: 'Relu', inputs: ['pool'], outputs: ['last'] },
      { op: 'Reshape', inputs: ['last', 'flat'], outputs: ['flatten'] },
      { op: 'MatMul', inputs: ['flatten', 'fc'], outputs: ['logits'] },
    ];
    expect(chosen(nodes)?.name).toBe('relu');
  });

  it('finds none in a network without feature maps', () => {
    const nodes: SmallNode[] = [
      { op: 'Reshape', inputs: ['x', 'flat'], outputs: ['flatten'] },
      { op: 'MatMul', inputs: ['flatten', 'long'], outputs: ['logits'] },
    ];
    const small = { ...network(nodes), constants: { ...constants, long: randomTensor([128, 5], 4) } };
    expect(findDefaultLayer(bind(graphOf(small)), 'logits')).toBeNull();
  });
});
