/** The weights of a TensorFlow.js model by their names, left in their files until they are wanted. */
import { CheckpointError } from '../../../../shared/errors';
import { elementBytes, elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { arrayOver, type NumericData, type NumericDType } from '../../kit/tensors/elements';
import { storedTensor } from '../../kit/tensors/storedTensor';
import type { WeightEntry, WeightGroup, WeightQuantisation } from './manifest';
import { type ShardPart, Shards } from './shards';

/** What a manifest may say a weight's elements are. */
export const dtypes: ReadonlyMap<string, NumericDType> = new Map(
  (['float32', 'float16', 'int32', 'bool', 'uint8', 'int8', 'uint16', 'int16'] as const).map((name) => [name, name]),
);
/** Bytes of an element of the types that no network computes with. */
const otherBytes: ReadonlyMap<string, number> = new Map([['complex64', 8]]);

/**
 * @param name of the model's file, for messages.
 * @throws CheckpointError when a file is missing, too short, or a weight of an unknown type.
 */
export function readWeights(
  name: string,
  manifest: readonly WeightGroup[],
  files: CheckpointFiles,
): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const group of manifest) readGroup(name, group, new Shards(name, group, files), tensors);
  return tensors;
}

function readGroup(name: string, group: WeightGroup, shards: Shards, tensors: Map<string, Tensor>): void {
  let at = 0;
  const needed = group.weights.reduce((sum, entry) => sum + (bytesOf(entry) ?? 0), 0);
  for (const entry of group.weights) {
    const length = bytesOf(entry);
    if (length === null) {
      at = afterTexts(name, shards, at, elementCount(entry.dims), entry.name);
      continue;
    }
    const parts = shards.parts(at, at + length, needed);
    at += length;
    const stored = storedAs(entry, name);
    if (stored !== null) tensors.set(entry.name, real(entry, tensorOf(stored, entry.dims, parts)));
  }
}

/** The type that lies in the file; null for one that nothing computes with. */
function storedAs({ dtype, quantisation, name }: WeightEntry, model: string): NumericDType | null {
  const stored = quantisation?.dtype ?? dtypes.get(dtype) ?? null;
  if (stored === null && !otherBytes.has(dtype)) {
    throw new CheckpointError(`${model} has the weight “${name}” of the unknown type “${dtype}”.`);
  }
  return stored;
}

/** Bytes of a weight in its file; null for texts, which say their lengths themselves. */
function bytesOf({ dtype, dims, quantisation }: WeightEntry): number | null {
  if (dtype === 'string') return null;
  const stored = quantisation?.dtype ?? dtypes.get(dtype);
  return elementCount(dims) * (stored ? elementBytes[stored] : (otherBytes.get(dtype) ?? 0));
}

function tensorOf(dtype: NumericDType, dims: readonly number[], parts: readonly ShardPart[]): Tensor {
  const [first] = parts;
  if (first && parts.length === 1) return storedTensor(dtype, dims, { ...first, source: first.file });
  const kept = parts.map(({ file, start, end }) => ({ file: file.file, start, end }));
  return derivedTensor(dtype, dims, () => {
    const buffer = new ArrayBuffer(elementCount(dims) * elementBytes[dtype]);
    let at = 0;
    for (const { file, start, end } of kept) {
      file.readInto(new Uint8Array(buffer, at, end - start), start);
      at += end - start;
    }
    return arrayOver(dtype, buffer);
  });
}

type Steps = Extract<WeightQuantisation, { readonly scale: number }>;

/** The numbers that quantised ones stand for. Half precision is left to whoever takes the weights. */
function real({ dtype, quantisation }: WeightEntry, stored: Tensor): Tensor {
  if (!quantisation || quantisation.dtype === 'float16') return stored;
  const whole = dtype === 'int32';
  return derivedTensor(whole ? 'int32' : 'float32', stored.dims, () => scaled(stored, quantisation, whole));
}

function scaled(stored: Tensor, { scale, min }: Steps, whole: boolean): NumericData {
  const data = stored.data as NumericData;
  const result = whole ? new Int32Array(data.length) : new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]) * scale + min;
    result[i] = whole ? Math.round(value) : value;
  }
  return result;
}

/** Skips texts, each with its length in 4 bytes in front. */
function afterTexts(name: string, shards: Shards, start: number, count: number, weight: string): number {
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 4 > shards.size) {
      throw new CheckpointError(`${name} is damaged: the texts “${weight}” end behind the files of its weights.`);
    }
    const bytes = new Uint8Array(4);
    let filled = 0;
    for (const { file, start: from, end } of shards.parts(at, at + 4, at + 4)) {
      file.readInto(bytes.subarray(filled, filled + end - from), from);
      filled += end - from;
    }
    at += 4 + new DataView(bytes.buffer).getUint32(0, true);
  }
  return at;
}
