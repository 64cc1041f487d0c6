import { CheckpointError } from '../../../shared/errors';
import type { MessageReader } from '../protobuf';
import { readSparseTensor, type SparseRecord } from './sparseTensor';
import { readTensorProto, type TensorRecord } from './tensorProto';

/** An AttributeProto; integers keep all 64 bits. Subgraphs, type descriptions and references of functions are `other`. */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorRecord }
  | { readonly kind: 'sparse'; readonly value: SparseRecord }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'other' };

/** AttributeProto.AttributeType. */
const kinds: Readonly<Record<number, Attribute['kind']>> = {
  1: 'float',
  2: 'int',
  3: 'string',
  4: 'tensor',
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
  7: 'floats',
  8: 'ints',
  9: 'strings',
  22: 'sparse',
};

export function readAttribute(message: MessageReader): { readonly name: string; readonly attribute: Attribute } {
  let name = '';
  let type = 0;
  let isReference = false;
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
    else if (field.number === 7) field.eachFloat(4, (value) => floats.push(value));
    else if (field.number === 8) field.eachInt64((value) => ints.push(value));
    else if (field.number === 9) strings.push(field.text());
    else if (field.number === 20) type = field.integer();
    else if (field.number === 21) isReference = true;
    else if (field.number === 22) sparse = readSparseTensor(field.message());
  }
  const kind = isReference ? 'other' : type === 0 ? seen : (kinds[type] ?? 'other');
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
    case 'other':
      return { name, attribute: { kind } };
  }
}
