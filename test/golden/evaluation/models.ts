/** The small networks of test/data, asked as methods ask them. */
import { afterAll } from 'vitest';
import { readCheckpoint } from '../../../src/engine/formats';
import type { FloatTensor } from '../../../src/engine/graph/ir/tensor';
import { LoadedModel, type LoadOptions } from '../../../src/engine/model/loaded/loadedModel';
import { runtimes } from '../../support/runtimes';
import { array, dataFile } from '../rules/network';

const loaded: LoadedModel[] = [];

afterAll(async () => {
  for (const model of loaded.splice(0)) await model.dispose();
});

export interface Asked {
  readonly model: LoadedModel;
  readonly x: FloatTensor;
  /** The layer that class activation maps use, or the last one. */
  readonly layer: string;
}

/** A network by its folder in test/data/models/tiny, with the recorded input. */
export async function tiny(name: string, options: Partial<LoadOptions> = {}, file = 'model.onnx'): Promise<Asked> {
  return { ...(await load(`models/tiny/${name}/${file}`, `golden/tiny_${name}/input.npy`, options)) };
}

export async function load(file: string, input: string, options: Partial<LoadOptions> = {}): Promise<Asked> {
  const x = array(input);
  const [, , height = 0, width = 0] = x.dims;
  const checkpoint = await readCheckpoint(dataFile(file));
  const model = await LoadedModel.load(checkpoint, { height, width, runtimes, threads: 1, ...options });
  loaded.push(model);
  return { model, x, layer: model.defaultLayer?.name ?? (model.layers.at(-1)?.name as string) };
}

export const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

/** Σ a·b. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((total, value, i) => total + value * (b[i] as number), 0);
