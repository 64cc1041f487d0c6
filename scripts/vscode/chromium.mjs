import fs from 'node:fs';
import path from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { cache } from '../lib/paths.mjs';
import { mustRun } from '../lib/processes.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Arguments for a quiet browser that works as root, without a GPU and without a network. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * @returns {Promise<string>} Path of a Chromium: `$WHYLIGHT_CHROMIUM`, the one on the PATH, or Debian's, which is
 *   installed first when it is missing and we are root.
 */
export async function ensureChromium() {
  const found = find();
  if (found) return found;
  const byHand = 'apt-get update && apt-get install -y --no-install-recommends chromium';
  if (process.platform !== 'linux' || process.getuid() !== 0 || !onPath('apt-get')) {
    throw new Error(
      `The browser tests need Chromium. Install it with one command: sudo sh -c '${byHand}' (or set WHYLIGHT_CHROMIUM to a Chromium or Chrome).`,
    );
  }
  await withLock(path.join(cache, 'chromium.lock'), async () => {
    if (find()) return;
    console.log('Installing chromium with apt-get (once, about two minutes) …');
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 15 * 60_000 };
    await mustRun('sh', ['-c', byHand], options);
  });
  const installed = find();
  if (!installed) throw new Error(`Chromium is still missing after: ${byHand}`);
  return installed;
}

function find() {
  const given = process.env.WHYLIGHT_CHROMIUM;
  if (given) {
    if (!fs.existsSync(given)) throw new Error(`WHYLIGHT_CHROMIUM names ${given}, which does not exist.`);
    return given;
  }
  return names.map(onPath).find(Boolean);
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => fs.existsSync(file));
}
