import type { PreprocessingSpec } from '../../../shared/question/preprocessing';
import type { Graph, Node } from '../../graph/ir/graph';
import { producersOf, soleConsumers } from '../../graph/ir/links';
import { toNumbers } from '../../graph/ir/numbers';
import { elementCount } from '../../graph/ir/tensor';

/** What the graph itself tells of the images it wants. */
export interface InputConvention {
  readonly preprocessing: PreprocessingSpec;
  readonly how: string;
  readonly guessed: boolean;
}

/** Operators that hand the pixels on as they are. */
const handsOn = new Set(['Transpose', 'Cast', 'Identity', 'Slice', 'Pad', 'Resize', 'Squeeze', 'Unsqueeze']);
/** What follows the pixels' own preprocessing has more values than there are channels. */
const mostChannels = 4;
const deepest = 8;

const elementwise: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Pow: (a, b) => a ** b,
};
const single: Readonly<Record<string, (value: number) => number>> = {
  Sqrt: Math.sqrt,
  Reciprocal: (value) => 1 / value,
  Neg: (value) => -value,
  Identity: (value) => value,
  Cast: (value) => value,
  Reshape: (value) => value,
  Unsqueeze: (value) => value,
  Squeeze: (value) => value,
};

/** One number for all channels, or one for each. */
type Channels = readonly number[];

function zip(a: Channels, b: Channels, combine: (a: number, b: number) => number): Channels | null {
  const length = Math.max(a.length, b.length);
  if ((a.length !== 1 && a.length !== length) || (b.length !== 1 && b.length !== length)) return null;
  return Array.from({ length }, (_, i) => combine(a[a.length === 1 ? 0 : i]!, b[b.length === 1 ? 0 : i]!));
}

/** Values of a constant, also of one that is computed from constants, in either layout; null for anything else. */
function constantOf(graph: Graph, producers: ReadonlyMap<string, Node>, name: string, depth = 0): Channels | null {
  const known = graph.constants.get(name);
  if (known) {
    const count = elementCount(known.dims);
    return known.dtype === 'string' || count < 1 || count > mostChannels ? null : [...toNumbers(known)];
  }
  const node = producers.get(name);
  if (!node || depth > deepest) return null;
  const of = (at: number) => constantOf(graph, producers, node.inputs[at] ?? '', depth + 1);
  const one = single[node.op];
  if (one) return of(0)?.map(one) ?? null;
  const two = elementwise[node.op];
  const [a, b] = two ? [of(0), of(1)] : [null, null];
  return two && a && b ? zip(a, b, two) : null;
}

/** What is computed of each pixel before anything else: factor · pixel + offset. */
interface Scaling {
  readonly factor: Channels;
  readonly offset: Channels;
  /** The nodes that do it. */
  readonly nodes: readonly Node[];
}

/** The scaling after one more node; null when the node is none. `value` is the input that holds the pixels. */
function scaledBy(
  { factor, offset, nodes }: Scaling,
  node: Node,
  value: string,
  constant: (name: string) => Channels | null,
): Scaling | null {
  const first = node.inputs[0] === value;
  const other = constant(node.inputs[first ? 1 : 0] ?? '');
  const combine = elementwise[node.op];
  if (!other || !combine || !['Add', 'Sub', 'Mul', 'Div'].includes(node.op)) return null;
  if (!first && (node.op === 'Sub' || node.op === 'Div')) return null;
  const scales = node.op === 'Mul' || node.op === 'Div';
  const newFactor = scales ? zip(factor, other, combine) : factor;
  const newOffset = zip(offset, other, combine);
  return newFactor && newOffset && { factor: newFactor, offset: newOffset, nodes: [...nodes, node] };
}

/** True for a node that turns the order of the channels around. */
function turnsChannels(graph: Graph, node: Node): boolean {
  const numbers = (at: number) => {
    const tensor = graph.constants.get(node.inputs[at] ?? '');
    return tensor && tensor.dtype !== 'string' && elementCount(tensor.dims) <= mostChannels
      ? [...toNumbers(tensor)]
      : [];
  };
  if (node.op === 'Gather') return numbers(1).join() === '2,1,0';
  return node.op === 'Slice' && numbers(4).includes(-1);
}

/** Centres of pixel values by which the sources that are usual in ImageNet subtract, blue first. */
const blueFirst: Channels = [103.939, 116.779, 123.68];

interface Range {
  readonly preprocessing: PreprocessingSpec;
  readonly what: string;
}

