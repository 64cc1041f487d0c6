// npm run package: a VSIX for this platform with only what it needs, staged in a temporary folder so that nothing of the
// working tree gets in by chance. --out <file> in place of whylight-<platform>-<version>.vsix.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { copyNativePackages } from './lib/nativePackages.mjs';
import { root, shown } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { setup } from './setup.mjs';

/** Packages whose code is inside our bundles; see THIRD_PARTY_NOTICES.md. Those without a licence file state it in package.json. */
const bundled = [
  'h5wasm',
  'vscode-jsonrpc',
  'lit',
  'lit-html',
  'lit-element',
  '@lit/reactive-element',
  '@vscode/webview-ui-toolkit',
  '@microsoft/fast-element',
  '@microsoft/fast-foundation',
  '@microsoft/fast-web-utilities',
  'tabbable',
  'exenv-es6',
  'tslib',
];

const { values } = parseArgs({ options: { out: { type: 'string' } } });
await setup();
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const target = `${isMusl() ? 'alpine' : process.platform}-${process.arch}`;
const vsix = path.resolve(values.out ?? path.join(root, `whylight-${target}-${manifest.version}.vsix`));
const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-package-'));
try {
  const packages = await fill(stage);
  await check(stage);
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await mustRun(process.execPath, [vsce, 'package', '--target', target, '--no-dependencies', '--out', vsix], {
    cwd: stage,
    timeoutMs: 5 * 60_000,
  });
  report(stage, packages);
} finally {
  fs.rmSync(stage, { recursive: true, force: true });
}

/** Puts together the extension's folder. */
async function fill(folder) {
  const bundle = [path.join(root, 'scripts/build.mjs'), '--production', '--out', path.join(folder, 'dist')];
  await mustRun(process.execPath, bundle, { timeoutMs: 5 * 60_000 });
  // Beside the bundles that require them; vsce leaves out a node_modules folder at the top.
  const packages = copyNativePackages(path.join(folder, 'dist/node_modules'));
  for (const name of ['package.nls.json', 'l10n', 'README.md', 'LICENSE', 'THIRD_PARTY_NOTICES.md', 'CHANGELOG.md']) {
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  fs.cpSync(path.join(root, 'docs/exporting.md'), path.join(folder, 'docs/exporting.md'));
  copyLicences(path.join(folder, 'dist/licences'));
  fs.cpSync(path.join(root, 'media'), path.join(folder, 'media'), {
    recursive: true,
    filter: (file) => !isLeftOut(path.relative(path.join(root, 'media'), file).split(path.sep).join('/')),
  });
  const { scripts, devDependencies, dependencies, peerDependencies, peerDependenciesMeta, bin, files, ...kept } =
    manifest;
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(kept, null, 2));
  return packages;
}

/** Of the sample, a package has the checkpoints of `shapes` and `formats` and some of the images: 7 MB instead of 10. */
function isLeftOut(name) {
  const sample = /^sample-workspace\/(.+)$/.exec(name)?.[1];
  if (sample === undefined) return false;
  if (sample === 'imagenet' || sample.startsWith('shapes/masks')) return true;
  return sample.endsWith('.png') && !/\/(circle_0|circle_watermark_[01]|star_0|star_3|ring_0)\.png$/.test(sample);
}

/** Puts the licence texts of what is inside the bundles into one folder. */
function copyLicences(folder) {
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(path.join(root, 'src/engine/export/font/OFL.txt'), path.join(folder, 'Inter.txt'));
  for (const name of bundled) {
    const from = path.join(root, 'node_modules', name);
    const licence = fs.readdirSync(from).find((file) => /^licen[cs]e/i.test(file));
    if (licence) fs.copyFileSync(path.join(from, licence), path.join(folder, `${name.replaceAll('/', '-')}.txt`));
  }
}

/** The staged programs must run from where they are, with nothing of this clone in reach. */
async function check(folder) {
  const sample = path.join(root, 'media/sample-workspace/shapes');
  const out = path.join(folder, '..', `${path.basename(folder)}-check`);
  const cli = (...args) =>
    mustRun(process.execPath, [path.join(folder, 'dist/cli.cjs'), ...args], { cwd: folder, timeoutMs: 120_000 });
  try {
    const image = path.join(sample, 'images/star_0.png');
    await cli('explain', image, '--model', path.join(sample, 'last_e08.onnx'), '--methods', 'gradient', '--out', out);
    const result = path.join(out, 'star_0/result.json');
    if (!fs.existsSync(result)) throw new Error('The staged command line wrote no result.json.');
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

function report(folder, packages) {
  const all = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => ({ file: path.relative(folder, file), bytes: fs.statSync(file).size }))
    .sort((left, right) => right.bytes - left.bytes);
  const unpacked = all.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`${all.length} files, ${size(unpacked)} unpacked; the largest:`);
  for (const { file, bytes } of all.slice(0, 12)) console.log(`  ${size(bytes).padStart(10)}  ${file}`);
  console.log(`Packages that are not bundled: ${packages.join(', ')}`);
  console.log(`${shown(vsix)}: ${size(fs.statSync(vsix).size)} for ${target}`);
}

function size(bytes) {
  return bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function isMusl() {
  return process.platform === 'linux' && process.report?.getReport().header.glibcVersionRuntime === undefined;
}
