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
  const command = 'sudo apt-get install libonnx-testdata';
  console.log(`${title}: skipped, because the package is not installed. Install it with: ${command}`);
  describe.skip(`${title}: not installed, see ${command}`, () => {
    it('runs every case', () => {});
  });
}
