import { CheckpointError } from '../../../../shared/errors';
import type { Dim } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { MessageReader } from '../../kit/protobuf/protobuf';
import { readSparseTensor, type SparseRecord } from './sparseTensor';
import { readTensorProto, type TensorRecord } from './tensorProto';

/** A ValueInfoProto; `dataType` is null for values that are no tensors, `dims` when no shape is given. */
export interface ValueRecord {
  readonly name: string;
  readonly dataType: number | null;
  readonly dims: readonly Dim[] | null;
}

export interface NodeRecord {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** Tells functions of one name apart; empty for operators. */
  readonly overload: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Version of the standard operators that the node is written in, where that is not the model's: inside a function. */
  readonly opset?: number;
  /** As {@link Node.shownAs}, for nodes out of a function that is like an operator. */
  readonly shownAs?: string | null;
}

export interface GraphRecord {
  /** Absent where there is none, and in nested graphs that were flattened. */
  readonly name?: string;
  readonly nodes: readonly NodeRecord[];
  readonly initializers: readonly TensorRecord[];
  readonly sparseInitializers: readonly SparseRecord[];
  readonly inputs: readonly ValueRecord[];
  readonly outputs: readonly ValueRecord[];
  readonly values: readonly ValueRecord[];
}

/**
 * An AttributeProto; integers keep all 64 bits. A reference stands in a function for an attribute of its caller. Lists of
 * graphs and type descriptions, which no classifier needs, are `other`.
 */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorRecord }
  | { readonly kind: 'sparse'; readonly value: SparseRecord }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'graph'; readonly value: GraphRecord }
  | { readonly kind: 'reference'; readonly value: string }
  | { readonly kind: 'other' };

/** Graphs inside of graphs deeper than this are taken for an attack on the stack. */
const deepest = 64;

/** AttributeProto.AttributeType. */
const kinds: Readonly<Record<number, Attribute['kind']>> = {
  1: 'float',
  2: 'int',
  3: 'string',
  4: 'tensor',
  5: 'graph',
  6: 'floats',
  7: 'ints',
  8: 'strings',
  11: 'sparse',
};

/** Field number of the value → kind, for files that leave the type out (IR version 1). */
const kindOfField: Readonly<Record<number, Attribute['kind']>> = {
  2: 'float',
  3: 'int',
  4: 'string',
  5: 'tensor',
  6: 'graph',
  7: 'floats',
  8: 'ints',
  9: 'strings',
  22: 'sparse',
};

export function readAttribute(
  message: MessageReader,
  depth = 0,
): { readonly name: string; readonly attribute: Attribute } {
  let name = '';
  let type = 0;
  let reference: string | null = null;
  const graphs: ByteRange[] = [];
  let seen: Attribute['kind'] = 'other';
  const floats: number[] = [];
  const ints: bigint[] = [];
  const strings: string[] = [];
  let float = 0;
  let int = 0n;
  let string = '';
  let tensor: TensorRecord | null = null;
  let sparse: SparseRecord | null = null;
  for (const field of message.fields()) {
    seen = kindOfField[field.number] ?? seen;
    if (field.number === 1) name = field.text();
    else if (field.number === 2) float = field.float();
    else if (field.number === 3) int = field.int64();
    else if (field.number === 4) string = field.text();
    else if (field.number === 5) tensor = readTensorProto(field.message());
    else if (field.number === 6) graphs.push(field.range());
    else if (field.number === 7) field.eachFloat(4, (value) => floats.push(value));
    else if (field.number === 8) field.eachInt64((value) => ints.push(value));
    else if (field.number === 9) strings.push(field.text());
    else if (field.number === 20) type = field.integer();
    else if (field.number === 21) reference = field.text();
    else if (field.number === 22) sparse = readSparseTensor(field.message());
  }
  if (reference) return { name, attribute: { kind: 'reference', value: reference } };
  const kind = type === 0 ? seen : (kinds[type] ?? 'other');
  const lacking = () => new CheckpointError(`The attribute “${name}” of a node of the checkpoint has no value.`);
  switch (kind) {
    case 'float':
      return { name, attribute: { kind, value: float } };
    case 'int':
      return { name, attribute: { kind, value: int } };
    case 'string':
      return { name, attribute: { kind, value: string } };
    case 'tensor':
      if (!tensor) throw lacking();
      return { name, attribute: { kind, value: tensor } };
    case 'sparse':
      if (!sparse) throw lacking();
      return { name, attribute: { kind, value: sparse } };
    case 'floats':
      return { name, attribute: { kind, value: floats } };
    case 'ints':
      return { name, attribute: { kind, value: ints } };
    case 'strings':
      return { name, attribute: { kind, value: strings } };
    case 'graph':
      if (graphs.length === 0) throw lacking();
      return { name, attribute: { kind, value: readGraph(graphs, depth + 1) } };
    default:
      return { name, attribute: { kind: 'other' } };
  }
}

