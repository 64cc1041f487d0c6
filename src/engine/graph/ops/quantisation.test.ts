import { describe, expect, it } from 'vitest';
import {
  checkSecondOrder,
  gradientOf,
  graphOf,
  randomTensor,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { bind } from '../binding/bind';
import { fromNumbers, toNumbers } from '../ir/numbers';
import { type DType, float32, type Tensor } from '../ir/tensor';

/** x in the shape [1, 3, 4], scales and zero points by the layout of each case. */
interface Layout {
  readonly title: string;
  readonly dims: readonly number[];
  readonly attributes: NonNullable<SmallNode['attributes']>;
  /** Place of the scale for the element (c, i). */
  readonly at: (c: number, i: number) => number;
}

const layouts: readonly Layout[] = [
  { title: 'per tensor', dims: [], attributes: {}, at: () => 0 },
  { title: 'per tensor, of length 1', dims: [1], attributes: {}, at: () => 0 },
  { title: 'per axis', dims: [3], attributes: {}, at: (c) => c },
  { title: 'per last axis', dims: [4], attributes: { axis: -1 }, at: (_, i) => i },
  {
    title: 'in blocks',
    dims: [1, 3, 2],
    attributes: { axis: 2, block_size: 2 },
    at: (c, i) => c * 2 + Math.floor(i / 2),
  },
  {
    title: 'in blocks with a rest',
    dims: [1, 3, 2],
    attributes: { axis: 2, block_size: 3 },
    at: (c, i) => c * 2 + Math.floor(i / 3),
  },
];
const types: readonly { dtype: DType; low: number; high: number }[] = [
  { dtype: 'int8', low: -128, high: 127 },
  { dtype: 'uint8', low: 0, high: 255 },
  { dtype: 'int16', low: -32768, high: 32767 },
  { dtype: 'uint16', low: 0, high: 65535 },
  { dtype: 'int4', low: -8, high: 7 },
  { dtype: 'uint4', low: 0, high: 15 },
];

function integers(dtype: DType, dims: readonly number[], values: readonly number[]): Tensor {
  if (dtype === 'int4') return { dtype, dims, data: Int8Array.from(values) };
  if (dtype === 'uint4') return { dtype, dims, data: Uint8Array.from(values) };
  return fromNumbers(dtype, dims, values);
}

/** Every other number far beyond what can be represented, the others well within. */
const clear = (count: number, random: () => number) =>
  Float32Array.from({ length: count }, (_, i) => (random() - 0.5) * 1.2 + (i % 2 === 0 ? 0 : i % 4 === 1 ? 6 : -6));

function parameters({ dims }: Layout, dtype: DType, low: number, high: number) {
  const count = dims.reduce((product, length) => product * length, 1);
  const scales = Array.from({ length: count }, (_, i) => (3.1 + 0.25 * i) / (high - low));
  const zeros = scales.map((_, i) => Math.round((low + high) / 2) + i);
  return { scales, zeros, scale: fromNumbers('float32', dims, scales), zero: integers(dtype, dims, zeros) };
}

const pair = (attributes: Layout['attributes'], between: readonly SmallNode[] = []): SmallNode[] => [
  { op: 'QuantizeLinear', inputs: ['x', 'scale', 'zero'], outputs: ['q'], attributes },
  ...between,
  { op: 'DequantizeLinear', inputs: [between.at(-1)?.outputs?.[0] ?? 'q', 'scale', 'zero'], attributes },
];

describe('QuantizeLinear and DequantizeLinear: straight through, with saturation', () => {
  it.each(layouts.flatMap((layout) => types.map((type) => ({ ...layout, ...type }))))(
    '$title, $dtype',
    async ({ dtype, low, high, ...layout }) => {
      const { scales, zeros, scale, zero } = parameters(layout, dtype, low, high);
      const small = { inputs: { x: [3, 4] }, constants: { scale, zero }, nodes: pair(layout.attributes) };
      const [x, seed] = [randomTensor([1, 3, 4], 1, -3, 3), randomTensor([1, 3, 4], 2)];
      const { x: gradient } = await gradientOf(small, { x }, seed);
      const wanted = toNumbers(x).map((value, flat) => {
        const at = layout.at(Math.floor(flat / 4), flat % 4);
        const q = value / (scales[at] as number) + (zeros[at] as number);
        return q > low - 0.5 && q < high + 0.5 ? (seed.data[flat] as number) : 0;
      });
      expect(wanted.filter((value) => value === 0).length).toBeGreaterThan(1);
      expect(wanted.filter((value) => value !== 0).length).toBeGreaterThan(1);
      toNumbers(gradient!).forEach((value, index) => {
        expect(value).toBeCloseTo(wanted[index] as number, 5);
      });
    },
  );

  it('through what moves the integers about', async () => {
    const { scale, zero } = parameters(layouts[0]!, 'uint8', 0, 255);
    const constants = {
      scale,
      zero,
      shape: fromNumbers('int64', [4], [0, 3, 2, 2]),
      first: fromNumbers('int64', [1], [0]),
      two: fromNumbers('int64', [1], [2]),
      one: fromNumbers('int64', [1], [1]),
    };
    const between: SmallNode[] = [
      { op: 'Reshape', inputs: ['q', 'shape'], outputs: ['r'] },
      { op: 'Transpose', inputs: ['r'], outputs: ['t'], attributes: { perm: [0, 2, 1, 3] } },
      { op: 'MaxPool', inputs: ['t'], outputs: ['m'], attributes: { kernel_shape: [1, 2] } },
      { op: 'Slice', inputs: ['m', 'first', 'two', 'one'], outputs: ['s'] },
      { op: 'Concat', inputs: ['s', 's'], outputs: ['c'], attributes: { axis: 1 } },
    ];
    const small = { inputs: { x: [3, 4] }, constants, nodes: pair({}, between) };
    const x = fromNumbers('float32', [1, 3, 4], [0.1, 0.2, 0.4, 0.3, -0.5, -0.6, 0.7, 0.8, 9, 1, 1.2, 1.1]);
    const seed = float32(
      [1, 4, 3, 1],
      Float32Array.from({ length: 12 }, (_, index) => 1 + index),
    );
    const { x: gradient } = await gradientOf(small, { x }, seed);
    // Each row's two pairs have their larger element read twice; the 9 saturates.
    expect(toNumbers(gradient!).map((value) => Math.round(value * 1e4) / 1e4)).toEqual([
      0, 8, 14, 0, 10, 0, 0, 16, 0, 0, 18, 0,
    ]);
  });

  it('without a zero point, and as unsigned bytes by default', async () => {
    const small = {
      inputs: { x: [4] },
      constants: { scale: float32([], Float32Array.of(0.01)) },
      nodes: [
        { op: 'QuantizeLinear', inputs: ['x', 'scale'] },
        { op: 'DequantizeLinear', inputs: ['v0', 'scale'] },
      ],
    };
    const x = fromNumbers('float32', [1, 4], [-0.1, 0.002, 2.5, 2.6]);
    const { x: gradient } = await gradientOf(small, { x }, fromNumbers('float32', [1, 4], [1, 2, 3, 4]));
    expect(toNumbers(gradient!).map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0, 2, 3, 0]);
  });

  it.each(layouts.flatMap((layout) => types.map((type) => ({ ...layout, ...type }))))(
    'is linear where it passes: its second derivative is 0, $title, $dtype',
    async ({ dtype, low, high, ...layout }) => {
      const { scale, zero } = parameters(layout, dtype, low, high);
      const small = { inputs: { x: [3, 4] }, constants: { scale, zero }, nodes: pair(layout.attributes) };
      await checkSecondOrder(small, { piecewise: true, values: clear });
    },
  );

  it('evaluates weights that are stored as integers when the graph is bound', () => {
    const constants = {
      w: fromNumbers('int8', [2, 3], [1, 2, 3, -4, -5, -6]),
      scale: float32([2], Float32Array.of(0.5, 2)),
      zero: fromNumbers('int8', [2], [1, -1]),
    };
    const nodes = [
      { op: 'DequantizeLinear', inputs: ['w', 'scale', 'zero'], attributes: { axis: 0 } },
      { op: 'MatMul', inputs: ['x', 'v0'] },
    ];
    const graph = bind(graphOf({ inputs: { x: [2] }, constants, nodes }));
    expect(toNumbers(graph.constants.get('v0')!)).toEqual([0, 0.5, 1, -6, -8, -10]);
  });
});
