import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, randomTensor, type SmallNode, scalar } from '../../../../test/support/graph/smallGraph';

/** Odd multiples of 0.125: clear of the kinks at 0, ±1, ±2.5, ±3 and 6. */
const values = apart(0.25);

const shapes = [[], [7], [2, 5, 6], [2, 1, 3, 2, 2]];

/** The operator on x of rank 1 to 6, under each of the attributes. */
function unary(
  op: string,
  kind: GradientCase['kind'],
  attributes: readonly NonNullable<SmallNode['attributes']>[] = [{}],
): readonly GradientCase[] {
  return attributes.flatMap((each) =>
    shapes.map((x) => ({
      title: `of [N, ${x}] ${JSON.stringify(each)}`,
      inputs: { x },
      nodes: [{ op, inputs: ['x'], attributes: each }],
      kind,
      values,
    })),
  );
}

const bounds = { low: scalar(-1), zero: scalar(0), six: scalar(6) };

function clip(...inputs: string[]): GradientCase {
  const constants = Object.fromEntries(Object.entries(bounds).filter(([name]) => inputs.includes(name)));
  const nodes = [{ op: 'Clip', inputs: ['x', ...inputs] }];
  return { title: `between ${inputs}`, inputs: { x: [2, 5, 6] }, constants, nodes, kind: 'piecewise', values };
}

function prelu(title: string, x: readonly number[], slope: readonly number[]): GradientCase {
  const nodes = [{ op: 'PRelu', inputs: ['x', 'slope'] }];
  return { title, inputs: { x }, constants: { slope: randomTensor(slope, 5) }, nodes, kind: 'piecewise', values };
}

const softmax = (op: string): readonly GradientCase[] =>
  [
    { x: [4], axis: -1 },
    { x: [3, 4], axis: 1 },
    { x: [3, 4], axis: 2 },
    { x: [3, 4], axis: -2 },
    { x: [2, 3, 2, 2], axis: 3 },
    { x: [1, 5], axis: 1 },
  ].map(({ x, axis }) => ({
    title: `over axis ${axis} of [N, ${x}]`,
    inputs: { x },
    nodes: [{ op, inputs: ['x'], attributes: { axis } }],
    kind: 'smooth',
  }));

export const activationGrid: GradientGrid = {
  Relu: unary('Relu', 'piecewise'),
  LeakyRelu: unary('LeakyRelu', 'piecewise', [{}, { alpha: 0.2 }]),
  ThresholdedRelu: unary('ThresholdedRelu', 'piecewise', [{}, { alpha: 2.5 }]),
  Shrink: unary('Shrink', 'piecewise', [{}, { lambd: 1, bias: 0.6 }]),
  HardSigmoid: unary('HardSigmoid', 'piecewise', [{}, { alpha: 1 / 6, beta: 0.5 }]),
  Clip: [clip('zero', 'six'), clip('low', 'six'), clip('', 'six'), clip('zero'), clip()],
  PRelu: [
    prelu('one slope', [2, 3, 3], [1]),
    prelu('a slope per channel', [2, 3, 3], [2, 1, 1]),
    prelu('a slope per element', [2, 3], [2, 3]),
    {
      title: 'slopes that depend on the input',
      inputs: { x: [2, 3, 3], a: [2, 1, 1] },
      nodes: [
        { op: 'Sigmoid', inputs: ['a'] },
        { op: 'PRelu', inputs: ['x', 'v0'] },
      ],
      kind: 'smooth',
      values,
    },
  ],
  Elu: unary('Elu', 'smooth', [{}, { alpha: 1.5 }]),
  Selu: unary('Selu', 'smooth', [{}, { alpha: 1.2, gamma: 0.8 }]),
  Celu: unary('Celu', 'smooth', [{}, { alpha: 0.7 }]),
  HardSwish: unary('HardSwish', 'smooth'),
  Sigmoid: unary('Sigmoid', 'smooth'),
  Tanh: unary('Tanh', 'smooth'),
  Erf: unary('Erf', 'smooth'),
  Gelu: unary('Gelu', 'smooth', [{}, { approximate: 'tanh' }]),
  Mish: unary('Mish', 'smooth'),
  Softplus: unary('Softplus', 'smooth'),
  Softsign: unary('Softsign', 'smooth'),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
};
