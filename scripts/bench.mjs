// Bundles and runs a benchmark of test/bench, `bench` unless another is named first: node scripts/bench.mjs engine --only resnet50
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const [first, ...others] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const name = named ? first : 'bench';

await build({
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['onnxruntime-node', 'sharp'],
  // h5wasm, with which HDF5 files are written, is a module that asks where it lies.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  entryPoints: { [`bench-${name}`]: `test/bench/${name}.ts` },
  outdir: 'out',
  outExtension: { '.js': '.cjs' },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [`out/bench-${name}.cjs`, ...(named ? others : process.argv.slice(2))], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
