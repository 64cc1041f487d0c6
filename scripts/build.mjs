// Bundles the four programs: extension host, engine (child process), command line, panel page.
// --watch: again on every change; --production: small and without source maps; --out <folder> in place of dist.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { context } from 'esbuild';
import { root } from './lib/paths.mjs';

const { values } = parseArgs({
  options: { watch: { type: 'boolean' }, production: { type: 'boolean' }, out: { type: 'string', default: 'dist' } },
});
const { watch = false, production = false } = values;
const outdir = path.resolve(root, values.out);
const common = {
  absWorkingDir: root,
  bundle: true,
  logLevel: 'warning',
  minify: production,
  minifySyntax: true,
  // Names of classes stay: error messages and logs show them.
  keepNames: production,
  outdir,
  sourcemap: !production,
  target: 'es2022',
};
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  external: ['vscode', 'onnxruntime-node', 'sharp'],
};

/** HDF5 as WebAssembly is 4 MB: it stands in a file of its own, once for all programs, and is loaded for the checkpoints that need it. */
const hdf5Factory = 'src/engine/formats/keras/hdf5/factory.js';
const hdf5Apart = {
  name: 'hdf5-apart',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/factory\.js$/ }, ({ importer, kind }) =>
      kind !== 'entry-point' && importer === path.resolve(root, path.dirname(hdf5Factory), 'instance.ts')
        ? { path: './hdf5.cjs', external: true }
        : undefined,
    );
  },
};

const bundles = [
  // Its text holds the program's bytes as letters; nothing in it may be written in another way.
  { ...node, entryPoints: { hdf5: hdf5Factory }, charset: 'utf8', minify: false, keepNames: false, sourcemap: false },
  { ...node, entryPoints: { extension: 'src/extension/activate.ts' } },
  { ...node, entryPoints: { engine: 'src/engine/main.ts' }, plugins: [hdf5Apart] },
  { ...node, entryPoints: { cli: 'src/engine/cli.ts' }, plugins: [hdf5Apart], banner: { js: '#!/usr/bin/env node' } },
  { ...common, platform: 'browser', format: 'iife', entryPoints: { webview: 'src/webview/main.ts' }, minify: true },
];

const contexts = await Promise.all(bundles.map((options) => context(options)));
if (watch) {
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  try {
    await Promise.all(contexts.map((each) => each.rebuild()));
  } catch (error) {
    // esbuild has said what is wrong, with file and line.
    console.error(error.message.split('\n')[0]);
    process.exitCode = 1;
  }
  await Promise.all(contexts.map((each) => each.dispose()));
}
