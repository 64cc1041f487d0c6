import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../../test/support/folder';
import { encodeTestModel, type ModelNode } from '../../../../../../test/support/onnxModel';
import { usualRuntime } from '../../../../../../test/support/runtimes';
import { bind } from '../../../../graph/binding/bind';
import { toNumbers } from '../../../../graph/ir/numbers';
import { elementCount, float32, type Tensor } from '../../../../graph/ir/tensor';
import { readCheckpoint } from '../../..';

const folder = temporaryFolder();
interface Row {
  readonly title: string;
  readonly opset: number;
  /** Shape of x, which holds 1, 2, 3 … */
  readonly x: readonly number[];
  readonly node: Omit<ModelNode, 'outputs'>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly dims: readonly number[];
  readonly wanted: readonly number[];
}

const vector = (...values: number[]) => float32([values.length], Float32Array.from(values));
const counting = (dims: readonly number[]) =>
  float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, (_, i) => i + 1),
  );

async function read({ opset, x, node, constants }: Row) {
  const path = join(folder, 'model.onnx');
  const nodes = [{ ...node, outputs: ['y'] }];
  const model = { opset, nodes, inputs: { x: { dims: x } }, outputs: { y: {} }, initializers: constants ?? {} };
  writeFileSync(path, encodeTestModel(model));
  return bind((await readCheckpoint(path)).graph);
}

const rows: readonly Row[] = [
  {
    title: 'an operand that meets the axes from 1 on',
    opset: 6,
    x: [1, 2, 2],
    node: { op: 'Mul', inputs: ['x', 'b'], attributes: { broadcast: { i: 1 }, axis: { i: 1 } } },
    constants: { b: vector(10, 100) },
    dims: [1, 2, 2],
    wanted: [10, 20, 300, 400],
  },
  {
    title: 'an operand that meets the last axes',
    opset: 6,
    x: [1, 2, 2],
    node: { op: 'Add', inputs: ['x', 'b'], attributes: { broadcast: { i: 1 } } },
    constants: { b: vector(10, 100) },
    dims: [1, 2, 2],
    wanted: [11, 102, 13, 104],
  },
  {
    title: 'a slope for each channel',
    opset: 6,
    x: [1, 2, 2],
    node: { op: 'PRelu', inputs: ['x', 's'] },
    constants: { s: vector(-1, 5) },
    dims: [1, 2, 2],
    wanted: [1, 2, 3, 4],
  },
  {
    title: 'hints about memory',
    opset: 1,
    x: [1, 2],
    node: { op: 'Relu', inputs: ['x'], attributes: { consumed_inputs: { ints: [0] } } },
    dims: [1, 2],
    wanted: [1, 2],
  },
  {
    title: 'a target shape as an attribute',
    opset: 4,
    x: [1, 6],
    node: { op: 'Reshape', inputs: ['x'], attributes: { shape: { ints: [1, 2, 3] } } },
    dims: [1, 2, 3],
    wanted: [1, 2, 3, 4, 5, 6],
  },
  {
    title: 'the name of an element type',
    opset: 5,
    x: [1, 2],
    node: { op: 'Cast', inputs: ['x'], attributes: { to: { s: 'FLOAT' } } },
    dims: [1, 2],
    wanted: [1, 2],
  },
  {
    title: 'Concat along axis 1 by default',
    opset: 3,
    x: [1, 2],
    node: { op: 'Concat', inputs: ['x', 'x'] },
    dims: [1, 4],
    wanted: [1, 2, 1, 2],
  },
  {
    title: 'paddings',
    opset: 1,
    x: [1, 2],
    node: { op: 'Pad', inputs: ['x'], attributes: { paddings: { ints: [0, 1, 0, 0] } } },
    dims: [1, 3],
    wanted: [0, 1, 2],
  },
  {
    title: 'a scale for each direction',
    opset: 1,
    x: [1, 1, 1, 2],
    node: { op: 'Upsample', inputs: ['x'], attributes: { height_scale: { f: 2 }, width_scale: { f: 1 } } },
    dims: [1, 1, 2, 2],
    wanted: [1, 2, 1, 2],
  },
  {
    title: 'Selu with the four digits of opset 1',
    opset: 5,
    x: [1, 1],
    node: { op: 'Selu', inputs: ['x'] },
    dims: [1, 1],
    wanted: [Math.fround(1.0507)],
  },
];

describe('opsets 1 to 6', () => {
  it.each(rows)('$title', async (row) => {
    const graph = await read(row);
    const program = await usualRuntime.compile(graph, ['y'], { threads: 1 });
    const { y } = await program.run({ x: counting(row.x) });
    await program.dispose();
    expect(y?.dims).toEqual(row.dims);
    expect(toNumbers(y!)).toEqual(row.wanted);
  });

  it('gives the slope of a channel to that channel', async () => {
    const graph = await read(rows[2] as Row);
    const program = await usualRuntime.compile(graph, ['y'], { threads: 1 });
    const { y } = await program.run({ x: float32([1, 2, 2], Float32Array.of(-1, -2, -3, -4)) });
    await program.dispose();
    expect(toNumbers(y!)).toEqual([1, 2, -15, -20]);
  });

  it('refuses a Tile along one axis by name', async () => {
    const node = { op: 'Tile', inputs: ['x', 't', 'a'] };
    const constants = { t: vector(2), a: vector(1) };
    const row: Row = { title: '', opset: 1, x: [1, 2], node, constants, dims: [], wanted: [] };
    await expect(read(row)).rejects.toThrow('The operator Tile of node “y” has the form of opset 1, with one axis.');
  });
});
