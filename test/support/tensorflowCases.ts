/** The cases that scripts/makeTensorflowCases.py writes: see there. */
import type { TfAttribute, TfProgram } from '../../src/engine/formats/tensorflow/graph/graphDef';
import { type DType, elementCount, type Tensor } from '../../src/engine/graph/ir/tensor';
import { sample } from './importCheck';

export interface TensorflowCase {
  readonly name: string;
  readonly program: TfProgram;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Of the outputs. */
  readonly values: readonly Tensor[];
  /** Of the first output, weighted by `sample(dims, 5)`, by the first input. */
  readonly gradient?: Tensor;
  /** False where the batch is fixed. */
  readonly free: boolean;
}

type Encoded = readonly [dtype: DType, dims: readonly number[], elements: string | readonly number[]];

type AttributeRecord =
  | { readonly s: string }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: readonly (number | null)[] | null }
  | { readonly list: readonly AttributeRecord[] };

interface CaseRecord {
  readonly name: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly type: number;
    readonly shape: readonly (number | null)[];
    readonly dims: readonly number[];
    readonly sample?: readonly [seed: number, scale: number];
    readonly value?: Encoded;
  }[];
  readonly constants: Readonly<Record<string, Encoded>>;
  readonly nodes: readonly (readonly [
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeRecord>>,
  ])[];
  readonly outputs: readonly string[];
  readonly values: readonly Encoded[];
  readonly gradient?: Encoded;
  readonly free?: boolean;
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
} as const;

function decoded([dtype, dims, elements]: Encoded): Tensor {
  if (typeof elements !== 'string') {
    return dtype === 'int64'
      ? { dtype, dims, data: BigInt64Array.from(elements, BigInt) }
      : { dtype, dims, data: arrays[dtype as 'int32'].from(elements) };
  }
  const bytes = Uint8Array.from(Buffer.from(elements, 'base64'));
  return { dtype, dims, data: new arrays[dtype as 'float32'](bytes.buffer, 0, elementCount(dims)) };
}

function attribute(record: AttributeRecord): TfAttribute {
  if ('list' in record) return { kind: 'list', value: record.list.map(attribute) };
  const [[kind, value]] = Object.entries(record) as [[string, unknown]];
  return { kind, value } as TfAttribute;
}

/** Integers as the graph takes them. */
function fed(tensor: Tensor): Tensor {
  if (tensor.dtype !== 'int32') return tensor;
  return { ...tensor, dtype: 'int64', data: BigInt64Array.from(tensor.data as Int32Array, BigInt) };
}

function caseOf(record: CaseRecord): TensorflowCase {
  const { name, inputs, constants, nodes, outputs, values, gradient, free = true } = record;
  const program: TfProgram = {
    inputs,
    constants: new Map(Object.entries(constants).map(([key, value]) => [key, decoded(value)])),
    nodes: nodes.map(([node, op, reads, attributes]) => ({
      name: node,
      op,
      inputs: reads,
      attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attribute(value)])),
    })),
    outputs,
  };
  const feeds = Object.fromEntries(
    inputs.map(({ name: input, dims, value, sample: given }) => [
      input,
      value ? fed(decoded(value)) : sample(dims, given?.[0], given?.[1]),
    ]),
  );
  const own = gradient ? { gradient: decoded(gradient) } : {};
  return { name, program, feeds, values: values.map(decoded), free, ...own };
}

export function readTensorflowCases(text: string): TensorflowCase[] {
  return (JSON.parse(text) as CaseRecord[]).map(caseOf);
}
