/** Finds the logits: the class scores in front of a final activation, and of a final quantisation, whose ends let no gradient through. */
import { nodeLabel } from '../../graph/ir/attributes';
import type { Graph, Node } from '../../graph/ir/graph';
import { producersOf } from '../../graph/ir/links';
import { oneAnswer, type ScoreAxes, scoreAxes } from './scoreAxes';

/** A value that holds one number for each class, or for each answer and class. */
export interface Logits extends ScoreAxes {
  readonly name: string;
  /** One sentence: where it was found and why it was taken. */
  readonly how: string;
  /** What the checkpoint itself applies to the logits. */
  readonly activation: 'softmax' | 'sigmoid' | 'none';
  /** The value after that activation, where there is one. */
  readonly probabilities?: string;
}

export interface NoLogits {
  /** One sentence: why the model is not a classifier that can be explained. */
  readonly reason: string;
}

/** Operators that only rename, reorder, quantise or pick from what they read. */
const passesThrough = new Set([
  'Identity',
  'QuantizeLinear',
  'DequantizeLinear',
  'Dropout',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Cast',
  'ArgMax',
  'TopK',
]);

/** Those of them behind which the scores cannot be seen as they are. */
const picksOrRounds = new Set(['ArgMax', 'TopK', 'Cast', 'QuantizeLinear']);

const finalActivations: Readonly<Record<string, Logits['activation']>> = {
  Softmax: 'softmax',
  LogSoftmax: 'softmax',
  Sigmoid: 'sigmoid',
};

/** What works along the axis of the classes. */
const axisByDefault: Readonly<Record<string, number>> = { Softmax: -1, LogSoftmax: -1, ArgMax: 0, TopK: -1 };

/** Walks from an output back to the logits; null when they are none, or give several answers where one is wanted. */
export function logitsBehind(
  graph: Graph,
  output: string,
  producers: ReadonlyMap<string, Node>,
  wanted: 'any' | 'one answer' = 'any',
): Omit<Logits, 'how'> | null {
  let name = output;
  let activation: Logits['activation'] = 'none';
  let probabilities: string | undefined;
  let logits = output;
  let along: { readonly value: string; readonly axis: number } | undefined;
  for (;;) {
    const node = producers.get(name);
    if (!node) break;
    const final = finalActivations[node.op];
    if (final && activation === 'none') {
      activation = final;
      if (node.op !== 'LogSoftmax') probabilities = name;
      logits = node.inputs[0] as string;
    } else if (!passesThrough.has(node.op)) break;
    name = node.inputs[0] as string;
    if (picksOrRounds.has(node.op)) logits = name;
    along = axisAlong(graph, node) ?? along;
  }
  if (wanted === 'one answer') {
    const one = oneAnswer(graph, logits);
    return one && { name: logits, ...one, activation, probabilities };
  }
  const axis = along?.value === logits ? along.axis : undefined;
  const value = unflattened(graph, logits, producers, axis);
  const last = (graph.types.get(value)?.dims?.length ?? 0) - 1;
  const axes = scoreAxes(graph, producers, value, value === logits || axis === undefined ? axis : last);
  return axes && { name: value, ...axes, activation, probabilities };
}

/** The axis of its input that an activation or an arg-max works along. */
function axisAlong(graph: Graph, node: Node): { readonly value: string; readonly axis: number } | undefined {
  const axis = node.attributes['axis'] ?? axisByDefault[node.op];
  const value = node.inputs[0] ?? '';
  const rank = graph.types.get(value)?.dims?.length;
  if (typeof axis !== 'number' || rank === undefined || !Object.hasOwn(axisByDefault, node.op)) return undefined;
  return { value, axis: axis < 0 ? axis + rank : axis };
}

const flattens = new Set(['Reshape', 'Flatten', 'Squeeze']);

/** Scores [answers, classes] as they were before their batch and their answers became one axis. */
function unflattened(
  graph: Graph,
  flat: string,
  producers: ReadonlyMap<string, Node>,
  along: number | undefined,
): string {
  const dimsOf = (name: string) => graph.types.get(name)?.dims ?? [];
  const classes = dimsOf(flat).at(-1);
  let name = flat;
  while (dimsOf(name)[0] !== 1) {
    const node = producers.get(name);
    const before = node && flattens.has(node.op) ? (node.inputs[0] ?? '') : '';
    const alongOther = along !== undefined && along !== dimsOf(flat).length - 1;
    if (alongOther || dimsOf(before).length < 2 || dimsOf(before).at(-1) !== classes) return flat;
    name = before;
  }
  return name;
}

