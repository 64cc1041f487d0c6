/** The file that names a TensorFlow.js model: its network, and which files hold its weights. */
import { CheckpointError } from '../../../shared/errors';
import type { ByteSource } from '../kit/bytes/byteSource';
import { isJsonObject, type Json, type JsonObject, own, readJson } from '../kit/json/json';
import { readManifest, type WeightGroup } from './weights/manifest';

export interface ModelJson {
  readonly kind: 'layers-model' | 'graph-model';
  readonly topology: JsonObject;
  readonly manifest: readonly WeightGroup[];
  /** Of a graph-model: which values are its inputs and outputs. */
  readonly signature: JsonObject | null;
  /** Free notes of whoever saved it. */
  readonly userMetadata: JsonObject | null;
  readonly generatedBy: string;
  readonly convertedBy: string;
}

/** Descriptions of networks are some megabytes long; more would take memory out of proportion once it is read. */
const longest = 24 << 20;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const object = (value: Json | undefined): JsonObject | null => (isJsonObject(value) ? value : null);

/** @throws CheckpointError when it is damaged, too long, or holds weights without a network. */
export function readModelJson(source: ByteSource): ModelJson {
  const { name, size } = source;
  if (size > longest) throw new CheckpointError(`${name} is longer than any description of a network.`);
  const json = readJson({ source, start: 0, end: size }, { name, python: true });
  const root = object(json);
  const topology = root && object(own(root, 'modelTopology'));
  if (!root || !topology) {
    throw new CheckpointError(
      `${name} lists weights without their network: “modelTopology” is missing, so save the whole model with TensorFlow.js.`,
    );
  }
  const manifest = own(root, 'weightsManifest');
  if (manifest === undefined) {
    throw new CheckpointError(`${name} describes a network without its weights: it names no files that hold them.`);
  }
  return {
    kind: kindOf(name, text(own(root, 'format')), topology),
    topology,
    manifest: readManifest(manifest, name),
    signature: signatureOf(root),
    userMetadata: object(own(root, 'userDefinedMetadata')),
    generatedBy: text(own(root, 'generatedBy')),
    convertedBy: text(own(root, 'convertedBy')),
  };
}

/** Old files do not state their kind. */
function kindOf(name: string, format: string, topology: JsonObject): ModelJson['kind'] {
  if (format === 'layers-model' || format === 'tfjs-layers-model') return 'layers-model';
  if (format === 'graph-model' || format === 'tfjs-graph-model') return 'graph-model';
  if (own(topology, 'node') !== undefined) return 'graph-model';
  if (own(topology, 'model_config') !== undefined || own(topology, 'class_name') !== undefined) return 'layers-model';
  throw new CheckpointError(
    `${name} describes a network in an unknown way${format ? ` (“${format}”)` : ''}: neither layers nor operators are in it.`,
  );
}

function signatureOf(root: JsonObject): JsonObject | null {
  const noted = object(own(root, 'userDefinedMetadata'));
  return object(own(root, 'signature')) ?? (noted && object(own(noted, 'signature')));
}
