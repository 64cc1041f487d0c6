/** The recorded cases of test/data/golden-methods. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseNpy } from '../../../src/engine/files/npy';
import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import { modelFile } from '../../support/modelFile';

const data = join(__dirname, '../../data');
const folder = join(data, 'golden-methods');

export type ModelName = 'shapes' | 'mobilenet_v1_025' | 'tinyseq';

interface LayerName {
  readonly torch?: string | null;
  readonly keras?: string;
}

interface StoredArray {
  readonly file: string;
  readonly shape: readonly number[];
}

export interface GoldenCase {
  readonly id: string;
  readonly model: ModelName;
  readonly image: string;
  readonly target: number;
  readonly scalar: string;
  readonly layer: LayerName | readonly LayerName[] | Readonly<Record<'last' | 'mid' | 'early', LayerName>> | null;
  readonly params: Readonly<Record<string, unknown>>;
  /** `HWC`, `CHW`, `HW` or `hw` and a remark. */
  readonly layout: string;
  readonly draws?: readonly StoredArray[];
  readonly outputs: Readonly<Record<string, StoredArray>>;
  readonly tolerance: {
    readonly max_abs_value: number;
    readonly suggested_abs: number;
    readonly suggested_p99_abs?: number;
    readonly unstable_elements?: boolean;
    readonly suggested_min_correlation?: number;
  };
}

interface ModelRecord {
  readonly layers: Readonly<Record<string, string>>;
  readonly onnx_tensors?: Readonly<Record<string, Readonly<Record<string, { readonly tensor: string }>>>>;
}

const stored = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
  readonly models: Readonly<Record<string, ModelRecord>>;
  readonly cases: readonly GoldenCase[];
};

export const cases = stored.cases;

/** The ONNX file of each model. */
export const onnxFiles: Readonly<Record<ModelName, string>> = {
  shapes: modelFile('models/shapes/last_e08.onnx'),
  mobilenet_v1_025: modelFile('models/mobilenet_v1_025/model_ts13_bn.onnx'),
  tinyseq: join(folder, 'models/tinyseq.onnx'),
};

function floats(bytes: Uint8Array, name: string): FloatTensor {
  const { dims, data: values, dtype } = parseNpy(bytes, name);
  if (!(values instanceof Float32Array)) throw new TypeError(`${name} holds ${dtype}.`);
  return float32(dims, values);
}

export function array({ file }: StoredArray): FloatTensor {
  return floats(gunzipSync(readFileSync(join(folder, `${file}.gz`))), file);
}

/** The tensor that was fed: [1, 3, H, W]. */
export function inputOf({ model, image }: GoldenCase): FloatTensor {
  const name = model === 'mobilenet_v1_025' ? image : `${model}_${image}`;
  return floats(readFileSync(join(data, 'images/inputs', `${name}.npy`)), name);
}

/** The ONNX value that equals a PyTorch module's output. */
export function onnxLayer(model: ModelName, torch: string): string {
  const file = onnxFiles[model].split('/').at(-1) ?? '';
  const found = stored.models[model]?.onnx_tensors?.[file]?.[torch]?.tensor;
  if (found === undefined) throw new Error(`${file} has no value recorded for ${torch}.`);
  return found;
}

/** The case's target layer as an ONNX value, null when it has none. */
export function layerOf(golden: GoldenCase): string | null {
  const layer = Array.isArray(golden.layer) ? (golden.layer as readonly LayerName[])[0] : (golden.layer as LayerName);
  if (!layer) return null;
  if (layer.torch) return onnxLayer(golden.model, layer.torch);
  const [key] =
    Object.entries(stored.models[`${golden.model}/keras`]?.layers ?? {}).find(([, name]) => name === layer.keras) ?? [];
  const torch = stored.models[golden.model]?.layers[key ?? ''];
  if (torch === undefined) throw new Error(`${golden.id}: the layer ${layer.keras} is not recorded.`);
  return onnxLayer(golden.model, torch);
}

/** The other names of the model's layers: last, mid and early. */
export const namedLayers = (model: ModelName): Readonly<Record<string, string>> => stored.models[model]?.layers ?? {};

/** An array of the case with its channels last; arrays without channels as they are. */
export function channelsLast(values: Float32Array, dims: readonly number[]): Float32Array {
  const [channels = 1, height = 1, width = 1] = dims;
  return values.map((_, i) => values[(i % channels) * height * width + Math.floor(i / channels)] ?? Number.NaN);
}

/** Noise of n images with channels last as [n, C, H, W]. */
export function channelsFirst(values: Float32Array, pixels: number, channels: number): Float32Array {
  const image = pixels * channels;
  return values.map((_, i) => {
    const start = Math.floor(i / image) * image;
    const at = i - start;
    return values[start + (at % pixels) * channels + Math.floor(at / pixels)] ?? Number.NaN;
  });
}
