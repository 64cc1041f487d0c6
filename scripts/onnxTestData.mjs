import fs from 'node:fs';
import path from 'node:path';
import { withLock } from './lib/lock.mjs';
import { cache } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';

const folder = '/usr/share/libonnx-testdata/data';

/**
 * Installs Debian's package of ONNX's public node tests when it is missing and we are root; says otherwise how to, and the tests that need
 * it are skipped.
 */
export async function ensureOnnxTestData() {
  const given = process.env.WHYLIGHT_ONNX_TESTDATA;
  if (given && !fs.existsSync(given)) throw new Error(`WHYLIGHT_ONNX_TESTDATA names ${given}, which does not exist.`);
  if (given || fs.existsSync(folder)) return;
  const byHand = 'apt-get update && apt-get install -y --no-install-recommends libonnx-testdata';
  const aptGet = (process.env.PATH ?? '').split(path.delimiter).some((bin) => fs.existsSync(path.join(bin, 'apt-get')));
  if (process.platform !== 'linux' || process.getuid() !== 0 || !aptGet) {
    const way = aptGet
      ? `Install them with one command: sudo sh -c '${byHand}'`
      : "They are Debian's package libonnx-testdata; where it is unpacked elsewhere, WHYLIGHT_ONNX_TESTDATA names its folder data.";
    console.log(`The public ONNX node tests are not installed and will be skipped. ${way}`);
    return;
  }
  await withLock(path.join(cache, 'onnx-testdata.lock'), async () => {
    if (fs.existsSync(folder)) return;
    console.log('Installing libonnx-testdata with apt-get (once, 6 MB) …');
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 15 * 60_000 };
    await mustRun('sh', ['-c', byHand], options);
  });
  if (!fs.existsSync(folder)) throw new Error(`${folder} is still missing after: ${byHand}`);
}
