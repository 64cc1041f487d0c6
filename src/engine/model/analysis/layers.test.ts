import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor, type SmallGraph, type SmallNode } from '../../../../test/support/graph/gradientCheck';
import { bind } from '../../graph/binding/bind';
import type { Graph } from '../../graph/ir/graph';
import { float32, int64, type Tensor } from '../../graph/ir/tensor';
import { findDefaultLayer, listLayers } from './layers';

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
      { name: 'relu', operator: 'Relu', shape: [4, 8, 8], spatial: true, rectifier: 'Relu' },
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

/** Rounds a value to steps of 0.1 above 0. */
const rounded = (from: string): SmallNode[] => [
  { op: 'QuantizeLinear', inputs: [from, 'step', 'zero'], outputs: [`${from}_q`] },
  { op: 'DequantizeLinear', inputs: [`${from}_q`, 'step', 'zero'], outputs: [`${from}_dq`] },
];
const quantised = (nodes: readonly SmallNode[], zero = 0): SmallGraph => {
  const zeroPoint: Tensor = { dtype: 'uint8', dims: [], data: Uint8Array.of(zero) };
  const steps = { step: float32([], Float32Array.of(0.1)), zero: zeroPoint };
  return { ...network(nodes), constants: { ...constants, ...steps } };
};
const conv: SmallNode = { op: 'Conv', inputs: ['x_dq', 'w'], outputs: ['conv'], attributes: same };

describe('layers of a quantised network', () => {
  const nodes = [...rounded('x'), conv, ...rounded('conv'), ...head('conv_dq')];

  it('are its real numbers, before and after rounding', () => {
    const graph = bind(graphOf(quantised(nodes)));
    expect(listLayers(graph).map(({ name, spatial, rectifier }) => [name, spatial, rectifier])).toEqual([
      ['conv', true, undefined],
      ['conv_dq', true, 'QuantizeLinear'],
      ['pooled', false, undefined],
      ['logits', false, undefined],
    ]);
    expect(findDefaultLayer(graph, 'logits')?.name).toBe('conv_dq');
  });

  it('are rectified only where numbers below 0 lie below the range', () => {
    const graph = bind(graphOf(quantised(nodes, 128)));
    expect(listLayers(graph).map(({ rectifier }) => rectifier)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('have the rounded sum as the last activation before a max-pool that is rounded, too', () => {
    const pool: SmallNode = {
      op: 'MaxPool',
      inputs: ['conv_dq'],
      outputs: ['pool'],
      attributes: { kernel_shape: [4, 4], strides: [4, 4] },
    };
    const end: SmallNode[] = [
      { op: 'Reshape', inputs: ['pool_dq', 'flat'], outputs: ['flatten'] },
      { op: 'MatMul', inputs: ['flatten', 'wide'], outputs: ['logits'] },
    ];
    const small = quantised([...rounded('x'), conv, ...rounded('conv'), pool, ...rounded('pool'), ...end]);
    expect(findDefaultLayer(bind(graphOf(small)), 'logits')).toEqual({
      name: 'conv_dq',
      why: 'The last activation before MaxPool and the classifier.',
    });
  });

  it('leave out what only plumbing lies behind', () => {
    const turn: SmallNode = {
      op: 'Transpose',
      inputs: ['conv_dq'],
      outputs: ['turned'],
      attributes: { perm: [0, 1, 3, 2] },
    };
    const small = quantised([
      ...rounded('x'),
      conv,
      ...rounded('conv'),
      turn,
      ...rounded('turned'),
      ...head('turned_dq'),
    ]);
    expect(listLayers(bind(graphOf(small))).map(({ name }) => name)).toEqual(['conv', 'conv_dq', 'pooled', 'logits']);
  });
});

describe('layers of an operator that was decomposed', () => {
  const marked = (nodes: readonly SmallNode[], marks: Readonly<Record<string, string | null>>): Graph => {
    const graph = graphOf(network(nodes));
    const mark = (name: string) => (Object.hasOwn(marks, name) ? { shownAs: marks[name] as string | null } : {});
    return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, ...mark(node.outputs[0] as string) })) };
  };

  it('are its output alone, under the checkpoint’s name of the operator', () => {
    const graph = bind(marked([...stem, ...head('relu')], { conv: null, relu: 'FusedConv' }));
    expect(listLayers(graph).map(({ name, operator }) => [name, operator])).toEqual([
      ['relu', 'FusedConv'],
      ['pooled', 'GlobalAveragePool'],
      ['logits', 'MatMul'],
    ]);
    expect(findDefaultLayer(graph, 'logits')?.name).toBe('relu');
  });

  it('are the channels-first map where it turns its output to channels-last', () => {
    const nodes: SmallNode[] = [
      ...stem,
      { op: 'Transpose', inputs: ['relu'], outputs: ['nhwc'], attributes: { perm: [0, 2, 3, 1] } },
      { op: 'ReduceMean', inputs: ['nhwc', 'places'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'MatMul', inputs: ['mean', 'fc'], outputs: ['logits'] },
    ];
    const graph = marked(nodes, { conv: null, relu: null, nhwc: 'NhwcFusedConv' });
    const bound = bind({ ...graph, constants: new Map(graph.constants).set('places', int64([2], [1, 2])) });
    expect(listLayers(bound)[0]).toEqual({
      name: 'relu',
      operator: 'NhwcFusedConv',
      shape: [4, 8, 8],
      spatial: true,
      rectifier: 'Relu',
    });
    expect(findDefaultLayer(bound, 'logits')?.name).toBe('relu');
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
