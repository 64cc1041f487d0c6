/** Finds what a graph without a signature answers with: the ends of the network, its logits first. */
import type { GraphDef, TfNode } from '../graph/graphDef';
import { Body } from './body';
import { valueName } from './references';
import { isSource } from './sources';

/** The most outputs that are worth choosing among. */
const mostOutputs = 8;

/** Here the network ends and its training begins. */
const losses = /^(SparseSoftmax|Softmax|Sigmoid)CrossEntropyWithLogits$/;
const afterwards =
  /CrossEntropy|^(InTopK|ArgMax|TopK|L2Loss|.*Summary.*|Assign.*|Apply.*|ResourceApply.*|Scatter.*|SaveV2|Save|SaveSlices|Print|PrintV2|Assert|Shape|ShapeN|Size|Rank|NoOp|.*Grad|Equal|CTCLoss|Enqueue.*|QueueEnqueue.*|TensorArray.*|PyFunc|EagerPyFunc)$/;
const aside =
  /(^|\/)(gradients?(_\d+)?|save(_\d+)?|optimizer|train(ing)?_?op|Momentum|Adam|RMSProp|metrics?|accuracy|AssignMovingAvg(_\d+)?|moments|zero_fraction|ExponentialMovingAverage|report_uninitialized_variables|initial(izer|ize))(\/|$)/i;
const lossScope =
  /(^|\/)[a-z_]*(loss(es)?|cross_?entropy|xentropy|cost|accuracy|correct|regulariz)[a-z_]*(_\d+)?(\/|$)/i;
const auxiliary = /(^|\/)(aux|auxiliary)/i;

const learns = /Conv2D|Conv3D|MatMul|DepthwiseConv2dNative|Einsum|^_Fused/;
const finals = new Set(['Softmax', 'Sigmoid', 'LogSoftmax']);
/** What stands between the scores and the end of a network. */
const passes = new Set([
  ...finals,
  'Identity',
  'IdentityN',
  'Reshape',
  'Squeeze',
  'BiasAdd',
  'StopGradient',
  'ExpandDims',
]);

const logitsName = /^(logits?|scores?)(_\d+)?$|^SpatialSqueeze$/i;
const answerName =
  /^(predictions?|probs?|probabilities|softmax\d*|final_result|outputs?(_node)?|y_?(pred|hat|conv)?|sigmoid|classes|result)(_?\d+)?$/i;

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Consumers by value name. */
type Readers = ReadonlyMap<string, readonly TfNode[]>;

/** The likeliest outputs as values of the graph; empty when there is nothing that is computed from an input. */
export function findOutputs(graph: GraphDef): readonly string[] {
  const body = new Body(graph.nodes);
  const readers = readersOf(graph.nodes, body);
  const model = modelNodes(graph.nodes, body, readers);
  const scores = new Map<string, number>();
  const give = (value: string, score: number) => scores.set(value, Math.max(scores.get(value) ?? 0, score));
  for (const node of graph.nodes) {
    if (losses.test(node.op)) {
      const fed = body.reference(node.inputs[0] ?? '');
      const value = body.node(fed.node) && beforeReshape(body, fed.node);
      if (value && model.has(value)) give(value, 100);
    }
  }
  for (const name of model) {
    const node = body.node(name) as TfNode;
    const next = modelReaders(name, readers, model);
    const scored = rating(node, next, readers, model);
    if (scored > 0) give(valueName(name, 0), scored);
    // In front of the final activation stand the logits.
    if (scored > 0 && finals.has(node.op)) {
      const before = body.reference(node.inputs[0] ?? '');
      if (model.has(before.node)) give(valueName(before.node, before.output), scored + 10);
    }
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...scores]
    .sort(([a, first], [b, second]) => second - first || compare(a, b))
    .slice(0, mostOutputs)
    .map(([value]) => value);
}

/** A loss flattens what it is fed. */
function beforeReshape(body: Body, name: string): string {
  const node = body.node(name);
  if (node?.op !== 'Reshape' || !lossScope.test(name)) return name;
  return body.reference(node.inputs[0] ?? '').node;
}

