/** Every layer rule against the sums of the papers, worked out for a layer that is given as a matrix. */
import { describe, expect, it } from 'vitest';
import {
  expectClose,
  gradientOf,
  randomTensor,
  type SmallGraph,
} from '../../../../../test/support/graph/gradientCheck';
import { float32, type Tensor } from '../../ir/tensor';
import {
  alphaBetaRule,
  epsilonRule,
  flatRule,
  gammaRule,
  type LayerRule,
  wSquareRule,
  zBoxRule,
  zPlusRule,
} from './layerRule';
import { relevanceTable } from './relevanceTable';

/** A layer as y_j = Σ_i x_i·w[i][j] + b[j]; `connected` tells which inputs an output sees. */
interface Matrix {
  readonly x: readonly number[];
  readonly w: readonly (readonly number[])[];
  readonly connected: readonly (readonly boolean[])[];
  readonly b: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const plus = (value: number) => Math.max(value, 0);
const minus = (value: number) => Math.min(value, 0);
const stabilised = (z: number, epsilon: number) => z + (z < 0 ? -epsilon : epsilon);

/** R_i = Σ_j q_ij / (Σ_k q_kj + q_bias,j) · R_j, the contributions q given by the rule. */
function divide(
  m: Matrix,
  relevance: readonly number[],
  q: (i: number, j: number) => number,
  bias: (j: number) => number,
  epsilon: number,
): number[] {
  const sums = relevance.map((_, j) => m.x.reduce((sum, _x, i) => sum + q(i, j), bias(j)));
  return m.x.map((_, i) =>
    relevance.reduce((sum, r, j) => sum + (q(i, j) / stabilised(sums[j] as number, epsilon)) * r, 0),
  );
}

type Naive = (m: Matrix, relevance: readonly number[], epsilon: number) => number[];

const z = (m: Matrix, i: number, j: number) => (m.x[i] as number) * (m.w[i]?.[j] as number);
const bias = (m: Matrix, j: number) => m.b[j] as number;

const naiveEpsilon: Naive = (m, r, epsilon) =>
  divide(
    m,
    r,
    (i, j) => z(m, i, j),
    (j) => bias(m, j),
    epsilon,
  );

const naiveAlphaBeta =
  (alpha: number, beta: number): Naive =>
  (m, r, epsilon) => {
    const part = (of: (value: number) => number) =>
      divide(
        m,
        r,
        (i, j) => of(z(m, i, j)),
        (j) => of(bias(m, j)),
        epsilon,
      );
    const [rising, falling] = [part(plus), part(minus)];
    return rising.map((value, i) => alpha * value - beta * (falling[i] as number));
  };

const naiveGamma =
  (gamma: number): Naive =>
  (m, r, epsilon) => {
    const output = r.map((_, j) => m.x.reduce((sum, _x, i) => sum + z(m, i, j), bias(m, j)));
    const part = (of: (value: number) => number, chosen: (y: number) => boolean) =>
      divide(
        m,
        r.map((value, j) => (chosen(output[j] as number) ? value : 0)),
        (i, j) => z(m, i, j) + gamma * of(z(m, i, j)),
        (j) => bias(m, j) + gamma * of(bias(m, j)),
        epsilon,
      );
    const [above, below] = [part(plus, (y) => y > 0), part(minus, (y) => y < 0)];
    return above.map((value, i) => value + (below[i] as number));
  };

const naiveBox: Naive = (m, r, epsilon) =>
  divide(
    m,
    r,
    (i, j) => {
      const w = m.w[i]?.[j] as number;
      return z(m, i, j) - (m.low[i] as number) * plus(w) - (m.high[i] as number) * minus(w);
    },
    () => 0,
    epsilon,
  );

const naiveSquare: Naive = (m, r, epsilon) =>
  divide(
    m,
    r,
    (i, j) => (m.w[i]?.[j] as number) ** 2,
    (j) => bias(m, j) ** 2,
    epsilon,
  );

const naiveFlat: Naive = (m, r, epsilon) =>
  divide(
    m,
    r,
    (i, j) => (m.connected[i]?.[j] ? 1 : 0),
    () => 0,
    epsilon,
  );

const rules: readonly (readonly [name: string, rule: (epsilon: number) => LayerRule, naive: Naive])[] = [
  ['ε', epsilonRule, naiveEpsilon],
  ['γ = 0.25', (epsilon) => gammaRule(0.25, epsilon), naiveGamma(0.25)],
  ['γ = 3', (epsilon) => gammaRule(3, epsilon), naiveGamma(3)],
  ['α2β1', (epsilon) => alphaBetaRule(2, 1, epsilon), naiveAlphaBeta(2, 1)],
  ['α3β2', (epsilon) => alphaBetaRule(3, 2, epsilon), naiveAlphaBeta(3, 2)],
  ['z⁺', zPlusRule, naiveAlphaBeta(1, 0)],
  ['zᴮ', (epsilon) => zBoxRule([-2.5, -3], [2, 2.5], epsilon), naiveBox],
  ['w²', wSquareRule, naiveSquare],
  ['♭', flatRule, naiveFlat],
];

const list = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array);
const ofLength = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));

