/**
 * npm run fuzz -- [--format Keras] [--count 20000] [--seed 0] [--limit 5000] [--root FOLDER]: mutations of the test files of every format, each
 * of which has to end in a graph or in one sentence. A fault is repeated with its seed and --count 1.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findOriginals } from './originals';
import { bundleChild, fuzz } from './run';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      format: { type: 'string' },
      count: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '0' },
      limit: { type: 'string', default: '5000' },
      root: { type: 'string', default: 'test/data' },
    },
  });
  const root = resolve(values.root);
  const folder = mkdtempSync(join(tmpdir(), 'whylight-fuzz-'));
  try {
    const child = await bundleChild(folder);
    for (const format of (await findOriginals(root)).keys()) {
      if (values.format !== undefined && values.format !== format) continue;
      const [first, count, limit] = [values.seed, values.count, values.limit].map(Number) as [number, number, number];
      const report = await fuzz({ child, root, format, first, count, limit });
      const { graphs, sentences, faults, slowest, megabytes } = report;
      const told = [...sentences.values()].reduce((sum, each) => sum + each, 0);
      console.log(
        `${format}: ${graphs} graphs, ${told} sentences of ${sentences.size} kinds, ${faults.length} faults; slowest ${slowest.ms.toFixed(0)} ms (seed ${slowest.seed}), ${megabytes.toFixed(0)} MB`,
      );
      for (const [kind, times] of [...sentences].sort(([, a], [, b]) => b - a).slice(0, 40))
        console.log(`  ${times} × ${kind}`);
      for (const { seed, what } of faults.slice(0, 20)) console.log(`  FAULT seed ${seed}: ${what}`);
      if (faults.length > 0) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
