/** The node tests of ONNX 1.12 as Debian packs them: over a thousand models of one operator each. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { testSet } from './testSet';

const named = process.env['WHYLIGHT_ONNX_TESTDATA'];
const data = named ?? '/usr/share/libonnx-testdata/data';
const title = 'ONNX 1.12 node tests (libonnx-testdata)';

// A folder that was named must be there; without the package, `npm test` says how to install it.
if (named !== undefined || existsSync(data)) {
  const folders = ['node', 'simple', 'pytorch-converted', 'pytorch-operator'];
  testSet('onnx-1.12', title, () => folders.map((folder) => join(data, folder)));
} else {
  describe(`${title}: the package is not installed`, () => {
    it.todo('runs every case');
  });
}
