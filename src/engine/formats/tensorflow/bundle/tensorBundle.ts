/** A checkpoint of TensorFlow: an index of names, and shards with the weights (tensorflow/core/util/tensor_bundle). */
import { basename } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import { elementBytes, elementCount, type Tensor } from '../../../graph/ir/tensor';
import { type ByteSource, MemorySource } from '../../kit/bytes/byteSource';
import type { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { MessageReader } from '../../kit/protobuf/protobuf';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import type { NumericData, NumericDType } from '../../kit/tensors/elements';
import { storedTensor } from '../../kit/tensors/storedTensor';
import { dtypeOf } from '../graph/dataTypes';
import { readShape } from '../proto/shapeProto';
import { decodeSliceKey, type Extent } from './orderedCode';
import { joinedSlices, type Slice } from './slices';
import { readStringTensor } from './stringTensor';
import { readTable } from './table';

/** Where a tensor, or a slice of one, lies. */
interface Entry {
  readonly type: number;
  readonly dims: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** How many slices it is stored in; 0 when it is whole. */
  readonly slices: number;
}

interface StoredSlice {
  readonly extents: readonly Extent[];
  readonly entry: Entry;
}

/** Tensors by their names in a checkpoint; each is made when it is asked for. */
export interface TensorSource {
  readonly names: Iterable<string>;
  has(name: string): boolean;
  /**
   * @returns null when there is none of that name, or it is of a type that is no array of numbers.
   * @throws CheckpointError when what the index says of it cannot be.
   */
  tensor(name: string): Tensor | null;
  /** The first text of a tensor of texts; null when there is none of that name. */
  text(name: string): Uint8Array | null;
}

const decoder = new TextDecoder();

export class TensorBundle implements TensorSource {
  private readonly entries = new Map<string, Entry>();
  private readonly slices = new Map<string, StoredSlice[]>();
  private shards = 1;
  private bigEndian = false;

  /**
   * @param index the opened index; shards are beside it, under its name without `.index`.
   * @throws CheckpointError when the index is damaged.
   */
  constructor(
    private readonly index: ByteSource,
    private readonly files: CheckpointFiles,
    /** In front of the names of the shards: `variables/variables`. */
    private readonly prefix: string,
  ) {
    readTable(index, (key, value) => this.add(key, value));
  }

  get names(): Iterable<string> {
    return this.entries.keys();
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  tensor(name: string): Tensor | null {
    const entry = this.entries.get(name);
    const dtype = entry && dtypeOf(entry.type);
    if (!entry || !dtype || dtype === 'string') return null;
    if (entry.slices === 0) return this.stored(name, dtype, entry);
    const slices = (this.slices.get(name) ?? []).map(
      ({ extents, entry: part }): Slice => ({ extents, tensor: this.stored(name, dtype, part) }),
    );
    return joinedSlices(name, dtype, entry.dims, slices);
  }

  text(name: string): Uint8Array | null {
    const entry = this.entries.get(name);
    if (!entry || dtypeOf(entry.type) !== 'string' || entry.slices > 0) return null;
    const source = this.shard(entry.shard, name);
    return readStringTensor(source, entry.offset, entry.size, elementCount(entry.dims));
  }

  private add(key: Uint8Array, value: Uint8Array): void {
    const message = new MessageReader({
      source: new MemorySource(this.index.name, value),
      start: 0,
      end: value.length,
    });
    if (key.length === 0) this.readHeader(message);
    else if (key[0] === 0) {
      const slice = decodeSliceKey(key);
      if (!slice) throw this.damaged('the name of a slice in it cannot be read');
      const parts = this.slices.get(slice.name) ?? [];
      parts.push({ extents: slice.extents, entry: this.readEntry(message) });
      this.slices.set(slice.name, parts);
    } else this.entries.set(decoder.decode(key), this.readEntry(message));
  }

  private readHeader(message: MessageReader): void {
    for (const field of message.fields()) {
      if (field.number === 1) this.shards = field.integer();
      else if (field.number === 2) this.bigEndian = field.integer() === 1;
    }
    if (this.shards < 1 || this.shards > 99999) throw this.damaged(`it states ${this.shards} files of weights`);
  }

  private readEntry(message: MessageReader): Entry {
    const entry = { type: 0, dims: [] as readonly number[], shard: 0, offset: 0, size: 0, slices: 0 };
    for (const field of message.fields()) {
      if (field.number === 1) entry.type = field.integer();
      else if (field.number === 2) {
        const shape = readShape(field.message());
        if (!shape || shape.includes(null)) throw this.damaged('the shape of a weight in it is not stated');
        entry.dims = shape as readonly number[];
      } else if (field.number === 3) entry.shard = field.integer();
      else if (field.number === 4) entry.offset = field.integer();
      else if (field.number === 5) entry.size = field.integer();
      else if (field.number === 7) entry.slices++;
    }
    if (!Number.isSafeInteger(elementCount(entry.dims))) {
      throw this.damaged(`a weight in it has the impossible shape [${entry.dims.join(', ')}]`);
    }
    return entry;
  }

  private stored(name: string, dtype: NumericDType, { dims, shard, offset, size }: Entry): Tensor {
    const bytes = elementCount(dims) * elementBytes[dtype];
    if (size !== bytes) {
      throw this.damaged(
        `the weight “${name}” is ${dtype}[${dims.join(', ')}], which takes ${bytes} bytes, not ${size}`,
      );
    }
    const source = this.shard(shard, name);
    if (offset < 0 || offset + size > source.size) {
      throw this.damaged(
        `the weight “${name}” is said to lie at byte ${offset} of ${source.name}, which has ${source.size} bytes`,
      );
    }
    const tensor = storedTensor(dtype, dims, { source, start: offset, end: offset + size });
    return this.bigEndian && elementBytes[dtype] > 1
      ? derivedTensor(dtype, dims, () => swapped(tensor.data as NumericData))
      : tensor;
  }

  private shard(number: number, name: string): ByteSource {
    if (number < 0 || number >= this.shards) {
      throw this.damaged(`the weight “${name}” is said to lie in file ${number} of ${this.shards}`);
    }
    const digits = (value: number) => String(value).padStart(5, '0');
    const file = `${this.prefix}.data-${digits(number)}-of-${digits(this.shards)}`;
    return this.files.open(file, (why, cause) => {
      const what = why.startsWith('which is not in')
        ? `${basename(file)}, in which weights of ${this.index.name} lie, is not beside it; copy all files of the checkpoint.`
        : `${this.index.name} needs the file “${file}”, ${why}.`;
      return new CheckpointError(what, { cause });
    });
  }

  private damaged(what: string): CheckpointError {
    return new CheckpointError(`${this.index.name} is truncated or damaged: ${what}.`);
  }
}

/** The elements with the bytes of each turned round. */
function swapped(data: NumericData): NumericData {
  const result = data.slice() as NumericData;
  const buffer = Buffer.from(result.buffer, result.byteOffset, result.byteLength);
  if (result.BYTES_PER_ELEMENT === 2) buffer.swap16();
  else if (result.BYTES_PER_ELEMENT === 4) buffer.swap32();
  else buffer.swap64();
  return result;
}
