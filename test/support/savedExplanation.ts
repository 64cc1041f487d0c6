import type { EncodedFile, EncodeParams } from '../../src/shared/protocol/protocol';
import { defaultDisplay } from '../../src/shared/rendering/display';
import type { Attribution, RgbImage } from '../../src/shared/results/attribution';

/* A small explanation to be saved. */

/** The upright image that `explanation` is about. */
export const pixels: RgbImage = {
  width: 60,
  height: 40,
  data: Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * 37) % 256),
};

export const decode = async () => pixels;

/** A finished map of 8×8 with both signs. */
export function attribution(method: string, changes: Partial<Attribution> = {}): Attribution {
  const data = Float32Array.from({ length: 8 * 8 }, (_, i) => Math.sin(i) * 0.25);
  return {
    key: method,
    method,
    preset: null,
    parameters: { steps: 50, baseline: 'black', absolute: false },
    layer: null,
    map: { data, width: 8, height: 8, channels: 1 },
    seconds: 0.0123,
    evaluations: { forward: 0, gradient: 1 },
    min: Math.min(...data),
    max: Math.max(...data),
    notes: [],
    ...changes,
  };
}

/** What saving such maps asks the engine for. */
export function params(attributions: readonly Attribution[]): EncodeParams {
  const target = { index: 3, label: 'star', logit: 4.5, probability: 0.87 };
  return {
    image: { path: '/photos/a cat.jpg' },
    prediction: {
      model: { path: '/models/shapes.onnx', format: 'ONNX', sha256: 'ab'.repeat(32), layers: [] },
      runtime: { id: 'onnxruntime', why: 'the only one' },
      input: { size: [3, 8, 8], preprocessing: null, how: 'given as an array', guessed: false, alternatives: [] },
      top5: [target, { index: 0, label: null, logit: 1, probability: 0.1 }],
      target,
      layer: { name: 'conv3', why: 'The last layer with spatial extent.' },
      region: { x: 10, y: 0, width: 40, height: 40 },
      imageSize: { width: 60, height: 40 },
      notes: [],
      dependsOn: [],
      classes: { count: 3, probabilities: null, labels: null },
      labelsHow: null,
    },
    attributions,
    display: defaultDisplay,
    seed: 7,
  };
}

export const versions = {
  whylight: '0.1.0',
  node: '20.20.0',
  runtime: { id: 'onnxruntime', version: '1.30.0' },
  sharp: '0.35.5',
};
export const find = (files: readonly EncodedFile[], name: string) => files.find((file) => file.name === name)!.bytes;
export const json = (files: readonly EncodedFile[]) => JSON.parse(new TextDecoder().decode(find(files, 'result.json')));
