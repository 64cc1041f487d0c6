import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor, type SmallGraph } from '../../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { differentiate } from '../../autodiff/differentiate';
import { bind } from '../../binding/bind';
import { elementCount, float32, int64, type Tensor } from '../../ir/tensor';
import { withReference } from '../../passes/withReference';
import { deepLift } from '.';

/** The elements, −0 as 0. */
const list = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array, (value) => value + 0);

interface Multiplied {
  readonly y: number[];
  readonly yReference: number[];
  readonly multipliers: number[];
}

/** Runs a graph of one input x for two items and two references, starting from `cotangent`. */
async function multiply(
  small: SmallGraph,
  x: Tensor,
  baseline: Tensor,
  cotangent: (dims: readonly number[]) => Tensor,
  threshold?: number,
): Promise<Multiplied & { readonly cotangent: number[] }> {
  const referenced = withReference(bind(graphOf(small)), 'x');
  const of = referenced.graph.outputs[0] as string;
  const rules = deepLift({ reference: referenced.reference, ...(threshold !== undefined && { threshold }) });
  const { graph, gradients } = differentiate(referenced.graph, { of, cotangent: 'cotangent', wrt: ['x'], rules });
  const yReference = referenced.reference.get(of) as string;
  const gradient = gradients.get('x') as string;
  const program = await usualRuntime.compile(graph, [of, yReference, gradient], { dynamicBatch: true, threads: 1 });
  const vector = cotangent([x.dims[0] as number, ...((graph.types.get(of)?.dims ?? []).slice(1) as number[])]);
  const all: Record<string, Tensor> = { x, [referenced.baseline]: baseline, cotangent: vector };
  const results = await program.run(Object.fromEntries(program.inputs.map((name) => [name, all[name] as Tensor])));
  await program.dispose();
  return {
    y: list(results[of]),
    yReference: list(results[yReference]),
    multipliers: list(results[gradient]),
    cotangent: list(vector),
  };
}

const one = (op: string, inputs: readonly string[], attributes = {}, outputs?: readonly string[]) => ({
  op,
  inputs,
  attributes,
  ...(outputs && { outputs }),
});
const axis = int64([1], [2]);
const scalar = (value: number) => float32([], Float32Array.of(value));
const graph = (
  x: readonly number[],
  nodes: SmallGraph['nodes'],
  constants: SmallGraph['constants'] = {},
): SmallGraph => ({
  inputs: { x },
  nodes,
  constants,
});

const activations: readonly (readonly [string, object])[] = [
  ...['Relu', 'Sigmoid', 'Tanh', 'HardSwish', 'Gelu', 'Mish', 'Softplus', 'Softsign', 'Erf', 'Exp', 'Abs'],
].map((op) => [op, {}]);

