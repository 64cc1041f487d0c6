/** The layers that users see, and the one that class activation maps are drawn from. */
import type { Answers } from '../../../shared/results/answers';
import type { ChosenLayer, LayerInfo } from '../../../shared/results/layers';
import { type Path, pathTo, trunk } from '../../graph/inference/paths';
import type { Graph, Node } from '../../graph/ir/graph';
import { producersOf } from '../../graph/ir/links';
import { rectifies } from '../../graph/ops/quantisation';
import { madeAxis } from './classAxis';
import { findLogits } from './logits';

/**
 * Operators that compute nothing a user would call a layer: they rename, reorder, cut or pad. What QuantizeLinear makes is seen where it is
 * taken back to real numbers.
 */
const plumbing = new Set([
  'Identity',
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  'Dropout',
  'Cast',
  'CastLike',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Expand',
  'Tile',
  'Slice',
  'Split',
  'Gather',
  'Pad',
]);

const pools = new Set(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool']);

const activations = new Set([
  'Relu',
  'Clip',
  'LeakyRelu',
  'PRelu',
  'Elu',
  'Selu',
  'Celu',
  'Sigmoid',
  'Tanh',
  'HardSigmoid',
  'HardSwish',
  'Gelu',
  'Mish',
  'Softplus',
  'Softsign',
  'ThresholdedRelu',
]);

type Layout = 'NCHW' | 'NHWC';

/** Operators whose four-dimensional output has its channels on axis 1, whatever came in. */
const channelsFirst = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
  'DepthToSpace',
  'SpaceToDepth',
]);

/** Where the channels of each image-like value on the path are. Values of other ranks are left out. */
function layoutsOf(graph: Graph, path: Path): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  const rank = (name: string) => graph.types.get(name)?.dims?.length;
  for (const node of path.nodes) {
    const inherited = node.inputs.map((input) => layouts.get(input)).find((layout) => layout !== undefined);
    const perm = node.op === 'Transpose' ? String(node.attributes['perm']) : '';
    const turned: Layout | undefined = perm === '0,2,3,1' ? 'NHWC' : perm === '0,3,1,2' ? 'NCHW' : undefined;
    for (const output of node.outputs) {
      if (rank(output) !== 4) continue;
      if (channelsFirst.has(node.op)) layouts.set(output, 'NCHW');
      else if (node.op === 'Transpose' ? turned : inherited) layouts.set(output, (turned ?? inherited) as Layout);
    }
  }
  return layouts;
}

function isSpatial(dims: readonly (number | null)[], layout: Layout | undefined): boolean {
  return dims.length === 4 && layout === 'NCHW' && (dims[2] as number) * (dims[3] as number) > 1;
}

/** Steps that leave a value what it is, but for its rounding. */
const sameValue = new Set(['Identity', 'QuantizeLinear', 'DequantizeLinear']);

/** What is known of the nodes on a path, each from those before it. */
class Traced {
  private readonly producers: ReadonlyMap<string, Node>;
  private readonly sources = new Map<Node, Node | undefined>();
  private readonly rectifiers = new Map<Node, LayerInfo['rectifier']>();
  private readonly shown = new Map<Node, boolean>();

  constructor(path: Path, graph: Graph) {
    this.producers = producersOf(path.nodes);
    const constant = (name: string) => graph.constants.get(name);
    for (const node of path.nodes) {
      const before = this.producer(node.inputs[0] ?? '');
      const handsOn = sameValue.has(node.op);
      this.sources.set(node, handsOn ? before && this.sources.get(before) : node);
      if (node.op === 'Relu' || node.op === 'Clip') this.rectifiers.set(node, node.op);
      else if (rectifies(node, constant, (name) => this.producer(name))) this.rectifiers.set(node, 'QuantizeLinear');
      else if (handsOn) this.rectifiers.set(node, before && this.rectifiers.get(before));
      this.shown.set(node, this.shows(node, before));
    }
  }

  producer(value: string): Node | undefined {
    return this.producers.get(value);
  }

  /** The node that computes what `node` hands on, rounded or not; undefined when the input does. */
  source(node: Node): Node | undefined {
    return this.sources.get(node);
  }

  /** See {@link LayerInfo.rectifier}. */
  rectifier(node: Node): LayerInfo['rectifier'] {
    return this.rectifiers.get(node);
  }

  /**
   * False for plumbing and for inner steps. Numbers that are real again behind plumbing or the input, or that were real before (a quantised
   * operator's own layer), are no layer once more.
   */
  isShown(node: Node): boolean {
    return this.shown.get(node) ?? false;
  }

