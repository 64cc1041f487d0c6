// Runs the conformance tests, writes down what they give, and writes docs/operators.md from it.

import { mustRun } from './lib/processes.mjs';
import { ensureOnnxTestData } from './onnxTestData.mjs';

await ensureOnnxTestData();
const env = { ...process.env, WHYLIGHT_UPDATE: '1' };
const vitest = ['node_modules/vitest/vitest.mjs', 'run'];
await mustRun(process.execPath, [...vitest, '--config', 'test/conformance/vitest.config.ts'], {
  env,
  timeoutMs: 300_000,
});
const pages = ['operatorsPage', 'tensorflowPage', 'kerasPage', 'tflitePage', 'pytorchPage'].map(
  (page) => `test/unit/${page}.test.ts`,
);
await mustRun(process.execPath, [...vitest, ...pages], {
  env,
  timeoutMs: 60_000,
});
