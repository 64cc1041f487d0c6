import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { checkImport, importModel, sample } from '../../../../../test/support/importCheck';
import type { Model, ModelGraph, ModelNode } from '../../../../../test/support/onnxModel';
import { isBatchPolymorphic } from '../../../graph/binding/bind';
import { float32, int64, type Tensor } from '../../../graph/ir/tensor';
import { readCheckpoint } from '../..';

const folder = temporaryFolder();
const image = { x: sample([1, 3, 4, 4]) };
const scalar = (value: number) => ({ ...int64([1], [value]), dims: [] });
const truth = (value: boolean): Tensor => ({ dtype: 'bool', dims: [], data: Uint8Array.of(value ? 1 : 0) });

function model(nodes: readonly ModelNode[], rest: Partial<Model> = {}): Model {
  return {
    opset: 17,
    nodes,
    inputs: { x: { dims: ['N', 3, 4, 4] } },
    outputs: { y: { dims: undefined } },
    ...rest,
  };
}

const graph = (nodes: readonly ModelNode[], rest: Partial<ModelGraph> = {}): ModelGraph => ({ nodes, ...rest });

/** What PyTorch writes for `x.squeeze(axis)`: a branch for the case that the axis has length 1, and one for the other. */
function squeezeIfPossible(axis: number): Model {
  const then = graph([{ op: 'Squeeze', inputs: ['m', 'axes'], outputs: ['r'] }], { outputs: { r: {} } });
  const otherwise = graph([{ op: 'Identity', inputs: ['m'], outputs: ['r'] }], { outputs: { r: {} } });
  return model(
    [
      { op: 'ReduceMean', inputs: ['x'], outputs: ['m'], attributes: { axes: { ints: [1] } } },
      { op: 'Shape', inputs: ['m'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'axis'], outputs: ['length'] },
      { op: 'Equal', inputs: ['length', 'one'], outputs: ['is one'] },
      {
        op: 'If',
        inputs: ['is one'],
        outputs: ['squeezed'],
        attributes: { then_branch: { g: then }, else_branch: { g: otherwise } },
      },
      { op: 'Tanh', inputs: ['squeezed'], outputs: ['y'] },
    ],
    {
      inputs: { x: { dims: ['N', 3, 'H', 'W'] } },
      initializers: { axes: int64([1], [axis]), axis: scalar(axis), one: scalar(1) },
    },
  );
}

it('takes the branch of an If that the shapes decide, and never looks at the other', async () => {
  const squeezed = await checkImport(folder, squeezeIfPossible(1), image, { gradients: ['x'] });
  expect(squeezed.types.get('y')?.dims).toEqual([1, 4, 4]);
  // Squeezing axis 2, which is 4 long, would be an error.
  const left = await checkImport(folder, squeezeIfPossible(2), image);
  expect(left.types.get('y')?.dims).toEqual([1, 1, 4, 4]);
  expect(left.nodes.map((node) => node.op)).not.toContain('If');
});

it('reads values and constants of nested graphs under names of their own', async () => {
  const branch = (op: string, value: number): ModelGraph =>
    graph(
      [
        {
          op: 'Constant',
          inputs: [],
          outputs: ['k'],
          attributes: { value: { t: float32([], Float32Array.of(value)) } },
        },
        { op, inputs: ['h', 'k'], outputs: ['t'] },
        { op: 'Mul', inputs: ['t', 'w'], outputs: ['r'] },
      ],
      { outputs: { r: {} }, initializers: { w: sample([3, 1, 1], value) } },
    );
  const pick = (condition: string, output: string): ModelNode => ({
    op: 'If',
    inputs: [condition],
    outputs: [output],
    attributes: { then_branch: { g: branch('Add', 2) }, else_branch: { g: branch('Sub', 5) } },
  });
  const nodes: ModelNode[] = [
    { op: 'Tanh', inputs: ['x'], outputs: ['h'] },
    pick('yes', 'a'),
    pick('no', 'b'),
    { op: 'Concat', inputs: ['a', 'b'], outputs: ['y'], attributes: { axis: { i: 1 } } },
  ];
  await checkImport(folder, model(nodes, { initializers: { yes: truth(true), no: truth(false) } }), image, {
    gradients: ['x'],
  });
});

