import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { checkImport, importModel, sample } from '../../../../../test/support/importCheck';
import type { Model, ModelFunction, ModelGraph, ModelNode } from '../../../../../test/support/onnxModel';
import { float32 } from '../../../graph/ir/tensor';

const folder = temporaryFolder();
const feeds = { x: sample([2, 5]) };
const opsets = { '': 18, mine: 1 };

const scale: ModelFunction = {
  domain: 'mine',
  name: 'Scale',
  inputs: ['t'],
  outputs: ['r'],
  attributes: ['by'],
  nodes: [
    { op: 'Constant', inputs: [], outputs: ['k'], attributes: { value_float: { ref: 'by', type: 1 } } },
    { op: 'Mul', name: 'product', inputs: ['t', 'k'], outputs: ['r'] },
  ],
  opsets,
};

/** Uses another function, an optional input, a default attribute and a value named like one of the main graph. */
const block: ModelFunction = {
  domain: 'mine',
  name: 'Block',
  inputs: ['t', 'bias'],
  outputs: ['r', 'inner'],
  attributes: ['by'],
  defaults: { alpha: { f: 0.25 } },
  nodes: [
    { op: 'LeakyRelu', inputs: ['t'], outputs: ['h'], attributes: { alpha: { ref: 'alpha', type: 1 } } },
    {
      op: 'Scale',
      domain: 'mine',
      name: 'scaling',
      inputs: ['h'],
      outputs: ['inner'],
      attributes: { by: { ref: 'by', type: 1 } },
    },
    { op: 'Clip', inputs: ['inner', 'bias'], outputs: ['r'] },
  ],
  opsets,
};

const call = (name: string, inputs: string[], outputs: string[], attributes: ModelNode['attributes']): ModelNode => ({
  op: 'Block',
  domain: 'mine',
  name,
  inputs,
  outputs,
  attributes,
});

const model: Model = {
  opset: 18,
  domains: { mine: 1 },
  functions: [scale, block],
  nodes: [
    call('first', ['x', ''], ['h', 'seen'], { by: { f: 1.5 } }),
    call('second', ['h', 'low'], ['y', 'k'], { by: { f: -2 }, alpha: { f: 0.5 } }),
  ],
  inputs: { x: { dims: ['N', 5] } },
  outputs: { y: {}, k: {} },
  initializers: { low: float32([], Float32Array.of(-0.75)) },
};

/** A block of a network, with a function like an operator in it. */
const gelu: ModelFunction = {
  domain: 'mine',
  name: 'TanhGelu',
  inputs: ['t'],
  outputs: ['r'],
  nodes: [
    { op: 'Tanh', inputs: ['t'], outputs: ['h'] },
    { op: 'Mul', inputs: ['h', 't'], outputs: ['r'] },
  ],
  opsets,
};
const perceptron: ModelFunction = {
  domain: 'mine',
  name: 'Perceptron',
  inputs: ['t', 'w', 'v'],
  outputs: ['r'],
  nodes: [
    { op: 'MatMul', inputs: ['t', 'w'], outputs: ['wide'] },
    { op: 'TanhGelu', domain: 'mine', name: 'act', inputs: ['wide'], outputs: ['active'] },
    { op: 'MatMul', inputs: ['active', 'v'], outputs: ['r'] },
  ],
  opsets,
};

it('shows the steps of blocks, not those of functions that are like operators', async () => {
  const network: Model = {
    opset: 18,
    domains: { mine: 1 },
    functions: [gelu, perceptron],
    nodes: [{ op: 'Perceptron', domain: 'mine', name: 'mlp', inputs: ['x', 'w', 'w'], outputs: ['y'] }],
    inputs: { x: { dims: ['N', 2] } },
    outputs: { y: {} },
    initializers: { w: float32([2, 2], Float32Array.of(1, 2, 3, 4)) },
  };
  const graph = await checkImport(folder, network, { x: sample([1, 2]) }, { gradients: ['x'] });
  expect(graph.nodes.map(({ op, shownAs, outputs }) => [outputs[0], op, shownAs])).toEqual([
    ['mlp/wide', 'MatMul', undefined],
    ['mlp/act/h', 'Tanh', null],
    ['mlp/active', 'Mul', 'TanhGelu'],
    ['y', 'MatMul', undefined],
  ]);
});

