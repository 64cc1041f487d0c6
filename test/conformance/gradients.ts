/** Compares the gradients of a case with differences of the case itself, along random directions from its own inputs. */
import { differentiate } from '../../src/engine/graph/autodiff/differentiate';
import type { Graph } from '../../src/engine/graph/ir/graph';
import { toNumbers } from '../../src/engine/graph/ir/numbers';
import { elementCount, type Tensor } from '../../src/engine/graph/ir/tensor';
import { operators } from '../../src/engine/graph/ops';
import { standard } from '../../src/engine/graph/rules/standard';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RuntimeFailure, UnsupportedOperatorError } from '../../src/shared/errors';
import { runsInDouble } from '../support/graph/inDouble';
import { randomNumbers } from '../support/graph/smallGraph';
import { judge, precisions, roundings, type Sample, type Verdict } from './directional';
import { Machine, type PrecisionName, type Values } from './machine';

/** What was found of the gradient of one output by one input. */
export interface GradientOutcome {
  readonly of: string;
  readonly by: string;
  readonly status: Verdict | 'constant';
  readonly precision: PrecisionName;
  /** True when the inputs were moved first, because the function has no slope at the case's own. */
  readonly moved: boolean;
  /** True when all slopes are 0. */
  readonly flat: boolean;
  /** What differs, when the gradient is wrong; which rule takes the input for a constant, when one does. */
  readonly detail: string;
}

/** What stands in the way of a gradient: an operator and why. */
export type Obstacle = readonly [operator: string, why: string];

export interface Checked {
  readonly gradients: readonly GradientOutcome[];
  readonly obstacles: readonly Obstacle[];
}

type Random = () => number;

/** Random directions for each input. */
const directions = 3;
const cotangent = 'conformance/cotangent';

/** Ways from a kink or the edge of a domain, the shortest first; the last keeps nothing of the case but its shapes. */
const moves: readonly ((x: number, random: Random) => number)[] = [
  (x) => x,
  (x, random) => x + 0.02 * (2 * random() - 1),
  (x, random) => x + 0.02 * random(),
  (x, random) => x - 0.02 * random(),
  (x, random) => x * (1 - 0.02 * random()),
  (_, random) => 0.5 + random(),
];

/** The float32 program against the float64 one: rounding, enlarged where a normalisation or a division nearly cancels. */
const singleTolerance = 1e-4;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** Products of two rows; what does not count (0) hides what is not finite. */
const products = (a: readonly number[], b: readonly number[]) => a.map((x, i) => (x === 0 ? 0 : x * (b[i] as number)));
const norm = (values: readonly number[]) => Math.sqrt(sum(values.map((each) => each * each)));
const sizes = (values: readonly number[]) => values.map(Math.abs);

/** The gradients of all floating-point outputs of a bound graph by all of its floating-point inputs, but for empty ones. */
export async function checkGradients(
  runtime: Runtime,
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
): Promise<Checked> {
  const real = (name: string) => graph.types.get(name)?.dtype === 'float32' && !graph.constants.has(name);
  const own: Values = new Map(
    graph.inputs.flatMap(({ name }) => (real(name) ? [[name, toNumbers(inputs.get(name) as Tensor)]] : [])),
  );
  const gradients: GradientOutcome[] = [];
  const obstacles: Obstacle[] = [];
  for (const of of graph.outputs) {
    if (!real(of) || own.has(of) || elementCount(graph.types.get(of)?.dims as readonly number[]) === 0) continue;
    const wrt = [...own].flatMap(([name, x]) => {
      const obstacle = obstacleOf(graph, of, name);
      if (obstacle) obstacles.push(obstacle);
      return obstacle || x.length === 0 ? [] : [name];
    });
    if (wrt.length === 0) continue;
    for (const outcome of await checkOutput(runtime, graph, of, wrt, own, inputs)) {
      const constant = outcome.status === 'wrong' ? takenForConstant(graph, outcome.by) : null;
      gradients.push(constant === null ? outcome : { ...outcome, status: 'constant', detail: constant });
    }
  }
  return { gradients, obstacles };
}

/** Which rule takes the input, or what is computed from it, for a constant; null when none does. */
function takenForConstant(graph: Graph, by: string): string | null {
  const dependent = new Set([by]);
  for (const node of graph.nodes) {
    const place = node.inputs.findIndex((name, i) => dependent.has(name) && operators[node.op]?.constants?.[i]);
    if (place >= 0) return `${operators[node.op]?.constants?.[place]} of ${node.op}`;
    if (node.inputs.some((name) => dependent.has(name))) for (const output of node.outputs) dependent.add(output);
  }
  return null;
}

function obstacleOf(graph: Graph, of: string, name: string): Obstacle | null {
  try {
    differentiate(graph, { of, cotangent, wrt: [name], rules: standard });
    return null;
  } catch (error) {
    if (!(error instanceof UnsupportedOperatorError)) throw error;
    return [error.operator, error.message.replace(/^The operator .*? of node “.*?” /, '').replace(/\.$/, '')];
  }
}

