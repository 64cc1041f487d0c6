/** Safetensors files, by their header: the length of a JSON object, then the object (https://huggingface.co/docs/safetensors). */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../bytes/byteSource';
import { isJsonObject, type JsonObject, own, readJson } from '../json/json';
import { type FileKind, sizeText, ways } from './kind';
import { isVision, strangeWeights, weightsInWords } from './weightNames';

/** Headers are some hundred KB; the library itself refuses longer ones. */
const longestHeader = 100_000_000;
/** Longer ones are not read only to word a sentence. */
const longestRead = 8 << 20;

function headerLength(head: Uint8Array): number {
  return Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
}

/** @param head the first bytes. */
export function isSafetensors(head: Uint8Array): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = headerLength(head);
  return length >= 2 && length <= longestHeader;
}

const way = 'it holds no program; export the model to ONNX where it was trained, or with optimum-cli from its folder';

function dimsOf(entry: JsonObject): readonly number[] {
  const shape = own(entry, 'shape');
  return Array.isArray(shape) ? shape.filter((dim): dim is number => typeof dim === 'number') : [];
}

function endOf(entry: JsonObject): number {
  const offsets = own(entry, 'data_offsets');
  const end: unknown = Array.isArray(offsets) ? offsets[1] : 0;
  return typeof end === 'number' && Number.isSafeInteger(end) ? end : 0;
}

/** What a safetensors file holds. */
export function safetensorsKind(source: ByteSource): FileKind {
  const length = headerLength(source.read(0, 8).slice());
  const kind = (what: string, wayOut: string): FileKind => ({ id: 'safetensors', what, way: wayOut });
  if (8 + length > source.size) {
    return kind('a safetensors file that ends within its header: its download or copy stopped early', ways.again);
  }
  if (length > longestRead) return kind('a safetensors file (weights without a program)', way);
  let header: JsonObject;
  try {
    const json = readJson({ source, start: 8, end: 8 + length }, { name: `the header of ${source.name}` });
    if (!isJsonObject(json)) return kind('a damaged safetensors file: its header is no list of tensors', ways.again);
    header = json;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return kind('a damaged safetensors file: its header cannot be read', ways.again);
  }
  const tensors = Object.entries(header).flatMap(([name, entry]) =>
    name !== '__metadata__' && isJsonObject(entry) ? [{ name, dims: dimsOf(entry), end: endOf(entry) }] : [],
  );
  const wanted = 8 + length + tensors.reduce((most, { end }) => Math.max(most, end), 0);
  if (wanted > source.size) {
    return kind(
      `a safetensors file of which ${sizeText(source.size)} of ${sizeText(wanted)} are there: its download or copy stopped early`,
      ways.again,
    );
  }
  const names = tensors.map(({ name }) => name);
  const metadata = own(header, '__metadata__');
  const format = isJsonObject(metadata) ? own(metadata, 'format') : undefined;
  const madeBy = typeof format === 'string' && format.length < 20 ? `, written for “${format}”` : '';
  const strange = isVision(names) ? null : strangeWeights(names);
  if (strange) return kind(`a safetensors file with ${strange.what}`, strange.way);
  return kind(`a safetensors file${madeBy}: ${weightsInWords(tensors)}`, way);
}
