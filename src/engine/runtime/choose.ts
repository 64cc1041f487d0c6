import { RuntimeFailure } from '../../shared/errors';
import type { RuntimeChoice } from '../../shared/question/question';
import { createOnnxRuntime } from './onnxruntime';
import type { Runtime } from './runtime';

let onnxRuntime: Promise<Runtime> | null = null;

/** Loads the library once; a failed attempt is not remembered, so that a repaired installation works without a restart. */
function sharedOnnxRuntime(): Promise<Runtime> {
  onnxRuntime ??= createOnnxRuntime().catch((error) => {
    onnxRuntime = null;
    throw error;
  });
  return onnxRuntime;
}

/**
 * The runtime for a choice, with the reason in words.
 *
 * @throws RuntimeFailure when the runtime is not part of this version or cannot be loaded.
 */
export async function chooseRuntime(
  choice: RuntimeChoice,
): Promise<{ readonly runtime: Runtime; readonly why: string }> {
  switch (choice) {
    case 'tfjs':
      throw new RuntimeFailure(
        'The runtime tfjs is not part of this version, which runs on onnxruntime only; choose onnxruntime or auto.',
      );
    case 'onnxruntime':
      return { runtime: await sharedOnnxRuntime(), why: 'chosen by the setting' };
    case 'auto':
      return { runtime: await sharedOnnxRuntime(), why: 'the only runtime of this version' };
  }
}