function describe(graph: Graph, node: Node | undefined, found: Omit<Logits, 'how'>, output: string): string {
  if (found.activation !== 'none') return `“${found.name}”, in front of the final ${node?.op} that gives “${output}”`;
  const rounded = graph.nodes.some(({ op, inputs }) => op === 'QuantizeLinear' && inputs[0] === found.name);
  if (rounded) return `“${found.name}”, in front of the quantisation that gives the output “${output}”`;
  return found.name === output
    ? `the output “${output}”`
    : `“${found.name}”, from which the output “${output}” is made`;
}

/**
 * The logits of a classifier bound to batch 1. Of several outputs, the one that names itself logits wins, then one with one answer for an
 * image over one with several (of those, scores over boxes), then the one with the most classes, then the first; a model that gives both
 * logits and probabilities has one set of logits.
 *
 * @param wanted name of the value that the user says holds the logits.
 */
export function findLogits(graph: Graph, wanted?: string): Logits | NoLogits {
  const producers = producersOf(graph.nodes);
  if (wanted !== undefined) return chosenLogits(graph, wanted);

  const found = graph.outputs.flatMap((output) => {
    const logits = logitsBehind(graph, output, producers);
    return logits ? [{ output, logits }] : [];
  });
  const distinct = [...new Map(found.toReversed().map((each) => [each.logits.name, each])).values()].reverse();
  const rank = ({ output, logits }: (typeof found)[number]) => likelihood([output, logits.name], logits);
  const [best] = [...distinct].sort((a, b) => rank(b) - rank(a));
  if (!best) {
    const shapes = graph.outputs
      .map((name) => `“${name}” [${graph.types.get(name)?.dims?.join(', ') ?? '?'}]`)
      .join(', ');
    return { reason: `The model gives no class scores, one number per class: its outputs are ${shapes || 'none'}.` };
  }
  // The same logits may be reached from an output with an activation and from one without.
  const activated =
    found.find(({ logits }) => logits.name === best.logits.name && logits.activation !== 'none') ?? best;
  const final = producers.get(activated.logits.probabilities ?? activated.output);
  const others =
    distinct.length > 1 ? ` (of ${distinct.length} outputs with scores, the one that is most likely meant)` : '';
  return { ...activated.logits, how: `${describe(graph, final, activated.logits, activated.output)}${others}` };
}

/** How likely an output is meant, by its names and by what it holds: larger is likelier. */
function likelihood(names: readonly string[], { answers, activation, classes }: Omit<Logits, 'how'>): number {
  const named = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const one = answers === null;
  return (
    (named(/logit/i) ? 1e12 : 0) +
    (one ? 1e11 : 0) +
    (!one && named(/score|conf|class|cls|prob/i) ? 1e9 : 0) -
    (!one && named(/box|loc|coord|offset|landmark/i) ? 1e9 : 0) +
    (!one && activation !== 'none' ? 1e8 : 0) +
    Math.min(classes, 1e7)
  );
}

function chosenLogits(graph: Graph, name: string): Logits | NoLogits {
  if (!graph.types.has(name)) return { reason: `The model has no value named “${name}” to take as logits.` };
  const producers = producersOf(graph.nodes);
  const final = graph.nodes.find((node) => node.inputs[0] === name && finalActivations[node.op]);
  const picks = final ?? graph.nodes.find((node) => node.inputs[0] === name && node.op === 'ArgMax');
  const axes = scoreAxes(graph, producers, name, picks && axisAlong(graph, picks)?.axis, true);
  if (axes === null) {
    const shape = graph.types.get(name)?.dims?.join(', ');
    return { reason: `The value “${name}” cannot be the logits: its shape [${shape}] has no axis for classes.` };
  }
  const activation = final ? (finalActivations[final.op] as Logits['activation']) : 'none';
  const how = `“${name}”, as named by the user${final ? `, in front of ${final.op} “${nodeLabel(final)}”` : ''}`;
  const probabilities = final && final.op !== 'LogSoftmax' ? final.outputs[0] : undefined;
  return { name, ...axes, how, activation, probabilities };
}
