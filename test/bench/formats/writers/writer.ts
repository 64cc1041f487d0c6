import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transposed } from '../../../../src/engine/formats/kit/tensors/derivedTensor';
import { float32 } from '../../../../src/engine/graph/ir/tensor';
import type { Convolution, Dense, Network, Weight } from '../network/description';

/** Writes a network in one format. */
export interface Writer {
  /** On the command line. */
  readonly id: string;
  readonly title: string;
  /** What is opened, relative to the folder. */
  readonly main: string;
  /** Puts the checkpoint's files into an empty folder. */
  write(network: Network, folder: string): void | Promise<void>;
  /** The network that the files hold, of formats that round its weights. */
  readonly holds?: (network: Network) => Network;
}

export function save(folder: string, name: string, bytes: Uint8Array | string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** A weight's elements as they lie in memory. */
export function bytesOf(data: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export function permuted(weight: Weight, perm: readonly number[]): Weight {
  const tensor = transposed(float32(weight.dims, weight.data), perm);
  return { dims: tensor.dims, data: tensor.data as Float32Array };
}

/** [kernel, kernel, inputs, outputs], as TensorFlow and Keras have it. */
export const kernelHwio = ({ weight }: Convolution): Weight => permuted(weight, [2, 3, 1, 0]);

/** [outputs, kernel, kernel, inputs], as TensorFlow Lite has it. */
export const kernelOhwi = ({ weight }: Convolution): Weight => permuted(weight, [0, 2, 3, 1]);

/** [outputs, inputs] for inputs that were flattened in the order rows, columns, channels. */
export function denseChannelsLast({ weight, flattened }: Dense): Weight {
  if (!flattened) return weight;
  const [to = 0] = weight.dims;
  const { data } = permuted({ dims: [to, ...flattened], data: weight.data }, [0, 2, 3, 1]);
  return { dims: weight.dims, data };
}

/** [inputs, outputs] for inputs that were flattened in the order rows, columns, channels. */
export const denseInOut = (layer: Dense): Weight => permuted(denseChannelsLast(layer), [1, 0]);