  private shows(node: Node, before: Node | undefined): boolean {
    const operator = shownAs(node);
    if (operator === null || plumbing.has(operator)) return false;
    if (operator !== 'DequantizeLinear') return true;
    const source = this.source(node);
    if (!source || plumbing.has(shownAs(source) ?? '')) return false;
    return node.op !== 'Identity' || !before || !this.isShown(before);
  }
}

/** What users call the operator; null for a step inside an operator that was decomposed. */
const shownAs = (node: Node): string | null => (node.shownAs === undefined ? node.op : node.shownAs);

/**
 * The value that shows what a node computes: its own output, or where onnxruntime's channels-last operators were decomposed, the
 * channels-first one that is turned last.
 */
function shownValue(node: Node, layouts: ReadonlyMap<string, Layout>): string {
  const [own = ''] = node.outputs;
  const turned = node.op === 'Transpose' && node.shownAs && layouts.get(own) === 'NHWC';
  return turned ? (node.inputs[0] as string) : own;
}

interface Layer extends LayerInfo {
  /** What computes it. */
  readonly source: Node;
}

function layersOn(path: Path, graph: Graph): Layer[] {
  const layouts = layoutsOf(graph, path);
  const traced = new Traced(path, graph);
  return path.nodes.flatMap((node) => {
    const name = shownValue(node, layouts);
    const type = graph.types.get(name);
    if (!traced.isShown(node) || !path.values.has(name) || !type?.dims || type.dtype !== 'float32') return [];
    const spatial = isSpatial(type.dims, layouts.get(name));
    const last = traced.producer(name) ?? node;
    const source = traced.source(last) ?? last;
    const layer = { name, operator: shownAs(node) as string, shape: type.dims.slice(1) as number[], spatial, source };
    const rectifier = traced.rectifier(last);
    return [rectifier === undefined ? layer : { ...layer, rectifier }];
  });
}

/**
 * The layers of a bound graph in the order of computation: outputs of the checkpoint's computing nodes (convolutions, activations,
 * additions, pools, concatenations, norms …) between the input and the logits, real numbers all; an operator that the reader wrote out is
 * one layer. Shapes leave the batch out. `spatial` layers are feature maps [C, H, W] with more than one position.
 *
 * @param logits name of the logits; found when left out.
 */
export function listLayers(graph: Graph, logits?: string): LayerInfo[] {
  const found = logits ?? logitsName(graph);
  const layers = layersOn(pathTo(graph, found ?? graph.outputs[0] ?? ''), graph);
  return layers.map(({ source: _, ...layer }) => layer);
}

function logitsName(graph: Graph): string | undefined {
  const logits = findLogits(graph);
  return 'reason' in logits ? undefined : logits.name;
}

/**
 * The layer that Grad-CAM and its family use by default: the last feature map that all data runs through before the spatial positions
 * are pooled or flattened away. Where that is the output of a pooling (VGG: … Relu, MaxPool, Flatten), the activation in front of it is
 * taken, which has the finer grid. Quantising does the work of an activation like ReLU by its range.
 *
 * Where every pixel has an answer of its own, nothing is pooled: the last feature map in front of the convolution that gives the scores.
 *
 * @returns null when no value between input and logits has spatial extent.
 */
export function findDefaultLayer(graph: Graph, logits: string, answers: Answers | null = null): ChosenLayer | null {
  const pixels = answers?.kind === 'pixels';
  const scoring = pixels ? madeAxis(graph, producersOf(graph.nodes), logits)?.node : undefined;
  const path = pathTo(graph, scoring?.inputs[0] ?? logits);
  const main = trunk(path);
  const candidates = layersOn(path, graph).filter(({ name, spatial }) => spatial && main.has(name));
  const last = candidates.at(-1);
  if (!last) return null;
  const finer = pools.has(last.source.op) ? candidates.findLast(({ source }) => !pools.has(source.op)) : undefined;
  const rounded = finer !== undefined && finer.source.outputs[0] !== finer.name;
  if (finer && (rounded || isActivation(finer.source))) {
    return { name: finer.name, why: `The last activation before ${last.source.op} and the classifier.` };
  }
  const before = scoring ? 'the convolution that gives the scores' : 'its positions are pooled or flattened away';
  return { name: last.name, why: `The last feature map before ${before}.` };
}

function isActivation(node: Node): boolean {
  // Mul is the last step of SiLU and of a squeeze-and-excitation gate.
  return activations.has(node.op) || node.op === 'Mul' || node.op === 'Add' || node.op === 'Concat';
}
