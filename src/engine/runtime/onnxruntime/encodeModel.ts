import { batchSymbols, type SymbolicDim } from '../../graph/inference/batchSymbols';
import { FreshNames } from '../../graph/ir/freshNames';
import type { AttributeValue, Graph, GraphInput, Node } from '../../graph/ir/graph';
import type { StoredFile } from '../../graph/ir/lazyTensor';
import type { DType, Tensor } from '../../graph/ir/tensor';
import { encodeTensor, onnxTypeNumber } from './encodeTensor';
import { type ExternalTensor, type Weights, weightsOf } from './placing';
import { ProtobufWriter } from './protobufWriter';
import type { WeightFile } from './weightFile';

export interface EncodedModel {
  /** A serialised ONNX ModelProto (IR version 10, opset 21). */
  readonly model: Uint8Array;
  /** The large constants, by the location that the model names; none when they are found in `files`. */
  readonly external: readonly ExternalTensor[];
  /** The files that the model names, relative to {@link weightsFolder}. */
  readonly files: ReadonlySet<StoredFile>;
  /** The graph inputs that the outputs depend on, in graph order. */
  readonly inputs: readonly string[];
}

const irVersion = 10;
const opset = 21;

/** A graph's attribute values are plain numbers; these are the ones that the standard operators declare as FLOAT or FLOATS. */
const floatAttributes: ReadonlySet<string> = new Set([
  'activation_alpha',
  'activation_beta',
  'alpha',
  'beta',
  'bias',
  'clip',
  'cubic_coeff_a',
  'epsilon',
  'extrapolation_value',
  'gamma',
  'high',
  'lambd',
  'low',
  'mean',
  'momentum',
  'norm_coefficient',
  'ratio',
  'scale',
  'seed',
  'softcap',
  'spatial_scale',
  'value_float',
  'value_floats',
]);

const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

function encodeAttribute(name: string, value: AttributeValue): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  const float = floatAttributes.has(name);
  if (typeof value === 'number') {
    if (float) return writer.float(2, value).integer(20, attributeType.float);
    return writer.integer(3, value).integer(20, attributeType.int);
  }
  if (typeof value === 'string') return writer.string(4, value).integer(20, attributeType.string);
  if (!Array.isArray(value))
    return writer.message(5, encodeTensor('', value as Tensor)).integer(20, attributeType.tensor);
  if (typeof value[0] === 'string') {
    for (const text of value as readonly string[]) writer.string(9, text);
    return writer.integer(20, attributeType.strings);
  }
  if (float) return writer.floats(7, value as readonly number[]).integer(20, attributeType.floats);
  return writer.integers(8, value as readonly number[]).integer(20, attributeType.ints);
}

/** Operators of other domains are called `domain::Operator` in a graph. */
function splitDomain(op: string): { readonly domain: string; readonly name: string } {
  const at = op.lastIndexOf('::');
  return at < 0 ? { domain: '', name: op } : { domain: op.slice(0, at), name: op.slice(at + 2) };
}

function encodeNode(node: Node, nodeName: string): ProtobufWriter {
  const writer = new ProtobufWriter();
  const { domain, name } = splitDomain(node.op);
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, nodeName).string(4, name);
  for (const [key, value] of Object.entries(node.attributes)) writer.message(5, encodeAttribute(key, value));
  if (domain !== '') writer.string(7, domain);
  return writer;
}

/** A ValueInfoProto; `dims` null leaves the shape out, a null dimension becomes a symbol of its own. */
function encodeValue(name: string, dtype: DType, dims: readonly (SymbolicDim | null)[] | null): ProtobufWriter {
  const tensorType = new ProtobufWriter().integer(1, onnxTypeNumber[dtype]);
  if (dims) {
    const shape = new ProtobufWriter();
    dims.forEach((dim, axis) => {
      const entry = new ProtobufWriter();
      if (dim === null) entry.string(2, `${name}_${axis}`);
      else if (typeof dim === 'number') entry.integer(1, dim);
      else entry.string(2, dim.timesBatch === 1 ? 'batch' : `batch_times_${dim.timesBatch}`);
      shape.message(1, entry);
    });
    tensorType.message(2, shape);
  }
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}