/** Each operator alone and in company: Σ m·Δx must be Σ cotangent·Δy whatever the operands. */
const cases: Readonly<Record<string, SmallGraph>> = {
  ...Object.fromEntries(activations.map(([op]) => [op, graph([3, 4], [one(op, ['x'])])])),
  'LeakyRelu, Elu, Selu, Celu': graph(
    [12],
    [
      one('LeakyRelu', ['x'], { alpha: 0.2 }),
      one('Elu', ['v0'], { alpha: 0.7 }),
      one('Selu', ['v1']),
      one('Celu', ['v2'], { alpha: 0.5 }),
    ],
  ),
  'Clip (ReLU6)': graph([12], [one('Clip', ['x', 'low', 'high'])], { low: scalar(0), high: scalar(1) }),
  PRelu: graph([3, 4], [one('PRelu', ['x', 'slope'])], { slope: randomTensor([3, 1], 1) }),
  'SiLU as Mul and Sigmoid': graph([12], [one('Sigmoid', ['x']), one('Mul', ['x', 'v0'])]),
  'GELU as Div, Erf, Add, Mul, Mul': graph(
    [12],
    [
      one('Div', ['x', 'root']),
      one('Erf', ['v0']),
      one('Add', ['v1', 'one']),
      one('Mul', ['x', 'v2']),
      one('Mul', ['v3', 'half']),
    ],
    { root: scalar(Math.SQRT2), one: scalar(1), half: scalar(0.5) },
  ),
  'Pow and Sqrt': graph([12], [one('Pow', ['x', 'two']), one('Add', ['v0', 'one']), one('Sqrt', ['v1'])], {
    two: scalar(2),
    one: scalar(1),
  }),
  'Mul of two that vary, broadcast (squeeze and excitation)': graph(
    [3, 4, 4],
    [one('GlobalAveragePool', ['x']), one('Sigmoid', ['v0']), one('Mul', ['x', 'v1'])],
  ),
  'Div of two that vary': graph(
    [3, 4],
    [one('Exp', ['x']), one('ReduceSum', ['v0', 'axis']), one('Div', ['x', 'v1'])],
    { axis },
  ),
  'attention: MatMul of two that vary, Softmax': graph(
    [5, 4],
    [
      one('MatMul', ['x', 'q']),
      one('MatMul', ['x', 'k']),
      one('Transpose', ['v1'], { perm: [0, 2, 1] }),
      one('MatMul', ['v0', 'v2']),
      one('Softmax', ['v3'], { axis: -1 }),
      one('MatMul', ['v4', 'x']),
    ],
    { q: randomTensor([4, 3], 1), k: randomTensor([4, 3], 2) },
  ),
  Softmax: graph([6], [one('Softmax', ['x'], { axis: 1 })]),
  LayerNormalization: graph([3, 6], [one('LayerNormalization', ['x', 'g', 'b'], { axis: -1, epsilon: 1e-3 })], {
    g: randomTensor([6], 1),
    b: randomTensor([6], 2),
  }),
  InstanceNormalization: graph([3, 4, 2], [one('InstanceNormalization', ['x', 'g', 'b'])], {
    g: randomTensor([3], 1),
    b: randomTensor([3], 2),
  }),
  GroupNormalization: graph([4, 3, 2], [one('GroupNormalization', ['x', 'g', 'b'], { num_groups: 2 })], {
    g: randomTensor([4], 1),
    b: randomTensor([4], 2),
  }),
  'MaxPool, overlapping, padded': graph(
    [2, 7, 6],
    [one('MaxPool', ['x'], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
  ),
  GlobalMaxPool: graph([2, 3, 3], [one('GlobalMaxPool', ['x'])]),
  'ReduceMax, ReduceMin': graph(
    [3, 5],
    [one('ReduceMax', ['x', 'axis'], {}, ['m']), one('ReduceMin', ['x', 'axis']), one('Mul', ['m', 'v1'])],
    {
      axis,
    },
  ),
  'Max and Min of two that vary': graph(
    [8],
    [one('Neg', ['x']), one('Max', ['x', 'v0']), one('Exp', ['x']), one('Min', ['v1', 'v2'])],
  ),
  ReduceSumSquare: graph([3, 5], [one('ReduceSumSquare', ['x', 'axis'])], { axis }),
  'linear layers': graph(
    [2, 5, 5],
    [
      one('Conv', ['x', 'w', 'b'], { strides: [2, 2] }),
      one('BatchNormalization', ['v0', 'g', 'b', 'b', 'g']),
      one('AveragePool', ['v1'], { kernel_shape: [2, 2] }),
      one('Flatten', ['v2']),
      one('Gemm', ['v3', 'fc', 'c']),
    ],
    {
      w: randomTensor([3, 2, 3, 3], 1),
      b: randomTensor([3], 2),
      g: randomTensor([3], 3, 0.5, 2),
      fc: randomTensor([3, 4], 4),
      c: randomTensor([4], 5),
    },
  ),
};

describe('summation to delta', () => {
  it.each(Object.entries(cases))('%s', async (_, small) => {
    const dims = [2, ...(small.inputs['x'] as number[])];
    const [x, baseline] = [randomTensor(dims, 11), randomTensor(dims, 12)];
    const result = await multiply(small, x, baseline, (out) => randomTensor(out, 13));
    const size = elementCount(dims) / 2;
    const outputs = result.y.length / 2;
    for (const item of [0, 1]) {
      const part = (values: readonly number[], length: number) => values.slice(item * length, (item + 1) * length);
      const moved = part(list(x), size).map((value, i) => value - (part(list(baseline), size)[i] as number));
      const shared = moved.reduce((sum, dx, i) => sum + dx * (part(result.multipliers, size)[i] as number), 0);
      const delta = part(result.y, outputs).map((value, i) => value - (part(result.yReference, outputs)[i] as number));
      const weighted = delta.map((value, i) => value * (part(result.cotangent, outputs)[i] as number));
      const scale = Math.max(...weighted.map(Math.abs), ...moved.map(Math.abs));
      expect(Math.abs(shared - weighted.reduce((sum, value) => sum + value, 0)) / scale).toBeLessThan(2e-5);
    }
  });
});

describe('the threshold', () => {
  const sigmoid = graph([1], [one('Sigmoid', ['x'])]);
  const at = async (x: number, baseline: number, threshold?: number) => {
    const tensor = (value: number) => float32([1, 1], Float32Array.of(value));
    return (await multiply(sigmoid, tensor(x), tensor(baseline), () => tensor(1), threshold)).multipliers[0] as number;
  };
  const y = (value: number) => 1 / (1 + Math.exp(-value));

  it('lets the gradient stand for the multiplier where nothing moved', async () => {
    expect(await at(0.7, 0.7)).toBeCloseTo(y(0.7) * (1 - y(0.7)), 6);
    expect(await at(0.7, 0.7, 0)).toBeNaN();
  });

  it('is a parameter', async () => {
    expect(await at(2, 1)).toBeCloseTo(y(2) - y(1), 6);
    expect(await at(2, 1, 1.5)).toBeCloseTo(y(2) * (1 - y(2)), 6);
  });
});

it('credits a maximum that moved to the element that moved it', async () => {
  const small = graph([4], [one('Unsqueeze', ['x', 'one']), one('GlobalMaxPool', ['v0'])], { one: int64([1], [1]) });
  const tensor = (...values: number[]) => float32([1, 4], Float32Array.from(values));
  const cotangent = () => float32([1, 1, 1], Float32Array.of(1));
  // Up from 2 (third) to 5 (first): the first moved by 4 for a Δy of 3.
  const up = await multiply(small, tensor(5, 0, 1, 0.5), tensor(1, 0, 2, 0.5), cotangent);
  expect(up.multipliers).toEqual([0.75, 0, 0, 0]);
  // Down from 5 (first) to 2 (third): still the first.
  const down = await multiply(small, tensor(1, 0, 2, 0.5), tensor(5, 0, 1, 0.5), cotangent);
  expect(down.multipliers).toEqual([0.75, 0, 0, 0]);
});

it('names an input that is not there', () => {
  expect(() => withReference(bind(graphOf(cases['Softmax'] as SmallGraph)), 'y')).toThrow(
    'The model has no input named “y”.',
  );
});
