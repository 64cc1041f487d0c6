/** Runs a network of test/data through a rule table. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseNpy } from '../../../src/engine/files/npy';
import { readOnnx } from '../../../src/engine/formats/onnx';
import { differentiate } from '../../../src/engine/graph/autodiff/differentiate';
import { bind } from '../../../src/engine/graph/binding/bind';
import type { Graph } from '../../../src/engine/graph/ir/graph';
import { type FloatTensor, float32, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { simplify } from '../../../src/engine/graph/passes/simplify';
import type { RuleTable } from '../../../src/engine/graph/rules/table';
import { findLogits } from '../../../src/engine/model/analysis/logits';
import { modelFile as dataFile } from '../../support/modelFile';
import { usualRuntime } from '../../support/runtimes';

export { dataFile };

/** A float32 array of test/data, gzipped or not. */
export function array(path: string): FloatTensor {
  const bytes = readFileSync(dataFile(path));
  const { dims, data } = parseNpy(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, path);
  if (!(data instanceof Float32Array)) throw new TypeError(`${path} is not float32.`);
  return float32(dims, data);
}

export interface Network {
  readonly graph: Graph;
  readonly input: string;
  readonly logits: string;
  readonly classes: number;
}

/** A network bound to the shape of `x` and simplified; values in `keep` stay as they are. */
export async function network(path: string, x: Tensor, keep: readonly string[] = []): Promise<Network> {
  const checkpoint = await readOnnx(dataFile(path));
  const input = checkpoint.graph.inputs[0]?.name as string;
  const bound = bind(checkpoint.graph, new Map([[input, x.dims]]));
  const logits = findLogits(bound);
  if ('reason' in logits) throw new Error(logits.reason);
  const graph = simplify(bound, new Set([logits.name, ...keep]));
  return { graph, input, logits: logits.name, classes: logits.classes };
}

export async function compiled(graph: Graph, outputs: readonly string[]) {
  return usualRuntime.compile(graph, [...new Set(outputs)], { dynamicBatch: true, threads: 1 });
}

export async function run(
  graph: Graph,
  outputs: readonly string[],
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, FloatTensor>>> {
  const program = await compiled(graph, outputs);
  try {
    const used = program.inputs.map((name): [string, Tensor] => [name, feeds[name] as Tensor]);
    return (await program.run(Object.fromEntries(used))) as Record<string, FloatTensor>;
  } finally {
    await program.dispose();
  }
}

export function oneHot(classes: number, target: number, value = 1): FloatTensor {
  const data = new Float32Array(classes);
  data[target] = value;
  return float32([1, classes], data);
}

/** Relevance (or whatever the table propagates) of the named values for one class; the cotangent is `value` at the target. */
export async function backward(
  { graph, logits, classes }: Network,
  rules: RuleTable,
  feeds: Readonly<Record<string, Tensor>>,
  target: number,
  wrt: readonly string[],
  value = 1,
): Promise<ReadonlyMap<string, FloatTensor>> {
  const { graph: joint, gradients } = differentiate(graph, { of: logits, cotangent: 'cotangent', wrt, rules });
  const results = await run(joint, [...gradients.values()], { ...feeds, cotangent: oneHot(classes, target, value) });
  return new Map([...gradients].map(([name, gradient]) => [name, results[gradient] as FloatTensor]));
}

export const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Largest difference over the largest element of the reference. */
export function difference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = actual.reduce((most, value, i) => {
    const distance = Math.abs(value - (expected[i] as number));
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(most, distance);
  }, 0);
  return worst / scale;
}
