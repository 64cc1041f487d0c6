/** Fields of the JSON that torch.export writes (torch/_export/serde/schema.py), checked as they are read. */
import { CheckpointError } from '../../../../shared/errors';
import { mostDimensions } from '../../../graph/ir/tensor';
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';

/** Makes the error for what is wrong in the program. */
export class ProgramJson {
  /** @param name of the archive. */
  constructor(readonly name: string) {}

  damaged(what: string): CheckpointError {
    return new CheckpointError(`${this.name} is damaged: ${what}.`);
  }

  object(value: Json | undefined, what: string): JsonObject {
    if (isJsonObject(value)) return value;
    throw this.damaged(`${what} is no object`);
  }

  list(value: Json | undefined, what: string): readonly Json[] {
    if (Array.isArray(value)) return value;
    throw this.damaged(`${what} is no list`);
  }

  text(value: Json | undefined, what: string): string {
    if (typeof value === 'string') return value;
    throw this.damaged(`${what} is no text`);
  }

  /** The one key of a union and what it holds. */
  union(value: Json | undefined, what: string): readonly [kind: string, value: Json | undefined] {
    const object = this.object(value, what);
    const [kind, ...others] = Object.keys(object);
    if (kind === undefined || others.length > 0) throw this.damaged(`${what} is not of one kind`);
    return [kind, own(object, kind)];
  }

  field(object: JsonObject, key: string, what: string): JsonObject {
    return this.object(own(object, key), `${what}’s “${key}”`);
  }

  listField(object: JsonObject, key: string, what: string): readonly Json[] {
    return this.list(own(object, key), `${what}’s “${key}”`);
  }

  textField(object: JsonObject, key: string, what: string): string {
    return this.text(own(object, key), `${what}’s “${key}”`);
  }

  /** Lengths or strides; null for those that follow the input's size. */
  sizes(value: Json | undefined, what: string): (number | null)[] {
    const items = this.list(value, what);
    if (items.length > mostDimensions) throw this.damaged(`${what} has ${items.length} axes`);
    return items.map((item) => {
      const [kind, size] = this.union(item, what);
      if (kind !== 'as_int') return null;
      if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
      throw this.damaged(`${what} has the length ${JSON.stringify(size)}`);
    });
  }
}

/** ScalarType of schema.py, by PyTorch's names; float8 and complex types are left out. */
const scalarTypes: Readonly<Record<number, string>> = {
  1: 'uint8',
  2: 'int8',
  3: 'int16',
  4: 'int32',
  5: 'int64',
  6: 'float16',
  7: 'float32',
  8: 'float64',
  12: 'bool',
  13: 'bfloat16',
  28: 'uint16',
  34: 'uint32',
  35: 'uint64',
};

/** PyTorch's name of an element type, `type 29` where there is none here. */
export function scalarTypeName(value: Json | undefined): string {
  return (typeof value === 'number' && scalarTypes[value]) || `type ${JSON.stringify(value ?? null)}`;
}
