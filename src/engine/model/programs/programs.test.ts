import { join } from 'node:path';
import { expect, it } from 'vitest';
import { only, usualRuntime } from '../../../../test/support/runtimes';
import { CancelledError } from '../../../shared/errors';
import { readCheckpoint } from '../../formats';
import { float32 } from '../../graph/ir/tensor';
import { LoadedModel } from '../loaded/loadedModel';

const file = join(__dirname, '../../../../media/sample-workspace/shapes/last_e08.onnx');

it('does not run what was cancelled while its program was compiled, and runs it for the next', async () => {
  const controller = new AbortController();
  let runs = 0;
  const runtimes = only({
    ...usualRuntime,
    compile: async (...what) => {
      const program = await usualRuntime.compile(...what);
      // As a message that came meanwhile is heard in the next turn of the event loop.
      setImmediate(() => controller.abort());
      return {
        inputs: program.inputs,
        outputs: program.outputs,
        run: (feeds) => {
          runs++;
          return program.run(feeds);
        },
        dispose: () => program.dispose(),
      };
    },
  });
  const model = await LoadedModel.load(await readCheckpoint(file), { runtimes, height: 96, width: 96 });
  const image = float32([1, 3, 96, 96], new Float32Array(3 * 96 * 96));
  await expect(model.evaluate(image, {}, controller.signal)).rejects.toThrow(CancelledError);
  expect(runs).toBe(0);
  expect((await model.evaluate(image, {})).logits.dims).toEqual([1, 6]);
  expect(runs).toBe(1);
  await model.dispose();
});
