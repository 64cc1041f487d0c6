/** A small classifier for tests that change one thing of it, with numbers that are the same every time. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../src/engine/formats';
import { elementCount, float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { temporaryFolder } from './folder';
import { encodeTestModel, type ModelNode } from './onnxModel';
import { runtimes } from './runtimes';

const folder = temporaryFolder();
let files = 0;

export const size = 4;
export const channels = 8;

/** Numbers that look random and are the same every time, −1..1. */
export function numbers(dims: readonly number[], scale = 1): Tensor {
  const data = Float32Array.from({ length: elementCount(dims) }, (_, i) => scale * Math.sin(12.9898 * (i + 1)));
  return float32(dims, data);
}

/** Numbers by their index. */
export const filled = (dims: readonly number[], value: (i: number) => number): Tensor =>
  float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, (_, i) => value(i)),
  );

export const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: ModelNode['attributes'] = {},
): ModelNode => ({
  op,
  name: `/${output}`,
  inputs,
  outputs: [output],
  attributes,
});

/**
 * Conv (`conv`, 8 channels, with `bias`) → `middle` from “conv” to “features” → average over positions → Gemm to 5 “logits”.
 */
export interface Network {
  readonly bias?: Tensor;
  readonly middle?: readonly ModelNode[];
  readonly weights?: Readonly<Record<string, Tensor>>;
  readonly logitWeight?: Tensor;
  readonly logitBias?: Tensor;
}

export const relu = [node('Relu', ['conv'], 'features')];

/** The network as an ONNX file. */
export function encodeNetwork({ bias, middle = relu, weights, logitWeight, logitBias }: Network): Uint8Array {
  return encodeTestModel({
    opset: 18,
    inputs: { image: { dims: ['batch', 3, size, size] } },
    outputs: { logits: { dims: ['batch', 5] } },
    initializers: {
      kernel: numbers([channels, 3, 1, 1]),
      bias: bias ?? numbers([channels]),
      classWeight: logitWeight ?? numbers([5, channels]),
      classBias: logitBias ?? numbers([5], 2),
      ...weights,
    },
    nodes: [
      node('Conv', ['image', 'kernel', 'bias'], 'conv'),
      ...middle,
      node('GlobalAveragePool', ['features'], 'pooled'),
      node('Flatten', ['pooled'], 'vector'),
      node('Gemm', ['vector', 'classWeight', 'classBias'], 'logits', { transB: { i: 1 } }),
    ],
  });
}

/** The network, ready to answer. */
export async function load(network: Network): Promise<LoadedModel> {
  const path = join(folder, `${files++}.onnx`);
  writeFileSync(path, encodeNetwork(network));
  return LoadedModel.load(await readCheckpoint(path), { runtimes, height: size, width: size, threads: 1 });
}

/** An image for it. */
export const pixels = float32([1, 3, size, size], numbers([1, 3, size, size]).data as Float32Array);