export function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** A message field that occurs several times is the concatenation of its parts. */
export function readGraph(parts: readonly ByteRange[], depth = 0): GraphRecord {
  if (depth > deepest)
    throw new CheckpointError(`The checkpoint nests more than ${deepest} graphs, which is not supported.`);
  const nodes: NodeRecord[] = [];
  const initializers: TensorRecord[] = [];
  const sparseInitializers: SparseRecord[] = [];
  const inputs: ValueRecord[] = [];
  const outputs: ValueRecord[] = [];
  const values: ValueRecord[] = [];
  let name = '';
  for (const part of parts) {
    for (const field of new MessageReader(part).fields()) {
      if (field.number === 1) nodes.push(readNode(field.message(), depth));
      else if (field.number === 2) name = field.text();
      else if (field.number === 5) initializers.push(readTensorProto(field.message()));
      else if (field.number === 11) inputs.push(readValue(field.message()));
      else if (field.number === 12) outputs.push(readValue(field.message()));
      else if (field.number === 13) values.push(readValue(field.message()));
      else if (field.number === 15) sparseInitializers.push(readSparseTensor(field.message()));
    }
  }
  return { name, nodes, initializers, sparseInitializers, inputs, outputs, values };
}

/** Shared, since a file may hold very many nodes that have none. */
const noAttributes: NodeRecord['attributes'] = new Map();
const noInputs: readonly string[] = [];

export function readNode(message: MessageReader, depth = 0): NodeRecord {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let attributes: Map<string, Attribute> | null = null;
  let op = '';
  let domain = '';
  let overload = '';
  let name = '';
  for (const field of message.fields()) {
    if (field.number === 1) inputs.push(field.text());
    else if (field.number === 2) outputs.push(field.text());
    else if (field.number === 3) name = field.text();
    else if (field.number === 4) op = field.text();
    else if (field.number === 7) domain = standardDomain(field.text());
    else if (field.number === 8) overload = field.text();
    else if (field.number === 5) {
      const read = readAttribute(field.message(), depth);
      attributes ??= new Map();
      attributes.set(read.name, read.attribute);
    }
  }
  return {
    op,
    domain,
    overload,
    name,
    inputs: inputs.length === 0 ? noInputs : inputs,
    outputs,
    attributes: attributes ?? noAttributes,
  };
}

export function readValue(message: MessageReader): ValueRecord {
  let name = '';
  let dataType: number | null = null;
  let dims: readonly Dim[] | null = null;
  for (const field of message.fields()) {
    if (field.number === 1) name = field.text();
    if (field.number !== 2) continue;
    for (const type of field.message().fields()) {
      if (type.number !== 1) continue;
      for (const part of type.message().fields()) {
        if (part.number === 1) dataType = part.integer();
        else if (part.number === 2) dims = readShape(part.message());
      }
    }
  }
  return { name, dataType, dims };
}

/** A dimension without a positive length (a symbol, nothing, or the 0 and −1 of old exporters) is unknown. */
function readShape(message: MessageReader): readonly Dim[] {
  const dims: Dim[] = [];
  for (const field of message.fields()) {
    if (field.number !== 1) continue;
    let dim: Dim = null;
    for (const part of field.message().fields()) {
      if (part.number !== 1) continue;
      const length = part.integer();
      dim = length > 0 ? length : null;
    }
    dims.push(dim);
  }
  return dims;
}
