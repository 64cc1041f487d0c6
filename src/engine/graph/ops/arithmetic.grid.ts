import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import {
  apart,
  between,
  distinctValues,
  ints,
  randomTensor,
  type SmallNode,
  scalar,
} from '../../../../test/support/graph/smallGraph';
import type { Tensor } from '../ir/tensor';

type Kind = GradientCase['kind'];
type Values = GradientCase['values'];

const positive = between(0.5, 3);

/** Multiples of 0.3, those of the second input shifted by 0.15: no two operands come within reach of the differences. */
function interleaved(): NonNullable<Values> {
  let draws = 0;
  return (count, random) => {
    const shift = Math.floor(draws++ / 2) % 2 === 0 ? 0 : 0.15;
    return distinctValues(count, random, 0.3).map((value) => value + shift);
  };
}

const pairs = [
  { a: [], b: [] },
  { a: [4], b: [4] },
  { a: [4], b: [1] },
  { a: [2, 3], b: [1, 3] },
  { a: [2, 3, 4], b: [2, 3, 4] },
  { a: [2, 3, 4], b: [2, 1, 1] },
  { a: [1, 1, 4], b: [2, 3, 1] },
  { a: [1, 1, 1], b: [1, 3, 2] },
  { a: [2, 1, 3, 1, 2], b: [1, 2, 1, 2, 2] },
];

/** Constants of lower, equal and higher rank than x, scalars and leading 1s. */
const constants: readonly { readonly x: readonly number[]; readonly c: readonly number[] }[] = [
  { x: [3], c: [] },
  { x: [3], c: [1] },
  { x: [3, 2, 4], c: [4] },
  { x: [3, 2, 4], c: [1, 2, 1] },
  { x: [3, 1, 4], c: [1, 3, 2, 4] },
  { x: [1, 1], c: [1, 3, 2] },
];

/** Of two inputs, of one with constants on either side, of a value with itself, and with a constant that has more axes than x. */
function binary(op: string, kinds: { both: Kind; left: Kind; right: Kind }, values?: () => Values): GradientCase[] {
  const node = (...inputs: string[]): SmallNode => ({ op, inputs });
  return [
    ...pairs.map(({ a, b }) => ({
      title: `of [N, ${a}] and [N, ${b}]`,
      inputs: { a, b },
      nodes: [node('a', 'b')],
      kind: kinds.both,
      values: values?.(),
    })),
    ...constants.flatMap(({ x, c }) => {
      const constant = { c: randomTensor(c, 8, 0.6, 2.1) };
      const shared = { inputs: { x }, constants: constant, values: values?.() };
      return [
        { ...shared, title: `of [N, ${x}] and a constant [${c}]`, nodes: [node('x', 'c')], kind: kinds.left },
        { ...shared, title: `of a constant [${c}] and [N, ${x}]`, nodes: [node('c', 'x')], kind: kinds.right },
      ];
    }),
    {
      title: 'of a value and itself',
      inputs: { x: [3, 4] },
      nodes: [node('x', 'x')],
      kind: kinds.both,
      values: values?.(),
    },
    {
      title: 'with a constant that puts axes in front',
      inputs: { x: [4] },
      constants: { c: randomTensor([2, 1, 4], 8, 0.6, 2.1), first: ints(0) },
      nodes: [node('x', 'c'), { op: 'ReduceSum', inputs: ['v0', 'first'], attributes: { keepdims: 0 } }],
      kind: kinds.left,
      values: values?.(),
    },
  ];
}

const linear = { both: 'linear', left: 'linear', right: 'linear' } as const;
const smooth = { both: 'smooth', left: 'smooth', right: 'smooth' } as const;
const piecewise = { both: 'piecewise', left: 'piecewise', right: 'piecewise' } as const;

