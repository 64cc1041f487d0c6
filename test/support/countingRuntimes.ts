import { createOnnxRuntime } from '../../src/engine/runtime/onnxruntime';
import type { Program } from '../../src/engine/runtime/runtime';
import { Runtimes } from '../../src/engine/runtime/runtimes';

/** What a runtime was asked to do. */
export interface Work {
  compiled: number;
  runs: number;
  /** Images of all runs. */
  images: number;
}

/** onnxruntime, with all that it does counted. */
export function countingRuntimes(): { readonly runtimes: Runtimes; readonly work: Work } {
  const work: Work = { compiled: 0, runs: 0, images: 0 };
  const counted = (program: Program): Program => ({
    inputs: program.inputs,
    outputs: program.outputs,
    run(feeds) {
      work.runs++;
      work.images += Math.max(0, ...Object.values(feeds).map(({ dims }) => dims[0] ?? 0));
      return program.run(feeds);
    },
    dispose: () => program.dispose(),
  });
  const load = async () => {
    const runtime = await createOnnxRuntime();
    return {
      ...runtime,
      compile: async (...what: Parameters<typeof runtime.compile>) => {
        work.compiled++;
        return counted(await runtime.compile(...what));
      },
    };
  };
  return { runtimes: new Runtimes([{ id: 'onnxruntime', load }]), work };
}
