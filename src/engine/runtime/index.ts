/** The one place that says which runtimes there are: main.ts and cli.ts hand them to the engine. */
import { createOnnxRuntime } from './onnxruntime';
import { Runtimes } from './runtimes';

export function createRuntimes(): Runtimes {
  return new Runtimes([
    { id: 'onnxruntime', load: createOnnxRuntime },
    {
      id: 'tfjs',
      missing:
        'The runtime tfjs is not part of this version, which runs on onnxruntime only; choose onnxruntime or auto.',
    },
  ]);
}
