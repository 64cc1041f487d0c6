/** A classifier in two files: an .onnx file, and beside it the weights of its last layer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { float32 } from '../../src/engine/graph/ir/tensor';
import { encodeTestModel, externalTensor, type ModelNode } from './onnxModel';

export const classes = 5;
const channels = 8;

export interface TwoFiles {
  readonly path: string;
  /** Path of the weights. */
  readonly weights: string;
}

/** Writes the weights: class `c` gets `logits[c]`, whatever the image. */
export function writeWeights(path: string, logits: readonly number[]): void {
  const table = new Float32Array(classes * channels + classes);
  table.set(logits, classes * channels);
  writeFileSync(path, new Uint8Array(table.buffer));
}

const node = (op: string, inputs: string[], output: string, attributes: ModelNode['attributes'] = {}): ModelNode => ({
  op,
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/** Writes both files into a folder. The .onnx file is the same whatever the weights are. */
export function writeExternalNetwork(folder: string, logits: readonly number[], location = 'weights.bin'): TwoFiles {
  const weights = join(folder, location);
  mkdirSync(dirname(weights), { recursive: true });
  writeWeights(weights, logits);
  const stored = (name: string, dims: readonly number[], from: number, count: number) =>
    externalTensor(name, 'float32', dims, { location, offset: String(from * 4), length: String(count * 4) });
  const path = join(folder, 'network.onnx');
  const model = encodeTestModel({
    opset: 18,
    inputs: { image: { dims: ['batch', 3, 4, 4] } },
    outputs: { logits: { dims: ['batch', classes] } },
    initializers: {
      kernel: float32(
        [channels, 3, 1, 1],
        Float32Array.from({ length: channels * 3 }, (_, i) => Math.sin(i + 1)),
      ),
      classWeight: stored('classWeight', [classes, channels], 0, classes * channels),
      classBias: stored('classBias', [classes], classes * channels, classes),
    },
    nodes: [
      node('Conv', ['image', 'kernel'], 'conv'),
      node('Relu', ['conv'], 'features'),
      node('GlobalAveragePool', ['features'], 'pooled'),
      node('Flatten', ['pooled'], 'vector'),
      node('Gemm', ['vector', 'classWeight', 'classBias'], 'logits', { transB: { i: 1 } }),
    ],
  });
  writeFileSync(path, model);
  return { path, weights };
}
