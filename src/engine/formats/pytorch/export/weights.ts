/** Where the weights of a torch.export archive lie. */
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { isJsonObject, type Json, own, parseJson } from '../../kit/json/json';
import type { ZipArchive } from '../../kit/zip/zipArchive';
import { readTorchArchive } from '../pickle/archive';
import { tensorOver } from '../pickle/tensors';
import { PickledStorage, PickledTensor } from '../pickle/values';
import { type ProgramJson, scalarTypeName } from './fields';

/** Weights and constants by their names in the module; what is no tensor (a custom object) has none. */
export type Weights = ReadonlyMap<string, Tensor>;

/**
 * Those that a list of files names (`<name>_weights_config.json`): raw elements, of which several tensors may share a file, or one pickle for
 * each.
 *
 * @param folder of the files in the archive, with a `/` at its end.
 */
export async function configuredWeights(
  zip: ZipArchive,
  config: string,
  folder: string,
  json: ProgramJson,
): Promise<Weights> {
  const parsed = parseJson(await zip.text(config), { name: `${config} of ${json.name}`, python: true });
  const entries = json.field(json.object(parsed, `“${config}”`), 'config', `“${config}”`);
  const weights = new Map<string, Tensor>();
  const ranges = new Map<string, ByteRange>();
  for (const [name, value] of Object.entries(entries)) {
    const what = `the entry “${name}” of “${config}”`;
    const entry = json.object(value, what);
    const path = `${folder}${json.textField(entry, 'path_name', what)}`;
    const range = ranges.get(path) ?? (await zip.range(path));
    ranges.set(path, range);
    if (own(entry, 'use_pickle') === true) {
      const archive = await readTorchArchive(range);
      if (archive.root instanceof PickledTensor) weights.set(name, archive.tensor(archive.root, `“${name}”`));
    } else if (isJsonObject(own(entry, 'tensor_meta')))
      weights.set(name, rawTensor(name, own(entry, 'tensor_meta'), range, json));
  }
  return weights;
}

function rawTensor(name: string, value: Json | undefined, range: ByteRange, json: ProgramJson): Tensor {
  const what = `the weight “${name}”`;
  const meta = json.object(value, what);
  const fixed = (key: string): number[] =>
    json.sizes(own(meta, key), `${what}’s “${key}”`).map((length) => {
      if (length === null) throw json.damaged(`${what} has no fixed “${key}”`);
      return length;
    });
  const [dims, strides] = [fixed('sizes'), fixed('strides')];
  if (dims.length !== strides.length)
    throw json.damaged(`${what} has ${dims.length} lengths and ${strides.length} strides`);
  const [offset = 0] = json.sizes([own(meta, 'storage_offset') ?? { as_int: 0 }], `${what}’s “storage_offset”`);
  if (!Number.isSafeInteger(elementCount(dims))) throw json.damaged(`${what} states the shape [${dims.join(', ')}]`);
  const storage = new PickledStorage('untyped', name, range.end - range.start);
  const view = new PickledTensor(storage, scalarTypeName(own(meta, 'dtype')), offset ?? 0, dims, strides);
  return tensorOver(view, range, `“${name}” of ${json.name}`);
}

/** Those of one pickled dictionary (`serialized_state_dict.pt`). */
export async function pickledWeights(zip: ZipArchive, file: string, json: ProgramJson): Promise<Weights> {
  const archive = await readTorchArchive(await zip.range(file));
  if (!(archive.root instanceof Map)) throw json.damaged(`“${file}” in it holds no dictionary of tensors`);
  const weights = new Map<string, Tensor>();
  for (const [name, value] of archive.root) {
    if (typeof name === 'string' && value instanceof PickledTensor)
      weights.set(name, archive.tensor(value, `“${name}”`));
  }
  return weights;
}
