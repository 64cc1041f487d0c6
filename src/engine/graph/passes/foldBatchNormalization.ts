import { floatAttribute, intAttribute } from '../ir/attributes';
import type { Graph, Node } from '../ir/graph';
import { LazyTensor } from '../ir/lazyTensor';
import { producersOf, useCounts } from '../ir/links';
import type { Tensor } from '../ir/tensor';
import { batchNormalizationSlope } from '../ops/normalisation';

/** y = slope·x + offset per channel. */
interface Affine {
  readonly slope: Float32Array;
  readonly offset: Float32Array;
}

/** A constant's float32 elements; undefined when the value is no such constant. */
function floats(graph: Graph, name: string | undefined): Float32Array | undefined {
  const tensor = graph.constants.get(name ?? '');
  return tensor?.dtype === 'float32' ? (tensor.data as Float32Array) : undefined;
}

function affineOf(graph: Graph, node: Node): Affine | undefined {
  if (node.op !== 'BatchNormalization' || intAttribute(node, 'training_mode', 0) === 1) return undefined;
  const scale = graph.constants.get(node.inputs[1] ?? '');
  const variance = graph.constants.get(node.inputs[4] ?? '');
  const shift = floats(graph, node.inputs[2]);
  const mean = floats(graph, node.inputs[3]);
  if (scale?.dtype !== 'float32' || variance?.dtype !== 'float32' || !shift || !mean) return undefined;
  const slope = batchNormalizationSlope(scale, variance, floatAttribute(node, 'epsilon', 1e-5));
  return { slope, offset: shift.map((beta, c) => beta - (mean[c] as number) * (slope[c] as number)) };
}

interface Folded {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** The last result for each weight: a model is folded again for every set of probes that it is compiled for. */
const lastFolded = new WeakMap<Tensor, Affine & Folded & { readonly given: Float32Array | undefined }>();

const same = (a: Float32Array, b: Float32Array) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** The convolution's weight and bias with the affine map that follows it worked in. */
function scaled(weight: Tensor, given: Float32Array | undefined, { slope, offset }: Affine): Folded {
  const last = lastFolded.get(weight);
  if (last && last.given === given && same(last.slope, slope) && same(last.offset, offset)) return last;
  const multiply = () => {
    const source = weight.data as Float32Array;
    const data = new Float32Array(source.length);
    const perChannel = source.length / slope.length;
    slope.forEach((factor, channel) => {
      const end = (channel + 1) * perChannel;
      for (let i = channel * perChannel; i < end; i++) data[i] = (source[i] as number) * factor;
    });
    return data;
  };
  const shifted = offset.map((value, c) => value + (given ? (given[c] as number) * (slope[c] as number) : 0));
  const folded: Folded = {
    weight: new LazyTensor('float32', weight.dims, multiply),
    bias: { dtype: 'float32', dims: [slope.length], data: shifted },
  };
  lastFolded.set(weight, { ...folded, given, slope, offset });
  return folded;
}

/**
 * Works BatchNormalization into the Conv in front of it when the Conv's own output is used nowhere else and is neither in `keep` nor an
 * output of the graph. The BatchNormalization's value keeps its name.
 */
export function foldBatchNormalization(graph: Graph, keep: ReadonlySet<string>): Graph {
  const uses = useCounts(graph.nodes);
  const producers = producersOf(graph.nodes);
  const outputs = new Set(graph.outputs);
  const constants = new Map(graph.constants);
  const replaced = new Map<Node, Node | null>();

  for (const node of graph.nodes) {
    const affine = affineOf(graph, node);
    const value = node.inputs[0] as string;
    const conv = producers.get(value);
    if (!affine || conv?.op !== 'Conv' || uses.get(value) !== 1 || keep.has(value) || outputs.has(value)) continue;
    const weight = constants.get(conv.inputs[1] ?? '');
    const bias = floats(graph, conv.inputs[2]);
    if (weight?.dtype !== 'float32' || (conv.inputs[2] && !bias)) continue;
    const output = node.outputs[0] as string;
    const folded = scaled(weight, bias, affine);
    const names = [`${output}/folded_weight`, `${output}/folded_bias`] as const;
    constants.set(names[0], folded.weight).set(names[1], folded.bias);
    replaced.set(conv, null);
    replaced.set(node, { ...conv, inputs: [conv.inputs[0] as string, ...names], outputs: [output] });
  }
  const nodes = graph.nodes.flatMap((node) => {
    const other = replaced.get(node);
    return other === undefined ? [node] : other === null ? [] : [other];
  });
  return { ...graph, nodes, constants };
}