function rangeOf({ factor, offset }: Scaling, turned: boolean): Range | null {
  const every = (values: Channels | null, holds: (value: number) => boolean) => values?.every(holds) ?? false;
  if (!every(factor, (each) => each > 0 && Number.isFinite(each)) || !every(offset, Number.isFinite)) return null;
  // The pixel value that becomes 0.
  const centre = zip(offset, factor, (b, a) => -b / a);
  if (every(offset, (each) => each === 0)) {
    if (every(factor, (each) => each < 0.02)) return { preprocessing: 'raw-0-255', what: 'pixels are scaled' };
    if (every(factor, (each) => each > 100)) return { preprocessing: 'zero-one', what: 'pixels of 0…1 are scaled' };
    return null;
  }
  if (every(centre, (each) => each > 10 && each < 250)) {
    const isBlueFirst =
      !turned && centre!.length === 3 && centre!.every((each, c) => Math.abs(each - blueFirst[c]!) < 3);
    const order = isBlueFirst ? { preset: 'raw-0-255' as const, channelOrder: 'bgr' as const } : 'raw-0-255';
    const scaled = !every(factor, (each) => each === 1);
    return { preprocessing: order, what: scaled ? 'pixels are normalised' : 'the mean colour is subtracted' };
  }
  if (every(centre, (each) => each > 0.05 && each < 1)) {
    const scaled = !every(factor, (each) => each === 1);
    return {
      preprocessing: 'zero-one',
      what: scaled ? 'pixels of 0…1 are normalised' : 'the mean colour, below 1, is subtracted',
    };
  }
  if (every(centre, (each) => Math.abs(each + 1) < 1e-3) && every(factor, (each) => each === 0.5 || each > 100)) {
    return { preprocessing: 'keras-tf', what: 'pixels of −1…1 are scaled' };
  }
  return null;
}

/** What the statistics of a batch normalisation tell that comes before anything else. */
function rangeOfStatistics(graph: Graph, node: Node): Range | null {
  const numbers = (at: number) => {
    const tensor = graph.constants.get(node.inputs[at] ?? '');
    return tensor && tensor.dtype !== 'string' && elementCount(tensor.dims) <= mostChannels
      ? [...toNumbers(tensor)]
      : [];
  };
  const [mean, variance] = [numbers(3), numbers(4)];
  if (mean.length === 0 || variance.length === 0) return null;
  const what = 'by its running mean and variance, pixels are normalised';
  if (mean.every((each) => each > 10) && variance.every((each) => each > 100))
    return { preprocessing: 'raw-0-255', what };
  const isFraction =
    mean.every((each) => each > 0.1 && each < 0.9) && variance.every((each) => each > 0.005 && each < 0.3);
  return isFraction ? { preprocessing: 'zero-one', what: what.replace('pixels', 'pixels of 0…1') } : null;
}

/**
 * The range of pixel values that a graph expects, where its first nodes tell: a uint8 input takes pixels as they are, and a graph
 * that first scales or shifts them in a way that fits pixels of 0…255, of 0…1 or of −1…1 does its own preprocessing (Keras' Rescaling and
 * Normalization layers, ImageScaler, what exporters put in front). null when nothing tells.
 */
export function inputConvention(graph: Graph, input: string): InputConvention | null {
  if (graph.inputs.find((each) => each.name === input)?.type.dtype === 'uint8')
    return { preprocessing: 'raw-0-255', how: 'the input takes uint8 pixels', guessed: false };
  // What asks for the image's size computes nothing from its pixels.
  const consumers = soleConsumers(graph.nodes.filter(({ op }) => op !== 'Shape'));
  const producers = producersOf(graph.nodes);
  const constant = (name: string) => constantOf(graph, producers, name);
  let value = input;
  let scaling: Scaling = { factor: [1], offset: [0], nodes: [] };
  let turned = false;
  for (let node = consumers.get(value); node; node = consumers.get(value)) {
    if (handsOn.has(node.op) || turnsChannels(graph, node)) {
      if (turnsChannels(graph, node)) turned = !turned;
    } else if (node.op === 'BatchNormalization' && scaling.nodes.length === 0) {
      const range = rangeOfStatistics(graph, node);
      const how = range && `guessed: ${range.what} by the checkpoint itself (“${node.name || node.op}”)`;
      return range && how ? { preprocessing: range.preprocessing, how, guessed: true } : null;
    } else {
      const next = scaledBy(scaling, node, value, constant);
      if (!next) break;
      scaling = next;
    }
    value = node.outputs[0] ?? '';
  }
  const range = scaling.nodes.length === 0 ? null : rangeOf(scaling, turned);
  if (!range) return null;
  const names = [...new Set(scaling.nodes.map((node) => `“${node.name || node.op}”`))].join(', ');
  return {
    preprocessing: range.preprocessing,
    how: `${range.what} by the checkpoint itself (${names})`,
    guessed: false,
  };
}