async function checkOutput(
  runtime: Runtime,
  graph: Graph,
  of: string,
  wrt: readonly string[],
  own: Values,
  inputs: ReadonlyMap<string, Tensor>,
): Promise<GradientOutcome[]> {
  const backward = differentiate(graph, { of, cotangent, wrt, rules: standard });
  const gradients = wrt.map((name) => backward.gradients.get(name) as string);
  const wanted = [of, ...gradients];
  const graphs = { float32: backward.graph, float64: runtime.lower(backward.graph, wanted) };
  const make = (precision: PrecisionName) => Machine.make(runtime, precision, graphs[precision], wanted, inputs);
  const single = await make('float32');
  const double = runsInDouble(graphs.float64) ? await make('float64').catch(noKernel) : null;
  const random = randomNumbers(1);
  try {
    const outcomes: GradientOutcome[] = [];
    for (const [index, by] of wrt.entries()) {
      outcomes.push(await checkPair({ of, by, gradient: gradients[index] as string, single, double, own, random }));
    }
    return outcomes;
  } finally {
    await single.dispose();
    await double?.dispose();
  }
}

/** Where the runtime has a kernel of float32 alone, that is what is judged. */
function noKernel(error: unknown): null {
  if (error instanceof RuntimeFailure && /NOT_IMPLEMENTED|Could not find an implementation/.test(error.message))
    return null;
  throw error;
}

interface Pair {
  readonly of: string;
  readonly by: string;
  readonly gradient: string;
  readonly single: Machine;
  readonly double: Machine | null;
  readonly own: Values;
  readonly random: Random;
}

async function checkPair(pair: Pair): Promise<GradientOutcome> {
  const { of, by, own, random } = pair;
  const told = { of, by, precision: (pair.double ?? pair.single).precision };
  for (const [index, move] of moves.entries()) {
    const moved = [...own].map(([name, x]) => [name, x.map((each) => Math.fround(move(each, random)))] as const);
    const result = await judgeAt(pair, new Map(moved));
    if (result.status !== 'not smooth') return { ...told, ...result, moved: index > 0 };
  }
  return { ...told, status: 'not smooth', moved: true, flat: true, detail: '' };
}

type Judged = Pick<GradientOutcome, 'flat' | 'detail'> & { readonly status: Verdict };

/** Numbers that are not finite stay out of it: there is no slope to them. */
async function judgeAt(pair: Pair, values: Values): Promise<Judged> {
  const judged = pair.double ?? pair.single;
  const zeros = new Array<number>(judged.length(pair.of)).fill(0);
  const [y = []] = await judged.run(new Map(values).set(cotangent, zeros), [pair.of]);
  if (!y.some(Number.isFinite)) return { status: 'not smooth', flat: true, detail: '' };
  let flat = true;
  for (let direction = 0; direction < directions; direction++) {
    const result = await judgeAlong(pair, values, y);
    if (result.status !== 'agrees') return result;
    flat &&= result.flat;
  }
  return { status: 'agrees', flat, detail: '' };
}

/** One random direction of the input, for one random weighing of the output. */
async function judgeAlong(pair: Pair, values: Values, y: readonly number[]): Promise<Judged> {
  const { of, by, gradient, single, double, random } = pair;
  const judged = double ?? single;
  const x = values.get(by) as readonly number[];
  const v = y.map((each) => (Number.isFinite(each) ? 2 * random() - 1 : 0));
  const here = new Map(values).set(cotangent, v);
  const [g = []] = await judged.run(here, [gradient]);
  if (g.length !== x.length) return { status: 'wrong', flat: true, detail: `${g.length} elements, not ${x.length}` };

  // Outputs that are not finite may leave such places in the gradient, which no other output depends on.
  const excused = !y.every(Number.isFinite);
  const d = x.map((each, i) => {
    const stays = !Number.isFinite(each) || (excused && !Number.isFinite(g[i]));
    return stays ? 0 : (2 * random() - 1) * Math.max(Math.abs(each), 1);
  });
  const along = products(d, g);
  const reach = along.map((each, i) => (each === 0 ? 0 : (each / (d[i] as number)) * (x[i] as number)));
  const claim = { slope: sum(along), size: sum(sizes(along)), reach: norm(reach) };
  const { verdict, slope } = await judge(
    async (t): Promise<Sample> => {
      const there = t === 0 ? x : x.map((each, i) => each + t * (d[i] as number));
      const [f = []] = await judged.run(new Map(here).set(by, there), [of]);
      const terms = products(v, f);
      return { value: sum(terms), size: norm(terms) };
    },
    claim,
    precisions[judged.precision],
  );
  const flat = slope === 0;
  if (verdict !== 'agrees') {
    return { status: verdict, flat, detail: `${claim.slope}, where the function has ${slope}` };
  }
  const detail = double ? await inSingle(single, here, [of, gradient], [y, g]) : null;
  return detail === null ? { status: 'agrees', flat, detail: '' } : { status: 'wrong', flat, detail };
}

/** The float32 program, which is what users run, computes the same value and gradient: null when it does. */
async function inSingle(
  single: Machine,
  values: Values,
  names: readonly string[],
  wanted: readonly (readonly number[])[],
): Promise<string | null> {
  const got = await single.run(values, names);
  // The value, weighed by v, is what the gradient is made from: its rounding goes into the gradient.
  const terms = sum(sizes(products(values.get(cotangent) as readonly number[], wanted[0] as readonly number[])));
  for (const [index, name] of names.entries()) {
    const [short, long] = [got[index] as readonly number[], wanted[index] as readonly number[]];
    const largest = long.reduce((most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most), 1e-3);
    const allowed = singleTolerance * largest + roundings * precisions.float32.ulp * terms;
    const place = long.findIndex(
      (each, i) => Number.isFinite(each) && !(Math.abs(each - (short[i] as number)) <= allowed),
    );
    if (place >= 0)
      return `${name} has ${short[place]} at place ${place} in float32, where it has ${long[place]} in float64`;
  }
  return null;
}
