import { expect, it } from 'vitest';
import { gradientOf, type SmallNode, scalar } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { float32 } from '../ir/tensor';
import { activationGrid } from './activation.grid';

testGradients(activationGrid);

const bounds = { zero: scalar(0), six: scalar(6) };

interface Kink extends Partial<SmallNode> {
  readonly op: string;
  readonly x: readonly number[];
  readonly slope: readonly number[];
}

const kinks: readonly Kink[] = [
  { op: 'Relu', x: [-1, 0, 1], slope: [0, 0, 1] },
  { op: 'Clip', inputs: ['zero', 'six'], x: [-1, 0, 3, 6, 7], slope: [0, 0, 1, 0, 0] },
  { op: 'LeakyRelu', attributes: { alpha: 0.25 }, x: [-1, 0, 1], slope: [0.25, 0.25, 1] },
  { op: 'ThresholdedRelu', attributes: { alpha: 1 }, x: [0, 1, 2], slope: [0, 0, 1] },
  { op: 'HardSigmoid', attributes: { alpha: 0.25, beta: 0.5 }, x: [-2, 0, 2], slope: [0, 0.25, 0] },
  { op: 'HardSwish', x: [-3, 0, 3], slope: [0, 0.5, 1] },
  { op: 'Shrink', attributes: { lambd: 1, bias: 0.5 }, x: [-2, -1, 0, 1, 2], slope: [1, 0, 0, 0, 1] },
  { op: 'Elu', attributes: { alpha: 0.5 }, x: [0, 1], slope: [0.5, 1] },
  { op: 'Softsign', x: [0], slope: [1] },
];

it.each(kinks)(
  '$op has the slopes $slope at $x, its kinks among them',
  async ({ op, inputs = [], attributes, x, slope }) => {
    const constants = Object.fromEntries(Object.entries(bounds).filter(([name]) => inputs.includes(name)));
    const small = { inputs: { x: [x.length] }, constants, nodes: [{ op, inputs: ['x', ...inputs], attributes }] };
    const ones = float32([1, x.length], new Float32Array(x.length).fill(1));
    const { x: gradient } = await gradientOf(small, { x: float32([1, x.length], Float32Array.from(x)) }, ones);
    expect(Array.from(gradient?.data as Float32Array)).toEqual(slope);
  },
);
