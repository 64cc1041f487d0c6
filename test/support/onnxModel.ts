/** Writes small ONNX files for tests, in any opset and with every way of storing a weight. */
import type { DType, Tensor } from '../../src/engine/graph/ir/tensor';
import { encodeTensor, onnxTypeNumber } from '../../src/engine/runtime/onnxruntime/encodeTensor';
import { ProtobufWriter } from '../../src/engine/runtime/onnxruntime/protobufWriter';

export type ModelAttribute =
  | { readonly f: number }
  | { readonly i: number | bigint }
  | { readonly s: string }
  | { readonly t: Tensor }
  | { readonly g: ProtobufWriter | ModelGraph }
  /** In a function: the caller's attribute of that name, of the type with this AttributeProto number. */
  | { readonly ref: string; readonly type: number }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly strings: readonly string[] };

export interface ModelNode {
  readonly op: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, ModelAttribute>>;
}

export interface ModelValue {
  readonly dtype?: DType;
  /** Numbers, names of open dimensions, or null for none; undefined leaves the shape out. */
  readonly dims?: readonly (number | string | null)[];
}

export interface ModelGraph {
  readonly nodes: readonly ModelNode[];
  readonly inputs?: Readonly<Record<string, ModelValue>>;
  readonly outputs?: Readonly<Record<string, ModelValue>>;
  /** Weights, or TensorProtos as they shall stand in the file. */
  readonly initializers?: Readonly<Record<string, Tensor | ProtobufWriter>>;
  readonly sparse?: readonly ProtobufWriter[];
  readonly values?: Readonly<Record<string, ModelValue>>;
}

export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of attributes that a caller must give. */
  readonly attributes?: readonly string[];
  readonly defaults?: Readonly<Record<string, ModelAttribute>>;
  readonly nodes: readonly ModelNode[];
  /** Domain → version. */
  readonly opsets: Readonly<Record<string, number>>;
}

export interface Model extends ModelGraph {
  readonly opset: number;
  readonly irVersion?: number;
  readonly functions?: readonly ModelFunction[];
  readonly domains?: Readonly<Record<string, number>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

function attribute(name: string, value: ModelAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  if ('f' in value) return writer.float(2, value.f).integer(20, 1);
  if ('i' in value) return writer.integer(3, value.i).integer(20, 2);
  if ('s' in value) return writer.string(4, value.s).integer(20, 3);
  if ('t' in value) return writer.message(5, encodeTensor('', value.t)).integer(20, 4);
  if ('g' in value) {
    return writer.message(6, value.g instanceof ProtobufWriter ? value.g : encodeGraph(value.g)).integer(20, 5);
  }
  if ('ref' in value) return writer.string(21, value.ref).integer(20, value.type);
  if ('floats' in value) return writer.floats(7, value.floats).integer(20, 6);
  if ('ints' in value) return writer.integers(8, value.ints).integer(20, 7);
  for (const text of value.strings) writer.string(9, text);
  return writer.integer(20, 8);
}

function node(value: ModelNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of value.inputs) writer.string(1, input);
  for (const output of value.outputs) writer.string(2, output);
  writer.string(3, value.name ?? '').string(4, value.op);
  for (const [name, each] of Object.entries(value.attributes ?? {})) writer.message(5, attribute(name, each));
  if (value.domain) writer.string(7, value.domain);
  return value.overload ? writer.string(8, value.overload) : writer;
}

function valueInfo(name: string, { dtype = 'float32', dims }: ModelValue): ProtobufWriter {
  const tensor = new ProtobufWriter().integer(1, onnxTypeNumber[dtype]);
  if (dims) {
    const shape = new ProtobufWriter();
    for (const dim of dims) {
      const entry = new ProtobufWriter();
      if (typeof dim === 'number') entry.integer(1, dim);
      else if (typeof dim === 'string') entry.string(2, dim);
      shape.message(1, entry);
    }
    tensor.message(2, shape);
  }
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

function pair(key: string, value: string): ProtobufWriter {
  return new ProtobufWriter().string(1, key).string(2, value);
}

/** A TensorProto whose data lies in another file. */
export function externalTensor(
  name: string,
  dtype: DType,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
): ProtobufWriter {
  const writer = new ProtobufWriter().integers(1, dims).integer(2, onnxTypeNumber[dtype]).string(8, name);
  for (const [key, value] of Object.entries(entries)) writer.message(13, pair(key, value));
  return writer.integer(14, 1);
}

function encodeGraph(model: ModelGraph): ProtobufWriter {
  const graph = new ProtobufWriter();
  for (const each of model.nodes) graph.message(1, node(each));
  graph.string(2, 'test');
  for (const [name, weight] of Object.entries(model.initializers ?? {})) {
    graph.message(5, weight instanceof ProtobufWriter ? weight : encodeTensor(name, weight));
  }
  for (const [name, value] of Object.entries(model.inputs ?? {})) graph.message(11, valueInfo(name, value));
  for (const [name, value] of Object.entries(model.outputs ?? {})) graph.message(12, valueInfo(name, value));
  for (const [name, value] of Object.entries(model.values ?? {})) graph.message(13, valueInfo(name, value));
  for (const each of model.sparse ?? []) graph.message(15, each);
  return graph;
}

function encodeOpset([domain, version]: readonly [string, number]): ProtobufWriter {
  return new ProtobufWriter().string(1, domain).integer(2, version);
}

function encodeFunction(value: ModelFunction): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, value.name).string(10, value.domain);
  for (const input of value.inputs) writer.string(4, input);
  for (const output of value.outputs) writer.string(5, output);
  for (const name of value.attributes ?? []) writer.string(6, name);
  for (const each of value.nodes) writer.message(7, node(each));
  for (const each of Object.entries(value.opsets)) writer.message(9, encodeOpset(each));
  for (const [name, each] of Object.entries(value.defaults ?? {})) writer.message(11, attribute(name, each));
  return value.overload ? writer.string(13, value.overload) : writer;
}

export function encodeTestModel(model: Model): Uint8Array {
  const writer = new ProtobufWriter()
    .integer(1, model.irVersion ?? 8)
    .string(2, 'tests')
    .string(3, '1.0');
  writer.message(7, encodeGraph(model));
  for (const [domain, version] of Object.entries({ '': model.opset, ...model.domains })) {
    writer.message(8, encodeOpset([domain, version]));
  }
  for (const each of model.functions ?? []) writer.message(25, encodeFunction(each));
  for (const [key, value] of Object.entries(model.metadata ?? {})) writer.message(14, pair(key, value));
  return writer.finish();
}