/** A convolution 2 → 3 channels of a 5 × 4 image, stride 2 and 1, dilation 1 and 2, padded; its matrix by its definition. */
function convolution(x: Tensor): { graph: SmallGraph; matrix: Matrix } {
  const [w, b] = [randomTensor([3, 2, 3, 2], 3), randomTensor([3], 4)];
  const attributes = { strides: [2, 1], dilations: [1, 2], pads: [1, 1, 1, 1], kernel_shape: [3, 2] };
  const graph: SmallGraph = {
    inputs: { x: [2, 5, 4] },
    constants: { w, b },
    nodes: [{ op: 'Conv', inputs: ['x', 'w', 'b'], attributes }],
  };
  const [height, width] = [3, 4];
  const outputs = 3 * height * width;
  const weights = ofLength(40, () => new Array<number>(outputs).fill(0));
  const connected = ofLength(40, () => new Array<boolean>(outputs).fill(false));
  for (let o = 0; o < 3; o++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let c = 0; c < 2; c++) {
          for (let k = 0; k < 3; k++) {
            for (let l = 0; l < 2; l++) {
              const [y, at] = [2 * row + k - 1, column + 2 * l - 1];
              if (y < 0 || y >= 5 || at < 0 || at >= 4) continue;
              const [i, j] = [(c * 5 + y) * 4 + at, (o * height + row) * width + column];
              (weights[i] as number[])[j] = list(w)[((o * 2 + c) * 3 + k) * 2 + l] as number;
              (connected[i] as boolean[])[j] = true;
            }
          }
        }
      }
    }
  }
  const matrix: Matrix = {
    x: list(x),
    w: weights,
    connected,
    b: ofLength(outputs, (j) => list(b)[Math.floor(j / (height * width))] as number),
    low: ofLength(40, (i) => (i < 20 ? -2.5 : -3)),
    high: ofLength(40, (i) => (i < 20 ? 2 : 2.5)),
  };
  return { graph, matrix };
}

/** Gemm with transB on two inputs. */
function dense(x: Tensor): { graph: SmallGraph; matrix: Matrix } {
  const [w, b] = [randomTensor([6, 2], 5), randomTensor([6], 6)];
  const graph: SmallGraph = {
    inputs: { x: [2] },
    constants: { w, b },
    nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'b'], attributes: { transB: 1 } }],
  };
  const matrix: Matrix = {
    x: list(x),
    w: ofLength(2, (i) => ofLength(6, (j) => list(w)[j * 2 + i] as number)),
    connected: ofLength(2, () => new Array<boolean>(6).fill(true)),
    b: list(b),
    low: [-2.5, -3],
    high: [2, 2.5],
  };
  return { graph, matrix };
}

/** The same layer as exporters of transformers write it. */
function denseInTwo(x: Tensor): { graph: SmallGraph; matrix: Matrix } {
  const { matrix } = dense(x);
  const constants = { w: float32([2, 6], Float32Array.from(matrix.w.flat())), b: randomTensor([6], 6) };
  const nodes = [
    { op: 'MatMul', inputs: ['x', 'w'] },
    { op: 'Add', inputs: ['b', 'v0'] },
  ];
  return { graph: { inputs: { x: [2] }, constants, nodes }, matrix };
}

describe.each([
  ['Conv', convolution, [2, 5, 4], [3, 3, 4]],
  ['Gemm', dense, [2], [6]],
  ['MatMul, then Add', denseInTwo, [2], [6]],
] as const)('%s', (_, layer, inputDims, outputDims) => {
  it.each(rules)('by LRP-%s', async (name, rule, naive) => {
    for (const [sign, epsilon] of [
      ['mixed', 1e-6],
      ['mixed', 0.5],
      ['positive', 1e-6],
    ] as const) {
      const x = randomTensor([1, ...inputDims], 1, sign === 'mixed' ? -2 : 0);
      const relevance = randomTensor([1, ...outputDims], 2);
      const { graph, matrix } = layer(x);
      const chosen = rule(epsilon);
      const table = relevanceTable({ convolution: chosen, dense: chosen, epsilon, attention: 'taylor' });
      const { x: result } = await gradientOf(graph, { x }, relevance, table);
      expectClose(list(result), naive(matrix, list(relevance), epsilon), 2e-5, `${name}, ${sign} inputs, ε ${epsilon}`);
    }
  });
});

it('LRP-0 leaves a denominator of exactly 0 without a trace', async () => {
  const graph: SmallGraph = {
    inputs: { x: [2] },
    constants: { w: float32([2, 2], Float32Array.of(1, 1, -1, 2)) },
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'] }],
  };
  const rule = epsilonRule(0);
  const table = relevanceTable({ convolution: rule, dense: rule, epsilon: 0, attention: 'taylor' });
  const ones = float32([1, 2], Float32Array.of(1, 1));
  const { x } = await gradientOf(graph, { x: ones }, ones, table);
  // z = (0, 3): the first output gives x·w = (1, −1), the second (1, 2)/3.
  expectClose(list(x), [1 + 1 / 3, -1 + 2 / 3], 1e-6, 'LRP-0');
});

it('says which α and β do not conserve relevance', () => {
  expect(() => alphaBetaRule(2, 2)).toThrow('LRP-αβ wants α − β = 1 and neither negative, not α = 2 and β = 2.');
});
