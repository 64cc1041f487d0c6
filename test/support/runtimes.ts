/** The runtimes that operators, goldens and methods are tested on. */
import { createRuntimes } from '../../src/engine/runtime';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { type RuntimeEntry, Runtimes } from '../../src/engine/runtime/runtimes';

/** Those that are composed in the engine. */
export const runtimes = createRuntimes();

/** Ids of the composed runtimes that every test of numbers goes over; a new one is added here. */
const tested = ['onnxruntime'] as const;

/** To be handed to `describe.each`. */
export const eachRuntime: readonly { readonly id: string; readonly runtime: Runtime }[] = await Promise.all(
  tested.map(async (id) => ({ id, ...(await runtimes.choose(id)) })),
);

/** The runtime of tests that are not about runtimes. */
export const usualRuntime: Runtime = (await runtimes.choose('auto')).runtime;

/** One runtime in place of all. */
export function only(runtime: Runtime): Runtimes {
  const entry: RuntimeEntry = { id: runtime.id, load: async () => runtime };
  return new Runtimes([entry]);
}
