/** Where activations are flat: their floors and ceilings. */
import { floatAttribute } from '../graph/ir/attributes';
import type { Graph, Node } from '../graph/ir/graph';
import { producersOf } from '../graph/ir/links';
import { toNumbers } from '../graph/ir/numbers';
import { quantisedRange, rectifies } from '../graph/ops/quantisation';
import type { Range } from './statistics';

/** The outputs of an activation at which its slope is 0, or below 1 % of its steepest. */
export interface Saturation {
  /** As users know it. */
  readonly activation: string;
  readonly floor: Range | null;
  readonly ceiling: Range | null;
}

const below = (to: number): Range => [Number.NEGATIVE_INFINITY, to];
const above = (from: number): Range => [from, Number.POSITIVE_INFINITY];
const saturation = (activation: string, floor: Range | null, ceiling: Range | null = null): Saturation => ({
  activation,
  floor,
  ceiling,
});

/**
 * SiLU, GELU, Mish and hard-swish dip below 0 and come back to it: far on the negative side their output lies just below 0. A single such
 * value may also come from an input just below 0, a unit that is there at every position does not.
 */
const fadesOut: Range = [-0.01, 0];

/** Bounds of a Clip that are constants; a missing one is infinite. */
function clipBounds(graph: Graph, node: Node): Range | null {
  const bound = (index: number, missing: number): number | undefined => {
    const name = node.inputs[index] ?? '';
    if (name === '') return missing;
    const value = graph.constants.get(name);
    return value && toNumbers(value)[0];
  };
  const low = bound(1, Number.NEGATIVE_INFINITY);
  const high = bound(2, Number.POSITIVE_INFINITY);
  return low === undefined || high === undefined ? null : [low, high];
}

function ofClip(graph: Graph, node: Node): Saturation | null {
  const bounds = clipBounds(graph, node);
  if (!bounds) return null;
  const [low, high] = bounds;
  const name =
    low === 0 ? (high === 6 ? 'ReLU6' : high === Number.POSITIVE_INFINITY ? 'ReLU' : 'clipped ReLU') : 'Clip';
  return saturation(
    name,
    low === Number.NEGATIVE_INFINITY ? null : below(low),
    high === Number.POSITIVE_INFINITY ? null : above(high),
  );
}

/** SiLU and hard-swish as exporters write them: a value times its own (hard) sigmoid. */
function ofProduct(node: Node, producers: ReadonlyMap<string, Node>): Saturation | null {
  const [a = '', b = ''] = node.inputs;
  for (const [value, gate] of [
    [a, b],
    [b, a],
  ] as const) {
    const producer = producers.get(gate);
    if (producer?.inputs[0] !== value) continue;
    if (producer.op === 'Sigmoid') return saturation('SiLU', fadesOut);
    if (producer.op === 'HardSigmoid') return saturation('hard-swish', fadesOut);
  }
  return null;
}

/** The gate of a SiLU is no layer of its own, and being at its floor is its work. */
function isGate(node: Node, consumers: ReadonlyMap<string, readonly Node[]>): boolean {
  const users = consumers.get(node.outputs[0] ?? '') ?? [];
  return users.some((user) => user.op === 'Mul' && user.inputs.includes(node.inputs[0] ?? ''));
}

/** The ends of a quantisation's range, where it does the work of a ReLU or ReLU6. A number within 1/512 of the range of an end is at it. */
function ofQuantisation(graph: Graph, node: Node, producers: ReadonlyMap<string, Node>): Saturation | null {
  const before = producers.get(node.inputs[0] ?? '');
  const constant = (name: string) => graph.constants.get(name);
  if (!before || !rectifies(before, constant, (name) => producers.get(name))) return null;
  const [low, high] = quantisedRange(before, constant) as [number, number];
  const near = (high - low) / 512;
  return saturation('quantised ReLU', below(low + near), above(high - near));
}

type Rule = (node: Node) => Saturation | null;

const rules: Readonly<Record<string, Rule>> = {
  Relu: () => saturation('ReLU', below(0)),
  ThresholdedRelu: () => saturation('thresholded ReLU', below(0)),
  // Slopes: σ(1 − σ) is 1 % of its steepest, ¼, at 0.0025; 1 − tanh² is 0.01 at 0.995; (1 − |y|)² at 0.9.
  Sigmoid: () => saturation('Sigmoid', below(0.0025), above(0.9975)),
  Tanh: () => saturation('Tanh', below(-0.995), above(0.995)),
  Softsign: () => saturation('Softsign', below(-0.9), above(0.9)),
  HardSigmoid: () => saturation('hard sigmoid', below(0), above(1)),
  Softplus: () => saturation('Softplus', below(0.01)),
  Elu: (node) => saturation('ELU', below(-0.99 * floatAttribute(node, 'alpha', 1))),
  Celu: (node) => saturation('CELU', below(-0.99 * floatAttribute(node, 'alpha', 1))),
  Selu: (node) => {
    const floor = floatAttribute(node, 'alpha', 1.6732632423543772) * floatAttribute(node, 'gamma', 1.0507009873554805);
    return saturation('SELU', below(-0.99 * floor));
  },
  HardSwish: () => saturation('hard-swish', fadesOut),
  Gelu: () => saturation('GELU', fadesOut),
  Mish: () => saturation('Mish', fadesOut),
  Swish: () => saturation('SiLU', fadesOut),
};

/** Value → where the activation that computes it is flat. Values that no such activation computes are left out. */
export function saturations(graph: Graph): ReadonlyMap<string, Saturation> {
  const producers = producersOf(graph.nodes);
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const users = consumers.get(input);
      if (users) users.push(node);
      else consumers.set(input, [node]);
    }
  }
  const found = new Map<string, Saturation>();
  const ofNode = (node: Node): Saturation | null => {
    if (node.op === 'Clip') return ofClip(graph, node);
    if (node.op === 'Mul') return ofProduct(node, producers);
    if (node.op === 'DequantizeLinear') return ofQuantisation(graph, node, producers);
    if (node.op === 'Identity') return found.get(node.inputs[0] ?? '') ?? null;
    if ((node.op === 'Sigmoid' || node.op === 'HardSigmoid') && isGate(node, consumers)) return null;
    return (Object.hasOwn(rules, node.op) && rules[node.op]?.(node)) || null;
  };
  for (const node of graph.nodes) {
    const own = ofNode(node);
    if (own) found.set(node.outputs[0] ?? '', own);
  }
  return found;
}
