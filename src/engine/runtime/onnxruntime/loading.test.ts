import { afterEach, expect, it, vi } from 'vitest';
import { RuntimeFailure } from '../../../shared/errors';
import { createRuntimes } from '..';

const runtimes = createRuntimes();

afterEach(() => vi.doUnmock('onnxruntime-node'));

it('says in one sentence that the library cannot be loaded, and tries again the next time', async () => {
  vi.doMock('onnxruntime-node', () => {
    throw new Error('libonnxruntime.so.1: cannot open shared object file');
  });
  const failed = runtimes.choose('auto');
  await expect(failed).rejects.toThrow(RuntimeFailure);
  await expect(failed).rejects.toThrow(
    /^onnxruntime could not be loaded on \w+-\w+: .*; reinstall Whylight for this platform\.$/,
  );
  vi.doUnmock('onnxruntime-node');
  vi.resetModules();
  expect((await runtimes.choose('auto')).runtime.id).toBe('onnxruntime');
});
