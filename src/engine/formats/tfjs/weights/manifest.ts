/** Which weights lie in which files: the manifest of a TensorFlow.js model. */
import { CheckpointError } from '../../../../shared/errors';
import { mostDimensions } from '../../../graph/ir/tensor';
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';

/** How stored numbers stand for others: q · scale + min, or in half precision. */
export type WeightQuantisation =
  | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
  | { readonly dtype: 'float16' };

export interface WeightEntry {
  readonly name: string;
  readonly dims: readonly number[];
  /** As the file says it: `float32`. */
  readonly dtype: string;
  readonly quantisation: WeightQuantisation | null;
}

/** Weights that follow each other without gaps in some files, one after the other. */
export interface WeightGroup {
  /** Relative to the model's folder. */
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

const list = (value: Json | undefined): readonly Json[] | null => (Array.isArray(value) ? value : null);

/** @param name of the file, for messages. */
export function readManifest(json: Json, name: string): readonly WeightGroup[] {
  const damaged = (what: string) => new CheckpointError(`${name} is damaged: its list of weights ${what}.`);
  const groups = list(json);
  if (!groups) throw damaged('is no list');
  const names = new Set<string>();
  return groups.map((group) => {
    const paths = isJsonObject(group) ? list(own(group, 'paths')) : null;
    const weights = isJsonObject(group) ? list(own(group, 'weights')) : null;
    if (!paths || !weights) throw damaged('has a group without files or without weights');
    return {
      paths: paths.map((path) => {
        if (typeof path !== 'string') throw damaged('names a file that is no text');
        return path;
      }),
      weights: weights.map((weight) => {
        const entry = readEntry(weight, damaged);
        if (names.has(entry.name)) throw damaged(`has “${entry.name}” twice`);
        names.add(entry.name);
        return entry;
      }),
    };
  });
}

function readEntry(json: Json, damaged: (what: string) => CheckpointError): WeightEntry {
  if (!isJsonObject(json)) throw damaged('has an entry that is no object');
  const [name, dtype, shape] = [own(json, 'name'), own(json, 'dtype'), list(own(json, 'shape'))];
  if (typeof name !== 'string') throw damaged('has an entry without a name');
  if (typeof dtype !== 'string' || !shape) throw damaged(`has “${name}” without a type or a shape`);
  const dims = shape.map(Number);
  const possible = dims.every((length) => Number.isInteger(length) && length >= 0) && dims.length <= mostDimensions;
  const count = dims.reduce((product, length) => product * length, 1);
  if (!possible || !Number.isSafeInteger(count)) {
    throw damaged(`has “${name}” of the impossible shape ${JSON.stringify(shape).slice(0, 80)}`);
  }
  const quantisation = own(json, 'quantization');
  return {
    name,
    dims,
    dtype,
    quantisation: isJsonObject(quantisation) ? readQuantisation(name, quantisation, damaged) : null,
  };
}

function readQuantisation(
  name: string,
  json: JsonObject,
  damaged: (what: string) => CheckpointError,
): WeightQuantisation {
  const dtype = own(json, 'dtype');
  if (dtype === 'float16') return { dtype };
  if (dtype !== 'uint8' && dtype !== 'uint16') throw damaged(`has “${name}” quantised in an unknown way`);
  const [scale, min] = [Number(own(json, 'scale')), Number(own(json, 'min'))];
  if (!Number.isFinite(scale) || !Number.isFinite(min)) throw damaged(`has “${name}” quantised with no scale`);
  return { dtype, scale, min };
}
