// Bundles and runs the benchmark; see test/bench/bench.ts.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

await build({
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['onnxruntime-node', 'sharp'],
  entryPoints: { bench: 'test/bench/bench.ts' },
  outdir: 'out',
  outExtension: { '.js': '.cjs' },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, ['out/bench.cjs', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