it('shows no step of an If in a function that is like an operator', async () => {
  const branch = (op: string): ModelGraph => ({
    nodes: [
      { op, inputs: ['t'], outputs: ['half'] },
      { op: 'Mul', inputs: ['half', 'half'], outputs: ['whole'] },
    ],
    inputs: {},
    outputs: { whole: {} },
  });
  const choice: ModelFunction = {
    domain: 'mine',
    name: 'Choice',
    inputs: ['t', 'yes'],
    outputs: ['r'],
    nodes: [
      {
        op: 'If',
        inputs: ['yes'],
        outputs: ['r'],
        attributes: { then_branch: { g: branch('Sin') }, else_branch: { g: branch('Cos') } },
      },
    ],
    opsets,
  };
  const network: Model = {
    opset: 18,
    domains: { mine: 1 },
    functions: [choice],
    nodes: [{ op: 'Choice', domain: 'mine', name: 'choice', inputs: ['x', 'yes'], outputs: ['y'] }],
    inputs: { x: { dims: ['N', 2] } },
    outputs: { y: {} },
    initializers: { yes: { dtype: 'bool', dims: [], data: Uint8Array.of(1) } },
  };
  const graph = await checkImport(folder, network, { x: sample([1, 2]) }, { gradients: ['x'] });
  expect(graph.nodes.map(({ op, shownAs }) => [op, shownAs])).toEqual([
    ['Sin', null],
    ['Mul', null],
    ['Identity', 'Choice'],
  ]);
});

it('writes the checkpoint’s own functions out', async () => {
  const graph = await checkImport(folder, model, feeds, { gradients: ['x'] });
  expect(graph.nodes.map((node) => [node.op, node.name, ...node.outputs])).toEqual([
    ['LeakyRelu', '', 'first/h'],
    ['Mul', 'first/scaling/product', 'seen'],
    ['Clip', '', 'h'],
    ['LeakyRelu', '', 'second/h'],
    ['Mul', 'second/scaling/product', 'k'],
    ['Clip', '', 'y'],
  ]);
});

it('reads a function’s nodes in the function’s own opset', async () => {
  const softmax: ModelFunction = {
    domain: 'mine',
    name: 'Old',
    inputs: ['t'],
    outputs: ['r'],
    nodes: [{ op: 'Squeeze', inputs: ['t'], outputs: ['r'], attributes: { axes: { ints: [1] } } }],
    opsets: { '': 11 },
  };
  const old: Model = {
    ...model,
    functions: [softmax],
    nodes: [{ op: 'Old', domain: 'mine', inputs: ['x'], outputs: ['y'] }],
    inputs: { x: { dims: ['N', 1, 4] } },
    outputs: { y: {} },
  };
  const graph = await importModel(folder, old, { x: sample([2, 1, 4]) });
  expect(graph.types.get('y')?.dims).toEqual([2, 4]);
});

it('tells overloads apart, and functions with the name of a standard operator from it', async () => {
  const relu = (overload: string, op: string): ModelFunction => ({
    domain: 'mine',
    name: 'Relu',
    overload,
    inputs: ['t'],
    outputs: ['r'],
    nodes: [{ op, inputs: ['t'], outputs: ['r'] }],
    opsets: { '': 18 },
  });
  const two: Model = {
    ...model,
    irVersion: 10,
    functions: [relu('a', 'Neg'), relu('b', 'Exp')],
    nodes: [
      { op: 'Relu', domain: 'mine', overload: 'a', inputs: ['x'], outputs: ['h'] },
      { op: 'Relu', domain: 'mine', overload: 'b', inputs: ['h'], outputs: ['i'] },
      { op: 'Relu', inputs: ['i'], outputs: ['y'] },
    ],
    outputs: { y: {} },
  };
  const graph = await checkImport(folder, two, feeds);
  expect(graph.nodes.map((node) => node.op)).toEqual(['Neg', 'Exp', 'Relu']);
});

