import { runMethods } from '../../src/engine/methods/run';
import type { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { cardFor } from '../../src/shared/question/card';
import { image } from './measure';

/** Runs methods by their defaults on one image. Throws the first failure. */
export async function explain(model: LoadedModel, ids: readonly string[]): Promise<void> {
  await runMethods(model, image(model.input.dims), {
    requests: ids.map(cardFor),
    target: 0,
    defaultLayer: model.defaultLayer?.name ?? null,
    seed: 0,
    signal: new AbortController().signal,
    listener: {
      started: () => {},
      progress: () => {},
      result: () => {},
      failed: (method, message) => {
        throw new Error(`${method}: ${message}`);
      },
    },
  });
}
