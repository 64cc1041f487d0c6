// npm run fuzz: see test/fuzz/main.ts.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

await build({
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['onnxruntime-node', 'sharp', 'esbuild'],
  define: { 'import.meta.dirname': '__dirname' },
  entryPoints: { fuzz: 'test/fuzz/main.ts' },
  outdir: 'out',
  outExtension: { '.js': '.cjs' },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, ['out/fuzz.cjs', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
