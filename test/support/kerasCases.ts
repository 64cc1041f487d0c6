/** The cases that scripts/makeKerasCases.py writes: see there. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Json } from '../../src/engine/formats/kit/json/json';
import { float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { sample } from './importCheck';

type Encoded = readonly [dims: readonly number[], elements: string];

export interface KerasCase {
  readonly name: string;
  readonly config: Json;
  /** By the paths of Keras: `dense/kernel`. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Of the first output, weighted by `sample(dims, 5)`, by the first input. */
  readonly gradient?: Tensor;
}

interface Record_ {
  readonly name: string;
  readonly config: Json;
  readonly weights: readonly (readonly [path: string, dims: readonly number[], seed: number, positive: boolean])[];
  readonly inputs: readonly (readonly number[])[];
  readonly scale: number;
  readonly offset: number;
  readonly output: Encoded;
  readonly gradient?: Encoded;
}

function decoded([dims, elements]: Encoded): Tensor {
  const bytes = Uint8Array.from(Buffer.from(elements, 'base64'));
  return float32(dims, new Float32Array(bytes.buffer));
}

const changed = (tensor: Tensor, change: (value: number) => number): Tensor =>
  float32(tensor.dims, Float32Array.from(tensor.data as Float32Array, change));

export function readKerasCases(): readonly KerasCase[] {
  const path = resolve(import.meta.dirname, '../data/keras/layers.json.gz');
  const records = JSON.parse(gunzipSync(readFileSync(path)).toString()) as readonly Record_[];
  return records.map(({ name, config, weights, inputs, scale, offset, output, gradient }) => ({
    name,
    config,
    weights: new Map(
      weights.map(([weight, dims, seed, positive]) => {
        const values = sample(dims, seed, 0.5);
        return [weight, positive ? changed(values, (value) => Math.abs(value) + 0.5) : values];
      }),
    ),
    inputs: inputs.map((dims, i) => changed(sample(dims, i, scale), (value) => value + offset)),
    output: decoded(output),
    ...(gradient ? { gradient: decoded(gradient) } : {}),
  }));
}

/** Classes of layers and functions in a description. */
export function classesIn(config: Json | undefined): readonly string[] {
  if (Array.isArray(config)) return (config as readonly Json[]).flatMap(classesIn);
  if (typeof config !== 'object' || config === null) return [];
  const object = config as { readonly [key: string]: Json | undefined };
  const own = typeof object['class_name'] === 'string' ? [object['class_name']] : [];
  return [...own, ...Object.values(object).flatMap(classesIn)];
}
