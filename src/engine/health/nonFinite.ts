/** Finds the node at which numbers stop being finite, by walking the whole graph and not only the layers that users see. */
import type { Finding, NonFiniteOrigin } from '../../shared/results/health';
import { pathTo } from '../graph/inference/paths';
import { nodeLabel } from '../graph/ir/attributes';
import type { Graph, Node } from '../graph/ir/graph';
import { producersOf } from '../graph/ir/links';
import type { FloatTensor } from '../graph/ir/tensor';
import { LOGITS } from '../model/analysis/head';
import { bytesOf, gradientOf, type Passes } from './passes';
import { countText, type NonFinite, nonFinite } from './weights';
import { quote } from './words';

export interface NonFiniteResult {
  readonly origin: NonFiniteOrigin | null;
  readonly findings: readonly Finding[];
}

const nothing: NonFiniteResult = { origin: null, findings: [] };

const kindOf = ({ nan }: NonFinite): NonFiniteOrigin['kind'] => (nan > 0 ? 'NaN' : 'infinity');

/** What makes an operator give numbers that are not finite although its inputs are. */
const forwardReasons: Readonly<Record<string, string>> = {
  Div: 'it divides by 0',
  Reciprocal: 'it divides by 0',
  Exp: 'exp of more than 88.7 is beyond float32',
  Log: 'it takes the logarithm of 0 or less',
  Sqrt: 'it takes the square root of a negative number',
  Pow: 'its result is beyond float32, or it takes the root of a negative number',
  Acos: 'its argument is beyond −1…1',
  Asin: 'its argument is beyond −1…1',
  LpNormalization: 'it divides by a norm of 0',
  BatchNormalization: 'it divides by the root of a variance that is 0 or negative',
};

const backwardReasons: Readonly<Record<string, string>> = {
  Sqrt: 'the slope of a square root is infinite at 0',
  Pow: 'the slope of a root is infinite at 0',
  Log: 'the slope of a logarithm is infinite at 0',
  Div: 'it divides by 0, or by the square of a number so small that float32 takes it for 0',
  Reciprocal: 'its slope is infinite at 0',
  ReduceL2: 'a norm has no slope at the zero vector',
  LpNormalization: 'a norm has no slope at the zero vector',
  Exp: 'its slope is beyond float32',
};

/** Values, in the order of computation. */
function floatOutputs(graph: Graph, nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => node.outputs.filter((name) => graph.types.get(name)?.dtype === 'float32'));
}

interface Trace {
  readonly value: string;
  readonly node: Node | null;
  readonly weight: string | null;
}

/** From a value that is not finite back to where that comes from: a weight, the input, or a node whose inputs are all finite. */
function trace(
  start: string,
  producers: ReadonlyMap<string, Node>,
  bad: ReadonlyMap<string, NonFinite>,
  weights: ReadonlyMap<string, NonFinite>,
): Trace {
  let value = start;
  for (;;) {
    const node = producers.get(value);
    if (!node) return { value, node: null, weight: null };
    const before = node.inputs.find((input) => bad.has(input));
    if (before === undefined) return { value, node, weight: node.inputs.find((input) => weights.has(input)) ?? null };
    value = before;
  }
}

function reasonFor(node: Node, reasons: Readonly<Record<string, string>>): string {
  const reason = Object.hasOwn(reasons, node.op) ? reasons[node.op] : undefined;
  return reason === undefined ? '' : `: ${reason}`;
}

const place = (node: Node): string => `node ${quote(nodeLabel(node))} (operator ${node.op})`;

/** How the numbers go wrong, in one sentence without its end. */
function story(
  first: string,
  origin: Trace,
  bad: ReadonlyMap<string, NonFinite>,
  weights: ReadonlyMap<string, NonFinite>,
  producers: ReadonlyMap<string, Node>,
): string {
  const word = kindOf(bad.get(first) as NonFinite) === 'NaN' ? 'NaN' : 'Infinity';
  const node = producers.get(first);
  if (!node) return `The model’s input holds ${countText(bad.get(first) as NonFinite)}`;
  const head = `${word} first appears at ${place(node)}`;
  if (origin.weight !== null) {
    const held = `its weight ${quote(origin.weight)} holds ${countText(weights.get(origin.weight) as NonFinite)}`;
    return origin.node === node ? `${head}: ${held}` : `${head}; it comes from ${place(origin.node as Node)}: ${held}`;
  }
  if (!origin.node) return `${head}; the model’s input holds ${countText(bad.get(origin.value) as NonFinite)}`;
  if (origin.node === node) return `${head}${reasonFor(node, forwardReasons)}`;
  return `${head}; it comes from the infinity at ${place(origin.node)}${reasonFor(origin.node, forwardReasons)}`;
}

