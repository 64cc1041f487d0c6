/** A checkpoint of TensorFlow's first version: one table of slices with their elements (tensorflow/core/util/saved_tensor_slice.proto). */
import { CheckpointError } from '../../../../shared/errors';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import { type ByteSource, MemorySource } from '../../kit/bytes/byteSource';
import { MessageReader } from '../../kit/protobuf/protobuf';
import { dtypeOf } from '../graph/dataTypes';
import { readShape } from '../proto/shapeProto';
import { listedTensor } from '../proto/tensorProto';
import { decodeSliceKey, type SliceKey } from './orderedCode';
import { joinedSlices, type Slice } from './slices';
import { readTable } from './table';
import type { TensorSource } from './tensorBundle';

interface Entry {
  readonly type: number;
  readonly dims: readonly number[];
}

interface StoredSlice {
  readonly key: SliceKey;
  /** A SavedTensorSlices. */
  readonly value: Uint8Array;
}

export class FirstVersion implements TensorSource {
  private readonly entries = new Map<string, Entry>();
  private readonly slices = new Map<string, StoredSlice[]>();

  /** @throws CheckpointError when the table is damaged or of another kind. */
  constructor(private readonly source: ByteSource) {
    readTable(source, (key, value) => {
      if (key.length === 0) this.readMeta(this.message(value));
      else {
        const slice = decodeSliceKey(key);
        if (!slice) throw this.damaged('the name of a slice in it cannot be read');
        const all = this.slices.get(slice.name) ?? [];
        all.push({ key: slice, value });
        this.slices.set(slice.name, all);
      }
    });
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
    const slices = (this.slices.get(name) ?? []).map(({ key, value }): Slice => {
      const dims = key.extents.map((extent, axis) => extent?.length ?? entry.dims[axis] ?? 0);
      if (!Number.isSafeInteger(elementCount(dims))) throw this.damaged(`a slice of “${name}” has an impossible shape`);
      const data = this.dataOf(value);
      if (!data) throw this.damaged(`a slice of “${name}” is empty`);
      return { extents: key.extents, tensor: listedTensor(dtype, dims, data) };
    });
    return joinedSlices(name, dtype, entry.dims, slices);
  }

  text(): null {
    return null;
  }

  private readMeta(message: MessageReader): void {
    for (const field of message.fields()) {
      if (field.number !== 1) continue;
      for (const tensor of field.message().fields()) {
        if (tensor.number !== 1) continue;
        let name = '';
        let type = 0;
        let shape: readonly (number | null)[] | null = [];
        for (const part of tensor.message().fields()) {
          if (part.number === 1) name = part.text();
          else if (part.number === 2) shape = readShape(part.message());
          else if (part.number === 3) type = part.integer();
        }
        if (!shape || shape.includes(null)) throw this.damaged(`the shape of “${name}” is not stated`);
        const dims = shape as readonly number[];
        if (!Number.isSafeInteger(elementCount(dims))) {
          throw this.damaged(`the weight “${name}” has the impossible shape [${dims.join(', ')}]`);
        }
        this.entries.set(name, { type, dims });
      }
    }
  }

  /** The TensorProto of a SavedTensorSlices with data. */
  private dataOf(value: Uint8Array): MessageReader | null {
    for (const field of this.message(value).fields()) {
      if (field.number !== 2) continue;
      for (const part of field.message().fields()) if (part.number === 3) return part.message();
    }
    return null;
  }

  private message(value: Uint8Array): MessageReader {
    return new MessageReader({ source: new MemorySource(this.source.name, value), start: 0, end: value.length });
  }

  private damaged(what: string): CheckpointError {
    return new CheckpointError(`${this.source.name} is truncated or damaged: ${what}.`);
  }
}
