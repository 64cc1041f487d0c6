import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../../kit/bytes/byteSource';
import { ZipArchive } from '../../kit/zip/zipArchive';
import { readZipPickle } from '../pickle/archive';
import type { TorchArchive } from '../pickle/torchArchive';
import { itemsOf, PickledTensor, PickleRecord, type PickleValue } from '../pickle/values';
import { Program } from './run/program';

export interface ScriptArchive {
  readonly zip: ZipArchive;
  /** What all names in it begin with: `model/`. */
  readonly folder: string;
  readonly program: Program;
  readonly data: TorchArchive;
  readonly root: PickleRecord;
  readonly constants: TorchArchive;
  readonly constantItems: readonly PickleValue[];
  /** Shapes of the tensors that it was traced with; null when it does not say. */
  readonly example: readonly (readonly number[])[] | null;
}

/** Programs are some megabytes long. */
const longestCode = 1 << 26;

/** @throws CheckpointError in one sentence for what is no such archive, damaged, or for another machine. */
export async function openArchive(source: ByteSource): Promise<ScriptArchive> {
  const zip = await ZipArchive.open(source);
  const constantsName = zip.names.find((name) => name === 'constants.pkl' || /^[^/]+\/constants\.pkl$/.test(name));
  if (constantsName === undefined)
    throw new CheckpointError(`${source.name} is incomplete: there is no “constants.pkl” in it.`);
  const folder = constantsName.slice(0, -'constants.pkl'.length);
  const program = new Program(await codeFiles(zip, folder, source.name));
  const data = await readZipPickle(zip, `${folder}data.pkl`, source.name);
  const { root } = data;
  if (!(root instanceof PickleRecord) || root.path === '') {
    throw new CheckpointError(`${source.name} is damaged: its “data.pkl” does not hold a network.`);
  }
  const constants = await readZipPickle(zip, constantsName, source.name);
  const example = await tracedShapes(zip, folder, source.name);
  return { zip, folder, program, data, root, constants, constantItems: itemsOf(constants.root) ?? [], example };
}

async function codeFiles(zip: ZipArchive, folder: string, name: string): Promise<ReadonlyMap<string, string>> {
  const names = zip.names.filter((each) => each.startsWith(`${folder}code/`) && each.endsWith('.py'));
  if (names.length === 0) {
    const mobile = zip.has(`${folder}bytecode.pkl`);
    throw new CheckpointError(
      mobile
        ? `${name} is a TorchScript archive for mobile devices, which holds bytecode only; save the network with torch.jit.save.`
        : `${name} is incomplete: there is no code in the TorchScript archive.`,
    );
  }
  if (names.reduce((total, each) => total + zip.size(each), 0) > longestCode) {
    throw new CheckpointError(`${name} is damaged: its code is longer than that of any network.`);
  }
  const files = new Map<string, string>();
  for (const each of names) files.set(each.slice(folder.length), await zip.text(each));
  return files;
}

/** The tensors of the example that `torch.jit.trace` was given, in their order. */
async function tracedShapes(zip: ZipArchive, folder: string, name: string): Promise<ScriptArchive['example']> {
  const pickle = `${folder}traced_inputs.pkl`;
  if (!zip.has(pickle)) return null;
  const { root } = await readZipPickle(zip, pickle, name);
  const shapes: (readonly number[])[] = [];
  const waiting: PickleValue[] = [root];
  const seen = new Set<PickleValue>();
  for (let value = waiting.pop(); value !== undefined && shapes.length < 16; value = waiting.pop()) {
    if (value instanceof PickledTensor) shapes.push(value.dims);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    // A dict by method: the network's own comes first by name.
    const items = value instanceof Map ? [value.get('forward') ?? [...value.values()][0] ?? null] : itemsOf(value);
    for (const item of [...(items ?? [])].reverse()) waiting.push(item);
  }
  return shapes.length > 0 ? shapes : null;
}