function advice(origin: Trace): string {
  if (origin.weight !== null) return 'the training diverged or the file is damaged; load an earlier checkpoint';
  if (!origin.node) return 'check the preprocessing, above all for a division by a standard deviation of 0';
  return 'check what goes into that node: weights that diverged, or a preprocessing on another scale';
}

/**
 * Walks forward through the graph until a value holds NaN, or to its end when infinities alone occur. −∞ that only masks (attention) and
 * leaves the output finite is no finding.
 *
 * @param weights constants with numbers that are not finite.
 */
export async function walkForward(
  passes: Passes,
  image: FloatTensor,
  weights: ReadonlyMap<string, NonFinite>,
): Promise<NonFiniteResult> {
  const { graph } = passes.model;
  const producers = producersOf(graph.nodes);
  const bad = new Map<string, NonFinite>();
  const inputName = graph.inputs[0]?.name ?? '';
  const ofInput = nonFinite(image.data);
  if (ofInput) bad.set(inputName, ofInput);
  const hasNaN = (): string | undefined => [...bad].find(([, counts]) => counts.nan > 0)?.[0];
  for (const part of passes.split(floatOutputs(graph, graph.nodes), (name) => bytesOf(graph, name))) {
    if (hasNaN() !== undefined) break;
    const evaluation = await passes.run(part, []);
    for (const name of part) {
      const counts = nonFinite(evaluation.activation(name).data);
      if (counts) bad.set(name, counts);
    }
  }
  const reaches = bad.has(LOGITS);
  const first = hasNaN() ?? (reaches ? LOGITS : [...bad].find(([, counts]) => counts.plus > 0)?.[0]);
  if (first === undefined) return nothing;
  const origin = trace(first, producers, bad, weights);
  // Of infinities alone, the one that matters is where they come from.
  const shown = kindOf(bad.get(first) as NonFinite) === 'NaN' ? first : origin.value;
  const told = story(shown, origin, bad, weights, producers);
  return {
    origin: {
      kind: kindOf(bad.get(shown) as NonFinite),
      of: origin.weight === null ? 'activation' : 'weight',
      value: origin.weight ?? shown,
      node: producers.has(shown)
        ? nodeLabel((origin.weight === null ? producers.get(shown) : origin.node) as Node)
        : null,
      operator: (origin.weight === null ? producers.get(shown) : origin.node)?.op ?? null,
    },
    findings: [
      {
        severity: 'problem',
        sentence: `${told}; ${advice(origin)}.`,
      },
    ],
  };
}

/** Walks backward from the logits to the value whose gradient is the first that is not finite. The activations must be finite. */
export async function walkBackward(
  passes: Passes,
  differentiable: (values: readonly string[]) => ReadonlySet<string>,
): Promise<NonFiniteResult> {
  const { graph } = passes.model;
  const path = pathTo(graph, LOGITS);
  const onPath = floatOutputs(graph, path.nodes).filter((name) => path.values.has(name));
  const values = [...differentiable([graph.inputs[0]?.name ?? '', ...onPath])];
  for (const part of passes.split(values.reverse(), (name) => bytesOf(graph, name))) {
    const evaluation = await passes.run([], part);
    for (const name of part) {
      const counts = nonFinite(evaluation.gradient(gradientOf(name)).data);
      if (!counts) continue;
      // The gradients of its outputs are finite: they were looked at before.
      const node = path.nodes.findLast((each) => each.inputs.includes(name));
      if (!node) return nothing;
      const word = kindOf(counts) === 'NaN' ? 'NaN' : 'infinite';
      return {
        origin: { kind: kindOf(counts), of: 'gradient', value: name, node: nodeLabel(node), operator: node.op },
        findings: [
          {
            severity: 'problem',
            sentence: `The gradient becomes ${word} on its way back through ${place(node)}${reasonFor(node, backwardReasons)}; gradient maps from ${quote(name)} down to the input are not to be used, Occlusion needs no gradient.`,
          },
        ],
      };
    }
  }
  return nothing;
}
