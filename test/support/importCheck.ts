/** Compares a model as it is imported here with the original file, which onnxruntime runs by itself. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import { differentiate } from '../../src/engine/graph/autodiff/differentiate';
import { bind } from '../../src/engine/graph/binding/bind';
import type { Graph } from '../../src/engine/graph/ir/graph';
import { elementCount, float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { standard } from '../../src/engine/graph/rules/standard';
import { expectClose } from './graph/gradientCheck';
import { encodeTestModel, type Model } from './onnxModel';
import { usualRuntime } from './runtimes';

export interface ImportCheck {
  /** Largest difference of an output, relative to its largest element; default 1e-5. */
  readonly tolerance?: number;
  /** Compares the gradient of the first output by these inputs with differences of the original. */
  readonly gradients?: readonly string[];
  readonly gradientTolerance?: number;
  readonly step?: number;
  /** What to compare with, where onnxruntime cannot run the model itself. */
  readonly reference?: Model;
  /** Names of outputs to compare; all when left out. */
  readonly outputs?: readonly string[];
}

type Feeds = Readonly<Record<string, Tensor>>;

/** Numbers that are spread, signed and repeat from run to run. */
export function sample(dims: readonly number[], seed = 0, scale = 1): Tensor {
  const data = Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(1.7 * i + 0.3 + seed) * scale);
  return float32(dims, data);
}

/** The original, run by onnxruntime as it stands in the file. */
export class Original {
  private constructor(private readonly session: ort.InferenceSession) {}

  static async open(model: Uint8Array): Promise<Original> {
    const options = { logSeverityLevel: 4, graphOptimizationLevel: 'disabled', intraOpNumThreads: 1 } as const;
    return new Original(await ort.InferenceSession.create(model, options));
  }

  async run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const given = Object.entries(feeds).map(([name, { dtype, data, dims }]): [string, ort.Tensor] => [
      name,
      new ort.Tensor(dtype as ort.Tensor.Type, data as ort.Tensor.DataType, dims),
    ]);
    return (await this.session.run(Object.fromEntries(given))) as unknown as Record<string, Tensor>;
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

/** Writes the model into the folder, imports it and binds it to the shapes of the feeds. */
export async function importModel(folder: string, model: Model | Uint8Array, feeds: Feeds): Promise<Graph> {
  const path = join(folder, 'imported.onnx');
  writeFileSync(path, model instanceof Uint8Array ? model : encodeTestModel(model));
  const { graph } = await readCheckpoint(path);
  const inputs = graph.inputs.map((input) => input.name);
  return bind(graph, new Map(inputs.map((name) => [name, (feeds[name] as Tensor).dims])));
}

async function runGraph(graph: Graph, outputs: readonly string[], feeds: Feeds): Promise<Feeds> {
  const program = await usualRuntime.compile(graph, outputs, { threads: 1, dynamicBatch: false });
  const used = program.inputs.map((name): [string, Tensor] => [name, feeds[name] as Tensor]);
  const results = await program.run(Object.fromEntries(used));
  await program.dispose();
  return results;
}

const numbers = (tensor: Tensor): number[] => Array.from(tensor.data as ArrayLike<number | bigint>, Number);

/** Imports, runs and compares; answers the bound graph. */
export async function checkImport(
  folder: string,
  model: Model | Uint8Array,
  feeds: Feeds,
  options: ImportCheck = {},
): Promise<Graph> {
  const graph = await importModel(folder, model, feeds);
  const { reference } = options;
  const file = reference ? encodeTestModel(reference) : readFileSync(join(folder, 'imported.onnx'));
  const original = await Original.open(file);
  const wanted = await original.run(feeds);
  const outputs = options.outputs ?? graph.outputs;
  const got = await runGraph(graph, outputs, feeds);
  for (const name of outputs) {
    expect(got[name]?.dims, name).toEqual([...(wanted[name] as Tensor).dims]);
    expectClose(numbers(got[name] as Tensor), numbers(wanted[name] as Tensor), options.tolerance ?? 1e-5, name);
  }
  for (const name of options.gradients ?? []) await checkGradientOf(graph, original, feeds, name, options);
  await original.close();
  return graph;
}

async function checkGradientOf(
  graph: Graph,
  original: Original,
  feeds: Feeds,
  name: string,
  { gradientTolerance = 1e-3, step = 0.02 }: ImportCheck,
): Promise<void> {
  const of = graph.outputs[0] as string;
  const x = feeds[name] as Tensor;
  const backward = differentiate(graph, { of, cotangent: 'cotangent', wrt: [name], rules: standard });
  const gradient = backward.gradients.get(name) as string;
  const outputDims = graph.types.get(of)?.dims as readonly number[];
  const cotangent = sample(outputDims, 5);
  const got = (await runGraph(backward.graph, [gradient], { ...feeds, cotangent }))[gradient] as Tensor;
  const at = async (element: number, offset: number): Promise<number> => {
    const data = Float32Array.from(x.data as Float32Array);
    data[element] = (data[element] as number) + offset;
    const y = (await original.run({ ...feeds, [name]: float32(x.dims, data) }))[of] as Tensor;
    return numbers(y).reduce((sum, value, i) => sum + value * ((cotangent.data as Float32Array)[i] as number), 0);
  };
  const differences: number[] = [];
  for (let i = 0; i < elementCount(x.dims); i++) {
    const near = (await at(i, step)) - (await at(i, -step));
    const far = (await at(i, 2 * step)) - (await at(i, -2 * step));
    differences.push((8 * near - far) / (12 * step));
  }
  expectClose(numbers(got), differences, gradientTolerance, `gradient by ${name}`);
}
