/** The description of the network that weights without one belong to, in a file beside them. */
import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import type { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { isJsonObject, type Json, own, readJson } from '../../kit/json/json';
import { archiveParts } from './archive';

export interface ConfigBeside {
  readonly config: Json;
  readonly kerasVersion: string | undefined;
  /** The name of the file that it was found in. */
  readonly file: string;
}

/** Names under which people keep it, the most particular first. */
function candidates(weights: string): readonly string[] {
  const stem = weights.replace(/\.[^.]+$/, '');
  const plain = stem.replace(/([._-]weights?)$/i, '');
  const stems = [...new Set([stem, plain])];
  const own_ = stems.flatMap((name) => [`${name}.json`, `${name}.config.json`, `${name}_config.json`, `${name}.keras`]);
  return [...own_, 'model.json', 'config.json', 'model_config.json', 'architecture.json', 'model.keras'];
}

/**
 * @param path of the weights.
 * @throws CheckpointError that says what is missing, when no file beside them describes a network of Keras.
 */
export async function configBeside(path: string, files: CheckpointFiles): Promise<ConfigBeside> {
  const names = new Set(readdirSync(dirname(path)));
  const wanted = candidates(basename(path)).filter((name) => names.has(name));
  for (const name of wanted) {
    const found = await readConfig(name, files);
    if (found) return found;
  }
  const stem = basename(path).replace(/\.[^.]+$/, '');
  throw new CheckpointError(
    `${path} holds weights only: put the network’s description beside it, as “${stem}.json” (model.to_json()), or open the whole model (.keras, .h5).`,
  );
}

async function readConfig(name: string, files: CheckpointFiles): Promise<ConfigBeside | null> {
  const source = files.open(name, (why) => new CheckpointError(`The file “${name}”, ${why}, cannot be read.`));
  if (name.endsWith('.keras')) {
    const { config, kerasVersion } = await archiveParts(source);
    return { config, kerasVersion, file: name };
  }
  const json = readJson({ source, start: 0, end: source.size }, { name: source.name, python: true });
  if (!isJsonObject(json)) return null;
  const model = own(json, 'model_config') ?? json;
  if (!isJsonObject(model) || typeof own(model, 'class_name') !== 'string' || own(model, 'config') === undefined)
    return null;
  const version = own(json, 'keras_version');
  return { config: model, kerasVersion: typeof version === 'string' ? version : undefined, file: name };
}
