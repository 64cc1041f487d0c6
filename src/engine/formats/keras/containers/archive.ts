/** The parts of a .keras checkpoint: a zip archive, or a folder with the same files. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange, ByteSource } from '../../kit/bytes/byteSource';
import type { CheckpointFiles, NameProblem } from '../../kit/bytes/checkpointFiles';
import { isJsonObject, type Json, own, readJson } from '../../kit/json/json';
import { ZipArchive } from '../../kit/zip/zipArchive';

export interface KerasParts {
  readonly config: Json;
  /** As metadata.json states it. */
  readonly kerasVersion: string | undefined;
  /** null for a checkpoint without weights of its own. */
  readonly weights: ByteRange | null;
}

/** Why weights in another form are not read. */
function refusedWeights(source: string, names: readonly string[]): CheckpointError | null {
  const other = names.find((name) => /^model\.weights\.(npz|json)$/.test(name));
  if (other === undefined) return null;
  const form = other.endsWith('npz') ? 'as a NumPy archive of Python objects' : 'in several parts';
  return new CheckpointError(`${source} stores its weights ${form} (${other}): save it with model.save("….keras").`);
}

/** @throws CheckpointError when a part is missing or damaged. */
export async function archiveParts(source: ByteSource): Promise<KerasParts> {
  const archive = await ZipArchive.open(source);
  const configs = archive.names.filter((name) => name === 'config.json' || name.endsWith('/config.json'));
  const main = configs.includes('config.json') ? 'config.json' : configs[0];
  if (main === undefined) throw new CheckpointError(`${source.name} is incomplete: there is no “config.json” in it.`);
  if (configs.length > 1 && main !== 'config.json') {
    throw new CheckpointError(
      `${source.name} holds ${configs.length} networks (${configs.slice(0, 2).join(', ')}): unpack it and choose one.`,
    );
  }
  const folder = main.slice(0, -'config.json'.length);
  const json = async (name: string) =>
    readJson(await archive.range(`${folder}${name}`), { name: `${name} of ${source.name}`, python: true });
  const inside = archive.names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
  const hasWeights = inside.includes('model.weights.h5');
  const refused = hasWeights ? null : refusedWeights(source.name, inside);
  if (refused) throw refused;
  return {
    config: await json('config.json'),
    kerasVersion: inside.includes('metadata.json') ? versionIn(await json('metadata.json')) : undefined,
    weights: hasWeights ? await archive.range(`${folder}model.weights.h5`) : null,
  };
}

/** @throws CheckpointError when a part is missing or damaged. */
export function folderParts(path: string, names: readonly string[], files: CheckpointFiles): KerasParts {
  const missing =
    (name: string): NameProblem =>
    (why, cause) =>
      new CheckpointError(`${path} cannot be read: it needs “${name}”, ${why}.`, { cause });
  const open = (name: string) => files.open(name, missing(name));
  const json = (name: string) => {
    const source = open(name);
    return readJson({ source, start: 0, end: source.size }, { name: `${name} of ${path}`, python: true });
  };
  const refused = names.includes('model.weights.h5') ? null : refusedWeights(path, names);
  if (refused) throw refused;
  const weights = open('model.weights.h5');
  return {
    config: json('config.json'),
    kerasVersion: names.includes('metadata.json') ? versionIn(json('metadata.json')) : undefined,
    weights: { source: weights, start: 0, end: weights.size },
  };
}

function versionIn(metadata: Json): string | undefined {
  const version = isJsonObject(metadata) ? own(metadata, 'keras_version') : undefined;
  return typeof version === 'string' ? version : undefined;
}
