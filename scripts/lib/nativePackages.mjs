import fs from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

/** What a running program needs of a package: code, binaries, data, and the licences that go with them. */
const needed = /\.(c?js|json|node|dll|dylib|so(\.[\d.]+)?)$|^LICEN[CS]E|^NOTICE/i;
/** Folders of a package that only building it, its types or its ES-module twin need. */
const unneeded = new Set(['esm', 'install', 'src', 'script', 'test', 'types']);
/** onnxruntime-node's install script, which is not run, needs these; its library does not. */
const installOnly = new Set(['adm-zip', 'global-agent']);

/**
 * Copies the packages that cannot be bundled, and what they need at run time on this platform, into a `node_modules`.
 *
 * @returns {string[]} Names of the packages.
 */
export function copyNativePackages(target) {
  const names = new Set();
  const add = (name) => {
    const folder = path.join(root, 'node_modules', name);
    if (names.has(name) || installOnly.has(name) || !fs.existsSync(folder)) return;
    names.add(name);
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    copy(folder, path.join(target, name));
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      add(dependency);
  };
  add('onnxruntime-node');
  add('sharp');
  return [...names].sort();
}

function copy(from, to) {
  fs.cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter(file) {
      const relative = path.relative(from, file);
      if (relative === '') return true;
      const parts = relative.split(path.sep);
      if (parts.includes('node_modules')) throw new Error(`${from} has packages of its own, which are not copied yet.`);
      if (parts.some((part) => unneeded.has(part))) return false;
      if (isForeign(parts)) return false;
      return fs.statSync(file).isDirectory() || needed.test(path.basename(file));
    },
  });
}

/** Binaries of onnxruntime-node for other platforms: bin/napi-v6/<platform>/<arch>. */
function isForeign([first, , platform, arch]) {
  if (first !== 'bin' || platform === undefined) return false;
  return platform !== process.platform || (arch !== undefined && arch !== process.arch);
}