it('writes functions out inside of branches, and branches inside of functions', async () => {
  const branch = (op: string) => ({
    g: { nodes: [{ op, inputs: ['h'], outputs: ['o'] }], outputs: { o: {} } },
  });
  const choosing: ModelFunction = {
    domain: 'mine',
    name: 'Choose',
    inputs: ['t'],
    outputs: ['r'],
    attributes: ['which'],
    nodes: [
      { op: 'Tanh', inputs: ['t'], outputs: ['h'] },
      { op: 'Constant', inputs: [], outputs: ['n'], attributes: { value_int: { ref: 'which', type: 2 } } },
      { op: 'Cast', inputs: ['n'], outputs: ['c'], attributes: { to: { i: 9 } } },
      {
        op: 'If',
        inputs: ['c'],
        outputs: ['r'],
        attributes: { then_branch: branch('Neg'), else_branch: branch('Exp') },
      },
    ],
    opsets,
  };
  const outer = (which: number) => ({
    g: {
      nodes: [
        { op: 'Choose', domain: 'mine', inputs: ['x'], outputs: ['o'], attributes: { which: { i: which } } },
      ] satisfies ModelNode[],
      outputs: { o: {} },
    },
  });
  const nested: Model = {
    ...model,
    functions: [choosing],
    nodes: [
      {
        op: 'If',
        inputs: ['yes'],
        outputs: ['a'],
        attributes: { then_branch: outer(0), else_branch: outer(1) },
      },
      { op: 'Choose', domain: 'mine', inputs: ['a'], outputs: ['y'], attributes: { which: { i: 1 } } },
    ],
    outputs: { y: {} },
    initializers: { yes: { dtype: 'bool', dims: [], data: Uint8Array.of(1) } },
  };
  const graph = await checkImport(folder, nested, feeds, { gradients: ['x'] });
  expect(graph.nodes.map((node) => node.op).filter((op) => op !== 'Identity')).toEqual(['Tanh', 'Exp', 'Tanh', 'Neg']);
});

it('refuses functions that call themselves, and those that expand to too much', async () => {
  const self: ModelFunction = {
    ...scale,
    name: 'Self',
    nodes: [{ op: 'Self', domain: 'mine', inputs: ['t'], outputs: ['r'] }],
  };
  const recursive = {
    ...model,
    functions: [self],
    nodes: [{ op: 'Self', domain: 'mine', inputs: ['x'], outputs: ['y'] }],
  };
  await expect(importModel(folder, { ...recursive, outputs: { y: {} } }, feeds)).rejects.toThrow(
    "The checkpoint's function “Self” calls itself, which is not supported.",
  );
  const doubling = Array.from({ length: 30 }, (_, level): ModelFunction => {
    const inner = (input: string, output: string): ModelNode =>
      level === 0
        ? { op: 'Neg', inputs: [input], outputs: [output] }
        : { op: `Level${level - 1}`, domain: 'mine', inputs: [input], outputs: [output] };
    return { ...scale, name: `Level${level}`, nodes: [inner('t', 'm'), inner('m', 'r')], attributes: [] };
  });
  const nodes: ModelNode[] = [{ op: 'Level29', domain: 'mine', inputs: ['x'], outputs: ['y'] }];
  await expect(
    importModel(folder, { ...model, functions: doubling, nodes, outputs: { y: {} } }, feeds),
  ).rejects.toThrow('expand to more than 250000 nodes');
  const chain = Array.from({ length: 20_000 }, (_, level): ModelFunction => {
    const [op, domain] = level === 0 ? ['Neg', ''] : [`Level${level - 1}`, 'mine'];
    return { ...scale, name: `Level${level}`, nodes: [{ op, domain, inputs: ['t'], outputs: ['r'] }], attributes: [] };
  });
  const deep: ModelNode[] = [{ op: 'Level19999', domain: 'mine', inputs: ['x'], outputs: ['y'] }];
  await expect(
    importModel(folder, { ...model, functions: chain, nodes: deep, outputs: { y: {} } }, feeds),
  ).rejects.toThrow('nests more than 64 functions');
});
