/** The node tests of ONNX 1.12 as Debian packs them: over a thousand models of one operator each. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { testSet } from './testSet';

const data = process.env['WHYLIGHT_ONNX_TESTDATA'] ?? '/usr/share/libonnx-testdata/data';
const title = 'ONNX 1.12 node tests (libonnx-testdata)';

if (existsSync(data)) {
  const folders = ['node', 'simple', 'pytorch-converted', 'pytorch-operator'];
  testSet('onnx-1.12', title, () => folders.map((folder) => join(data, folder)));
} else {
  // `npm test` says how to install it.
  describe.skip(`${title}: the package is not installed`, () => {
    it('runs every case', () => {});
  });
}
