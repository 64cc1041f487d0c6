/** Finds the logits: the class scores in front of a final activation, and of a final quantisation, whose ends let no gradient through. */
import { nodeLabel } from '../../graph/ir/attributes';
import type { Graph, Node } from '../../graph/ir/graph';
import { producersOf } from '../../graph/ir/links';
import { isFloat } from '../../graph/ir/numbers';

export interface Logits {
  /** The value; one number per class and item. Its shape is [batch, classes] or has further axes of length 1: reshape to [−1, classes]. */
  readonly name: string;
  readonly classes: number;
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

/** Number of classes of a value that has one score per class and item; null for feature maps and the like. */
function classesOf(graph: Graph, name: string): number | null {
  const type = graph.types.get(name);
  if (!type?.dims || !isFloat(type.dtype)) return null;
  const sizes = type.dims.slice(1).filter((length) => length !== 1) as number[];
  if (type.dims.length < 2 || sizes.length > 1) return null;
  return sizes[0] ?? 1;
}

/** Walks from an output back to the logits; null when they are none. */
export function logitsBehind(
  graph: Graph,
  output: string,
  producers: ReadonlyMap<string, Node>,
): Omit<Logits, 'how'> | null {
  let name = output;
  let activation: Logits['activation'] = 'none';
  let probabilities: string | undefined;
  let logits = output;
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
  }
  const classes = classesOf(graph, logits);
  return classes === null ? null : { name: logits, classes, activation, probabilities };
}

function describe(graph: Graph, node: Node | undefined, found: Omit<Logits, 'how'>, output: string): string {
  if (found.activation !== 'none') return `"${found.name}", in front of the final ${node?.op} that gives "${output}"`;
  const rounded = graph.nodes.some(({ op, inputs }) => op === 'QuantizeLinear' && inputs[0] === found.name);
  if (rounded) return `"${found.name}", in front of the quantisation that gives the output "${output}"`;
  return found.name === output
    ? `the output "${output}"`
    : `"${found.name}", from which the output "${output}" is made`;
}

/**
 * The logits of a bound classifier. Of several outputs, the one that names itself logits wins, then the one with the most classes, then
 * the first; a model that gives both logits and probabilities has one set of logits.
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
  const rank = ({ output, logits }: (typeof found)[number]) =>
    (/logit/i.test(output) || /logit/i.test(logits.name) ? 1e9 : 0) + logits.classes;
  const [best] = [...distinct].sort((a, b) => rank(b) - rank(a));
  if (!best) {
    const shapes = graph.outputs
      .map((name) => `"${name}" [${graph.types.get(name)?.dims?.join(', ') ?? '?'}]`)
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

function chosenLogits(graph: Graph, name: string): Logits | NoLogits {
  if (!graph.types.has(name)) return { reason: `The model has no value named "${name}" to take as logits.` };
  const classes = classesOf(graph, name);
  if (classes === null) {
    const shape = graph.types.get(name)?.dims?.join(', ');
    return { reason: `The value "${name}" cannot be the logits: its shape [${shape}] is not one number per class.` };
  }
  const final = graph.nodes.find((node) => node.inputs[0] === name && finalActivations[node.op]);
  const activation = final ? (finalActivations[final.op] as Logits['activation']) : 'none';
  const how = `"${name}", as named by the user${final ? `, in front of ${final.op} "${nodeLabel(final)}"` : ''}`;
  const probabilities = final && final.op !== 'LogSoftmax' ? final.outputs[0] : undefined;
  return { name, classes, how, activation, probabilities };
}
