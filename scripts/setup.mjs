// Makes the clone ready to run: the right Node, dependencies as the lock file has them, fresh bundles. Plain Node, so that
// it works before anything is installed; silent and offline when there is nothing to do.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { cache, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';

const oldestNode = [20, 19];
const bundles = ['extension.cjs', 'engine.cjs', 'cli.cjs', 'webview.js'].map((name) => path.join(root, 'dist', name));
const inModules = (name) => path.join(root, 'node_modules', name);

/** Brings `node_modules` and `dist` up to date. */
export async function setup() {
  checkNode();
  await withLock(path.join(cache, `setup-${hash([], root).slice(0, 12)}.lock`), async () => {
    await installDependencies();
    await build();
  });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Error(`Whylight needs Node ${oldestNode.join('.')} or newer; this is Node ${process.versions.node}.`);
  }
}

async function installDependencies() {
  const stamp = inModules('.whylight-setup');
  const wanted = hash([path.join(root, 'package-lock.json')], `${process.platform}-${process.arch}`);
  if (read(stamp) === wanted) return;
  // Dependencies that were installed by hand and fit the lock file are kept: npm records what it installed.
  if (!fits()) {
    console.log('Installing dependencies (npm ci) …');
    await mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { timeoutMs: 15 * 60_000 });
  }
  fs.writeFileSync(stamp, wanted);
}

/** True when `node_modules` holds every package of the lock file that this platform needs, in its version. */
function fits() {
  const record = read(inModules('.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  const locked = JSON.parse(read(path.join(root, 'package-lock.json'))).packages;
  const missing = Object.entries(locked).filter(
    ([where, entry]) =>
      where !== '' &&
      installed[where]?.version !== entry.version &&
      !(entry.optional && !installed[where]) &&
      !entry.peer,
  );
  const extra = Object.keys(installed).filter((where) => !(where in locked));
  return missing.length === 0 && extra.length === 0;
}

async function build() {
  const stamp = path.join(root, 'dist', '.whylight-build');
  const sources = [
    ...['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs'].map((name) => path.join(root, name)),
    ...files(path.join(root, 'src')).filter((file) => !file.endsWith('.test.ts')),
  ];
  const wanted = hash(sources, '');
  if (bundles.every((file) => fs.existsSync(file)) && read(stamp) === wanted) return;
  console.log('Building …');
  await mustRun(process.execPath, [path.join(root, 'scripts/build.mjs')], { timeoutMs: 5 * 60_000 });
  fs.writeFileSync(stamp, wanted);
}

/** Hash over names and contents. */
function hash(names, salt) {
  const sum = createHash('sha256').update(salt);
  for (const name of names) sum.update(`\0${path.relative(root, name)}\0`).update(fs.readFileSync(name));
  return sum.digest('hex');
}

function files(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup();
}
