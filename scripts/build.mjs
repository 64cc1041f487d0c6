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

const bundles = [
  { ...node, entryPoints: { extension: 'src/extension/activate.ts' } },
  { ...node, entryPoints: { engine: 'src/engine/main.ts' } },
  { ...node, entryPoints: { cli: 'src/engine/cli.ts' }, banner: { js: '#!/usr/bin/env node' } },
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