it('refuses an If that looks at the image', async () => {
  const body = graph([{ op: 'Neg', inputs: ['x'], outputs: ['r'] }], { outputs: { r: {} } });
  const nodes: ModelNode[] = [
    { op: 'ReduceMax', inputs: ['x'], outputs: ['most'], attributes: { keepdims: { i: 0 } } },
    { op: 'Greater', inputs: ['most', 'zero'], outputs: ['bright'] },
    {
      op: 'If',
      name: 'choice',
      inputs: ['bright'],
      outputs: ['y'],
      attributes: { then_branch: { g: body }, else_branch: { g: body } },
    },
  ];
  const bright = model(nodes, { initializers: { zero: float32([], Float32Array.of(0)) } });
  await expect(importModel(folder, bright, image)).rejects.toThrow(
    'The operator If of node “choice” chooses between its branches by a value that depends on the image.',
  );
});

/** h ← tanh(h · w + i), three times; every h is collected. */
function looping(condition: 'trip' | 'while'): Model {
  const body: ModelGraph = {
    inputs: {
      i: { dtype: 'int64', dims: [] },
      go: { dtype: 'bool', dims: [] },
      h: { dims: ['N', 3, 4, 4] },
    },
    nodes: [
      { op: 'Cast', inputs: ['i'], outputs: ['number'], attributes: { to: { i: 1 } } },
      { op: 'Mul', inputs: ['h', 'w'], outputs: ['scaled'] },
      { op: 'Add', inputs: ['scaled', 'number'], outputs: ['sum'] },
      { op: 'Tanh', inputs: ['sum'], outputs: ['next'] },
      { op: 'Less', inputs: ['i', 'last'], outputs: ['more'] },
    ],
    outputs: { more: { dtype: 'bool', dims: [] }, next: {}, sum: {} },
  };
  const trip = condition === 'trip' ? scalar(3) : scalar(1000);
  const last = condition === 'trip' ? scalar(1000) : scalar(2);
  return model(
    [
      { op: 'Loop', inputs: ['trip', '', 'x'], outputs: ['h3', 'all'], attributes: { body: { g: body } } },
      { op: 'ReduceSum', inputs: ['all', 'axes'], outputs: ['total'], attributes: { keepdims: { i: 0 } } },
      { op: 'Add', inputs: ['h3', 'total'], outputs: ['y'] },
    ],
    { initializers: { trip, last, axes: int64([1], [0]), w: sample([3, 1, 1], 2) } },
  );
}

it.each(['trip', 'while'] as const)('writes a Loop out: %s', async (condition) => {
  const bound = await checkImport(folder, looping(condition), image, { gradients: ['x'] });
  expect(bound.nodes.filter((node) => node.op === 'Tanh')).toHaveLength(3);
});

it('refuses a Loop that runs as long as the image says, or without end', async () => {
  const endless = looping('trip');
  const nodes = endless.nodes.map((node) => (node.op === 'Loop' ? { ...node, inputs: ['', 'on', 'x'] } : node));
  const weights = { ...endless.initializers, on: truth(true), last: scalar(1e6) };
  await expect(importModel(folder, { ...endless, nodes, initializers: weights }, image)).rejects.toThrow(
    'The operator Loop of node “h3” runs more than 1000 times.',
  );
  const counting: ModelNode[] = [
    { op: 'ReduceSum', inputs: ['x'], outputs: ['amount'], attributes: { keepdims: { i: 0 } } },
    { op: 'Cast', inputs: ['amount'], outputs: ['times'], attributes: { to: { i: 7 } } },
    ...endless.nodes.map((node) => (node.op === 'Loop' ? { ...node, inputs: ['times', '', 'x'] } : node)),
  ];
  await expect(importModel(folder, { ...endless, nodes: counting }, image)).rejects.toThrow(
    'The operator Loop of node “h3” runs as often as a value says that depends on the image.',
  );
});

