/** The parts of a torch.export archive: its program and its weights, in the layouts of PyTorch 2.1 to 2.6 and of those since. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import type { ByteSource } from '../../kit/bytes/byteSource';
import { type Json, readJson } from '../../kit/json/json';
import { ZipArchive } from '../../kit/zip/zipArchive';
import { ProgramJson } from './fields';
import { configuredWeights, pickledWeights, type Weights } from './weights';

export interface ExportArchive {
  readonly program: Json;
  /** Parameters, buffers and constants by their names in the module. */
  readonly weights: Weights;
}

export async function readExportArchive(source: ByteSource): Promise<ExportArchive> {
  const zip = await ZipArchive.open(source);
  const json = new ProgramJson(source.name);
  return zip.names.some((name) => name === 'archive_format' || name.endsWith('/archive_format'))
    ? readPackage(zip, source, json)
    : readFlat(zip, source, json);
}

async function programAt(zip: ZipArchive, entry: string, source: ByteSource): Promise<Json> {
  return readJson(await zip.range(entry), { name: `${entry} of ${source.name}`, python: true });
}

/** Since PyTorch 2.7: a folder of any name with `models/`, `data/weights/` and `data/constants/`. */
async function readPackage(zip: ZipArchive, source: ByteSource, json: ProgramJson): Promise<ExportArchive> {
  const mark = zip.names.find((name) => name === 'archive_format' || name.endsWith('/archive_format')) ?? '';
  const root = mark.slice(0, -'archive_format'.length);
  const format = (await zip.text(mark)).trim();
  if (format !== 'pt2') throw json.damaged(`it says to be an archive of the format “${format.slice(0, 40)}”, not pt2`);
  const prefix = `${root}models/`;
  const models = zip.names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
  const entry = models.find((name) => name === `${prefix}model.json`) ?? models[0];
  if (entry === undefined) throw withoutProgram(zip, source);
  if (models.length > 1 && entry !== `${prefix}model.json`) {
    const names = models.map((name) => `“${name.slice(prefix.length, -'.json'.length)}”`).join(', ');
    throw new CheckpointError(
      `${source.name} holds several models (${names}); save the one you want by torch.export.save.`,
    );
  }
  const model = entry.slice(prefix.length, -'.json'.length);
  const weights = new Map<string, Tensor>();
  for (const kind of ['weights', 'constants']) {
    const folder = `${root}data/${kind}/`;
    const config = `${folder}${model}_${kind}_config.json`;
    const pickle = `${folder}${model}.pt`;
    const found = zip.has(config)
      ? await configuredWeights(zip, config, folder, json)
      : zip.has(pickle)
        ? await pickledWeights(zip, pickle, json)
        : new Map<string, Tensor>();
    for (const [name, tensor] of found) weights.set(name, tensor);
  }
  return { program: await programAt(zip, entry, source), weights };
}

function withoutProgram(zip: ZipArchive, source: ByteSource): CheckpointError {
  const compiled = zip.names.some((name) => name.includes('data/aotinductor/'));
  return new CheckpointError(
    compiled
      ? `${source.name} holds a network that AOTInductor compiled to machine code, and no program; save the exported program by torch.export.save.`
      : `${source.name} is incomplete: there is no model in it.`,
  );
}

/** PyTorch 2.1 to 2.6: four files side by side. */
async function readFlat(zip: ZipArchive, source: ByteSource, json: ProgramJson): Promise<ExportArchive> {
  const file = (name: string) => zip.names.find((each) => each === name || each.endsWith(`/${name}`));
  const entry = file('serialized_exported_program.json');
  if (entry === undefined) throw withoutProgram(zip, source);
  const weights = new Map<string, Tensor>();
  for (const name of [
    'serialized_state_dict.pt',
    'serialized_state_dict.json',
    'serialized_constants.pt',
    'serialized_constants.json',
  ]) {
    const found = file(name);
    if (found === undefined || zip.size(found) === 0) continue;
    for (const [key, tensor] of await pickledWeights(zip, found, json)) weights.set(key, tensor);
  }
  return { program: await programAt(zip, entry, source), weights };
}