/** An input's shape, with the batch as a symbol when it is free. */
function inputDims(input: GraphInput, dynamicBatch: boolean): readonly (SymbolicDim | null)[] | null {
  const { dims } = input.type;
  return dims && dynamicBatch ? dims.map((dim, axis) => (axis === 0 ? { timesBatch: 1 } : dim)) : dims;
}

/** The nodes that the outputs depend on, in graph order, and the names of all values they read. */
function neededNodes(
  graph: Graph,
  outputs: readonly string[],
): { nodes: readonly Node[]; values: ReadonlySet<string> } {
  const values = new Set(outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => output !== '' && values.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input !== '') values.add(input);
  }
  return { nodes: nodes.reverse(), values };
}

function constantsOf(graph: Graph, names: readonly string[]): Map<string, Tensor> {
  return new Map(
    names.map((name): [string, Tensor] => {
      const constant = graph.constants.get(name);
      if (!constant) throw new RangeError(`Nothing in the graph computes the value “${name}”.`);
      return [name, constant];
    }),
  );
}

function encodeOpsets(nodes: readonly Node[]): ProtobufWriter[] {
  const others = new Set(nodes.map((node) => splitDomain(node.op).domain).filter((domain) => domain !== ''));
  const standard = new ProtobufWriter().string(1, '').integer(2, opset);
  return [standard, ...[...others].map((domain) => new ProtobufWriter().string(1, domain).integer(2, 1))];
}

/**
 * Serialises the part of a graph that computes `outputs`. Constants of a kilobyte and more are left outside: in the files that they lie
 * in or in `file`, if `mapFiles` allows it, otherwise as views of their own memory. With `dynamicBatch` dimension 0 of every input
 * is the symbol `batch`, and the shapes of all values are told in it as far as they are known: onnxruntime loses them at a Reshape, and
 * then neither keeps its blocked layout across additions and products nor reuses memory for values of one size.
 *
 * @throws RangeError when an output or a node's input is computed by nothing, which is a bug of whoever built the graph.
 */
export function encodeModel(
  graph: Graph,
  outputs: readonly string[],
  dynamicBatch = false,
  mapFiles = false,
  file?: WeightFile,
): EncodedModel {
  const { nodes, values } = neededNodes(graph, outputs);
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const inputs = graph.inputs.filter((input) => values.has(input.name));
  const known = new Set(inputs.map((input) => input.name));
  const constants = constantsOf(
    graph,
    [...values].filter((value) => !computed.has(value) && !known.has(value)),
  );
  const weights: Weights = weightsOf([...constants.values()], mapFiles, file);

  const body = new ProtobufWriter();
  // onnxruntime wants every name once, and graphs name nodes only for messages.
  const names = new FreshNames([], (name, number) => `${name} (${number})`);
  for (const node of nodes) body.message(1, encodeNode(node, node.name && names.take(node.name)));
  body.string(2, 'graph');
  for (const [name, constant] of constants) body.message(5, encodeTensor(name, constant, weights.place));
  for (const input of inputs) {
    body.message(11, encodeValue(input.name, input.type.dtype, inputDims(input, dynamicBatch)));
  }
  const symbols: ReturnType<typeof batchSymbols> = dynamicBatch ? batchSymbols({ ...graph, nodes, inputs }) : new Map();
  const wanted = new Set(outputs);
  for (const output of wanted) {
    const type = graph.types.get(output);
    const dims = dynamicBatch ? (symbols.get(output) ?? null) : (type?.dims ?? null);
    body.message(12, type ? encodeValue(output, type.dtype, dims) : new ProtobufWriter().string(1, output));
  }
  for (const [name, dims] of symbols) {
    const type = graph.types.get(name);
    if (type && computed.has(name) && !wanted.has(name)) body.message(13, encodeValue(name, type.dtype, dims));
  }

  const model = new ProtobufWriter().integer(1, irVersion).string(2, 'whylight').message(7, body);
  for (const each of encodeOpsets(nodes)) model.message(8, each);
  const { external, files } = weights;
  return { model: model.finish(), external, files, inputs: inputs.map((input) => input.name) };
}