function readersOf(nodes: readonly TfNode[], body: Body): Readers {
  const readers = new Map<string, TfNode[]>();
  for (const node of nodes) {
    for (const { node: name, output } of body.read(node).inputs) {
      const value = valueName(name, output);
      const all = readers.get(value);
      if (all) all.push(node);
      else readers.set(value, [node]);
    }
  }
  return readers;
}

/** Nodes that are computed from the image, before losses, gradients and what else a training adds. */
function modelNodes(nodes: readonly TfNode[], body: Body, readers: Readers): ReadonlySet<string> {
  const outputsOf = (node: TfNode): readonly string[] =>
    [...Array(8).keys()].map((output) => valueName(node.name, output)).filter((value) => readers.has(value));
  const sources = nodes.filter(isSource).flatMap((node) => {
    const values = outputsOf(node);
    return values.length === 0 ? [node.name] : values;
  });
  const reached = sources.map((value) => ({ value, nodes: forward(value, readers, outputsOf) }));
  const learning = reached.filter(({ nodes: found }) =>
    [...found].some((name) => learns.test(body.node(name)?.op ?? '')),
  );
  // Labels are sources too: nothing that learns reads them, and what they reach the image reaches as well.
  const image =
    learning.length > 0 ? learning : reached.filter((each) => !reached.some((other) => isWithin(each, other)));
  const others = new Set(reached.filter((each) => !image.includes(each)).flatMap(({ nodes: found }) => [...found]));
  const isSwitch = (name: string) => /keep_?prob|train|dropout/i.test(name);
  const labelled = new Set([...others].filter((name) => !isSwitch(name)));
  const model = new Set<string>();
  for (const { nodes: found } of image) for (const name of found) if (!onlyLabels(name, labelled)) model.add(name);
  return model;
}

interface Reached {
  readonly nodes: ReadonlySet<string>;
}

/** True when another source reaches all that this one does, and more. */
function isWithin({ nodes }: Reached, other: Reached): boolean {
  return nodes.size > 0 && nodes.size < other.nodes.size && [...nodes].every((name) => other.nodes.has(name));
}

/** A loss that is written out, `-Σ y · log p`, reads both the network's answer and the labels. */
function onlyLabels(name: string, labelled: ReadonlySet<string>): boolean {
  return labelled.has(name) && (lossScope.test(name) || !/dropout|cond|batch_?norm|bn/i.test(name));
}

function forward(value: string, readers: Readers, outputsOf: (node: TfNode) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const node of readers.get(next) ?? []) {
      if (found.has(node.name) || afterwards.test(node.op) || aside.test(node.name)) continue;
      found.add(node.name);
      waiting.push(...outputsOf(node));
    }
  }
  return found;
}

function modelReaders(name: string, readers: Readers, model: ReadonlySet<string>): readonly TfNode[] {
  return [0, 1].flatMap((output) => readers.get(valueName(name, output)) ?? []).filter((node) => model.has(node.name));
}

/** How likely a node's value is what the network answers; 0 for one in its middle. */
function rating(node: TfNode, next: readonly TfNode[], readers: Readers, model: ReadonlySet<string>): number {
  const isEnd = next.length === 0;
  // What a variable is updated by are statistics.
  if (readers.get(node.name)?.some(({ op }) => /^(Assign|Scatter)/.test(op))) return 0;
  const last = lastPart(node.name);
  const named = last === 'logits' ? 50 : logitsName.test(last) ? 30 : answerName.test(last) ? 20 : 0;
  if (!isEnd && (named === 0 || !leadsToEnd(node, readers, model))) return 0;
  const demoted = (lossScope.test(node.name) ? 60 : 0) + (auxiliary.test(node.name) ? 45 : 0);
  return Math.max(1, 50 + named + (finals.has(node.op) ? 15 : 0) - demoted);
}

/** True when only activations and shapes follow. */
function leadsToEnd(node: TfNode, readers: Readers, model: ReadonlySet<string>): boolean {
  let waiting: readonly TfNode[] = [node];
  for (let step = 0; step < 8 && waiting.length > 0; step++) {
    waiting = waiting.flatMap(({ name }) => modelReaders(name, readers, model));
    if (waiting.length > 16 || waiting.some(({ op, name }) => !passes.has(op) && !lossScope.test(name))) return false;
  }
  return waiting.length === 0;
}