it('refuses Loops in Loops that make too many nodes', async () => {
  const turn = { i: { dtype: 'int64', dims: [] }, go: { dtype: 'bool', dims: [] }, h: {} } as const;
  const rename = (suffix: string) =>
    Object.fromEntries(Object.entries(turn).map(([name, type]) => [`${name}${suffix}`, type]));
  const wrap = (suffix: string, nodes: readonly ModelNode[]): ModelGraph => ({
    inputs: rename(suffix),
    nodes: [{ op: 'Identity', inputs: [`go${suffix}`], outputs: [`on${suffix}`] }, ...nodes],
    outputs: { [`on${suffix}`]: { dtype: 'bool', dims: [] }, [`next${suffix}`]: {} },
  });
  const inner = wrap('2', [{ op: 'Tanh', inputs: ['h2'], outputs: ['next2'] }]);
  const middle = wrap('1', [
    { op: 'Loop', inputs: ['trip', '', 'h1'], outputs: ['next1'], attributes: { body: { g: inner } } },
  ]);
  const nodes: ModelNode[] = [
    { op: 'Loop', name: 'outer', inputs: ['trip', '', 'x'], outputs: ['y'], attributes: { body: { g: middle } } },
  ];
  await expect(importModel(folder, model(nodes, { initializers: { trip: scalar(900) } }), image)).rejects.toThrow(
    'makes more than 100000 nodes',
  );
  const empty = { inputs: rename('3'), nodes: [], outputs: { go3: { dtype: 'bool', dims: [] }, h3: {} } } as const;
  const idle = wrap('1', [
    { op: 'Loop', inputs: ['trip', '', 'h1'], outputs: ['next1'], attributes: { body: { g: empty } } },
  ]);
  const turns: ModelNode[] = [
    { op: 'Loop', name: 'outer', inputs: ['trip', '', 'x'], outputs: ['y'], attributes: { body: { g: idle } } },
  ];
  await expect(importModel(folder, model(turns, { initializers: { trip: scalar(900) } }), image)).rejects.toThrow(
    'makes more than 100000 nodes',
  );
});

it.each([0, 1])('writes a Scan out, direction %i', async (direction) => {
  const body: ModelGraph = {
    inputs: { state: { dims: ['N', 3, 4] }, row: { dims: ['N', 3, 4] } },
    nodes: [
      { op: 'Mul', inputs: ['state', 'row'], outputs: ['product'] },
      { op: 'Sigmoid', inputs: ['product'], outputs: ['next'] },
      { op: 'Neg', inputs: ['next'], outputs: ['out'] },
    ],
    outputs: { next: { dims: ['N', 3, 4] }, out: { dims: ['N', 3, 4] } },
  };
  const directions = { scan_input_directions: { ints: [direction] }, scan_output_directions: { ints: [direction] } };
  const axes = { scan_input_axes: { ints: [2] }, scan_output_axes: { ints: [2] } };
  const nodes: ModelNode[] = [
    { op: 'ReduceMean', inputs: ['x'], outputs: ['start'], attributes: { axes: { ints: [2] }, keepdims: { i: 0 } } },
    {
      op: 'Scan',
      inputs: ['start', 'x'],
      outputs: ['end', 'rows'],
      attributes: { body: { g: body }, num_scan_inputs: { i: 1 }, ...directions, ...axes },
    },
    { op: 'Unsqueeze', inputs: ['end', 'axis'], outputs: ['end4'] },
    { op: 'Add', inputs: ['end4', 'rows'], outputs: ['y'] },
  ];
  await checkImport(folder, model(nodes, { initializers: { axis: int64([1], [2]) } }), image, { gradients: ['x'] });
});