/** One operand, or three of which two have the same shape. */
const variadic = (op: string, kind: Kind, values?: Values): GradientCase[] => [
  { title: 'of one value', inputs: { x: [3, 2] }, nodes: [{ op, inputs: ['x'] }], kind, values },
  {
    title: 'of three values',
    inputs: { a: [2, 3], b: [1, 3], c: [2, 1] },
    nodes: [{ op, inputs: ['a', 'b', 'c'] }],
    kind,
    values: values && apart3(),
  },
];

/** Three inputs whose values never come near each other. */
function apart3(): NonNullable<Values> {
  let draws = 0;
  return (count, random) => {
    const shift = 0.15 * (Math.floor(draws++ / 2) % 3);
    return distinctValues(count, random, 0.45).map((value) => value + shift);
  };
}

const shapes = [[], [5], [2, 3, 4], [1, 2, 1, 3, 2]];

function unary(op: string, kind: Kind, values?: Values): GradientCase[] {
  const nodes = [{ op, inputs: ['x'] }];
  return shapes.map((x) => ({ title: `of [N, ${x}]`, inputs: { x }, nodes, kind, values }));
}

/** A quarter above an integer: clear of jumps at integers and halves, and of the kink of Abs. */
const quarters: Values = (count, random) =>
  Float32Array.from({ length: count }, () => Math.floor(6 * random() - 3) + 0.25 + 0.1 * random());

function constantExponent(exponent: number | Tensor, kind: Kind, values: Values = positive): GradientCase {
  return {
    title: `with the exponent ${typeof exponent === 'number' ? exponent : 'of each element'}`,
    inputs: { x: [2, 3] },
    constants: { exponent: typeof exponent === 'number' ? scalar(exponent) : exponent },
    nodes: [{ op: 'Pow', inputs: ['x', 'exponent'] }],
    kind,
    values,
  };
}

const modulo = (attributes: SmallNode['attributes'], divisor: number): GradientCase => ({
  title: `by ${divisor} ${JSON.stringify(attributes)}`,
  inputs: { x: [6] },
  constants: { divisor: scalar(divisor) },
  nodes: [{ op: 'Mod', inputs: ['x', 'divisor'], attributes }],
  kind: 'piecewise',
  values: quarters,
});

export const arithmeticGrid: GradientGrid = {
  Add: binary('Add', linear),
  Sub: binary('Sub', linear),
  Mul: binary('Mul', { both: 'smooth', left: 'linear', right: 'linear' }),
  Div: binary('Div', { both: 'smooth', left: 'linear', right: 'smooth' }, () => positive),
  Pow: [
    ...binary('Pow', smooth, () => positive),
    ...[2, 3, 0.5, -1].map((exponent) => constantExponent(exponent, 'smooth')),
    constantExponent(2, 'smooth', apart(0.3)),
    constantExponent(3, 'smooth', apart(0.3)),
    constantExponent(1, 'linear', apart(0.3)),
    constantExponent(randomTensor([2, 3], 4), 'smooth'),
  ],
  Mod: [modulo({ fmod: 1 }, 1), modulo({ fmod: 1 }, 0.5), modulo({ fmod: 1 }, 2)],
  Sum: [...binary('Sum', linear), ...variadic('Sum', 'linear')],
  Mean: [...binary('Mean', linear), ...variadic('Mean', 'linear')],
  Min: [...binary('Min', piecewise, interleaved), ...variadic('Min', 'piecewise', apart3())],
  Max: [...binary('Max', piecewise, interleaved), ...variadic('Max', 'piecewise', apart3())],

  Neg: unary('Neg', 'linear'),
  Abs: unary('Abs', 'piecewise', quarters),
  Sqrt: unary('Sqrt', 'smooth', positive),
  Exp: unary('Exp', 'smooth'),
  Log: unary('Log', 'smooth', positive),
  Reciprocal: unary('Reciprocal', 'smooth', positive),
  Floor: unary('Floor', 'piecewise', quarters),
  Ceil: unary('Ceil', 'piecewise', quarters),
  Round: unary('Round', 'piecewise', quarters),
  Sign: unary('Sign', 'piecewise', quarters),
};