it.each(['If', 'Scan'])('keeps the batch where it is when it decides an %s', async (op) => {
  const body = (name: string): ModelGraph =>
    graph([{ op: name, inputs: ['x'], outputs: ['r'] }], { outputs: { r: {} } });
  const choosing: ModelNode[] = [
    { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
    { op: 'Gather', inputs: ['shape', 'first'], outputs: ['batch'] },
    { op: 'Equal', inputs: ['batch', 'one'], outputs: ['single'] },
    {
      op: 'If',
      inputs: ['single'],
      outputs: ['y'],
      attributes: { then_branch: { g: body('Neg') }, else_branch: { g: body('Exp') } },
    },
  ];
  const pixels = { dims: [3, 4, 4] };
  const each: ModelGraph = {
    inputs: { s: pixels, e: pixels },
    nodes: [{ op: 'Add', inputs: ['s', 'e'], outputs: ['t'] }],
    outputs: { t: pixels },
  };
  const scanning: ModelNode[] = [
    { op: 'ReduceMean', inputs: ['x'], outputs: ['start'], attributes: { axes: { ints: [0] }, keepdims: { i: 0 } } },
    {
      op: 'Scan',
      inputs: ['start', 'x'],
      outputs: ['sum'],
      attributes: { body: { g: each }, num_scan_inputs: { i: 1 } },
    },
    { op: 'Add', inputs: ['x', 'sum'], outputs: ['y'] },
  ];
  const initializers = { first: scalar(0), one: scalar(1) };
  const deciding = model(op === 'If' ? choosing : scanning, { initializers });
  await checkImport(folder, deciding, image, { gradients: ['x'] });
  const { graph: unbound } = await readCheckpoint(join(folder, 'imported.onnx'));
  expect(isBatchPolymorphic(unbound, new Map([['x', [1, 3, 4, 4]]]))).toBe(false);
});

it('resolves sequences, as PyTorch writes chunk and unbind', async () => {
  const nodes: ModelNode[] = [
    { op: 'SplitToSequence', inputs: ['x', 'two'], outputs: ['chunks'], attributes: { axis: { i: 3 } } },
    { op: 'SplitToSequence', inputs: ['x'], outputs: ['rows'], attributes: { axis: { i: 2 }, keepdims: { i: 0 } } },
    { op: 'SplitToSequence', inputs: ['x', 'uneven'], outputs: ['parts'], attributes: { axis: { i: 2 } } },
    { op: 'SequenceAt', inputs: ['chunks', 'last'], outputs: ['right'] },
    { op: 'SequenceAt', inputs: ['rows', 'first'], outputs: ['top'] },
    { op: 'SequenceAt', inputs: ['parts', 'last'], outputs: ['bottom'] },
    { op: 'SequenceConstruct', inputs: ['right', 'right'], outputs: ['pair'] },
    { op: 'SequenceInsert', inputs: ['pair', 'right', 'first'], outputs: ['three'] },
    { op: 'SequenceErase', inputs: ['three', 'last'], outputs: ['two of them'] },
    { op: 'ConcatFromSequence', inputs: ['two of them'], outputs: ['wide'], attributes: { axis: { i: 3 } } },
    { op: 'SequenceLength', inputs: ['three'], outputs: ['length'] },
    { op: 'Cast', inputs: ['length'], outputs: ['count'], attributes: { to: { i: 1 } } },
    { op: 'SequenceConstruct', inputs: ['top', 'top', 'top', 'top'], outputs: ['copies'] },
    {
      op: 'ConcatFromSequence',
      inputs: ['copies'],
      outputs: ['square'],
      attributes: { axis: { i: 2 }, new_axis: { i: 1 } },
    },
    { op: 'Mul', inputs: ['wide', 'square'], outputs: ['a'] },
    { op: 'Mul', inputs: ['a', 'bottom'], outputs: ['b'] },
    { op: 'Mul', inputs: ['b', 'count'], outputs: ['y'] },
  ];
  const initializers = {
    two: scalar(2),
    uneven: int64([2], [3, 1]),
    last: scalar(-1),
    first: scalar(0),
  };
  await checkImport(folder, model(nodes, { initializers }), image, { gradients: ['x'] });
});

it('keeps a sequence across a Loop and an If', async () => {
  const body: ModelGraph = {
    inputs: { i: { dtype: 'int64', dims: [] }, go: { dtype: 'bool', dims: [] }, h: { dims: ['N', 3, 4, 4] } },
    nodes: [
      { op: 'SequenceAt', inputs: ['parts', 'i'], outputs: ['part'] },
      { op: 'Equal', inputs: ['i', 'zero'], outputs: ['first turn'] },
      {
        op: 'If',
        inputs: ['first turn'],
        outputs: ['chosen'],
        attributes: {
          then_branch: { g: graph([{ op: 'Neg', inputs: ['part'], outputs: ['r'] }], { outputs: { r: {} } }) },
          else_branch: { g: graph([{ op: 'Exp', inputs: ['part'], outputs: ['r'] }], { outputs: { r: {} } }) },
        },
      },
      { op: 'Mul', inputs: ['h', 'chosen'], outputs: ['next'] },
      { op: 'Identity', inputs: ['go'], outputs: ['on'] },
    ],
    outputs: { on: { dtype: 'bool', dims: [] }, next: {} },
  };
  const nodes: ModelNode[] = [
    { op: 'SplitToSequence', inputs: ['x'], outputs: ['parts'], attributes: { axis: { i: 1 } } },
    { op: 'SequenceLength', inputs: ['parts'], outputs: ['count'] },
    { op: 'Loop', inputs: ['count', 'yes', 'x'], outputs: ['y'], attributes: { body: { g: body } } },
  ];
  await checkImport(folder, model(nodes, { initializers: { zero: scalar(0), yes: truth(true) } }), image, {
    gradients: ['x'],
  });
});
