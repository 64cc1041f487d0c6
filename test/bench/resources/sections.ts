/** The sections "Memory" and "Compile time": each figure is taken in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CaseName, Figures } from './cases';

const run = promisify(execFile);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs one case in a child process; `script` is the bundle that answers `--case` (see ../resources.ts). */
async function measure(script: string, name: CaseName, file: string, threads: number): Promise<Figures> {
  const { stdout } = await run(process.execPath, [script, '--case', name, file, String(threads)]);
  return JSON.parse(stdout) as Figures;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const megabytes = (value: number | null): string => (value === null ? '–' : value.toFixed(0)).padStart(6);

/** Peak memory of what the engine does with one file. */
export async function memorySection(script: string, file: string, threads: number): Promise<void> {
  const size = statSync(file).size / 1024 ** 2;
  print(`Memory, ResNet-50, a file of ${size.toFixed(0)} MB; MB, each in a process of its own`);
  print(`${''.padEnd(24)}   peak  above library   × file   at the end: own, of files`);
  const idle = await measure(script, 'library alone', file, threads);
  const names: CaseName[] = ['bare onnxruntime', 'forward', 'gradient', 'forward and gradient', 'nine methods'];
  for (const name of names) {
    const { peak, own, files } = await measure(script, name, file, threads);
    const above = peak - idle.peak;
    print(
      `  ${name.padEnd(22)} ${megabytes(peak)} ${megabytes(above).padStart(14)} ${(above / size).toFixed(2).padStart(8)} ${megabytes(own).padStart(16)} ${megabytes(files)}`,
    );
  }
  print('');
}

/** From the file to the first answer, as a multiple of onnxruntime's own session of that file and one run. */
export async function compileSection(script: string, file: string, threads: number, repeats = 7): Promise<void> {
  print('Compile time, ResNet-50: from the file to the first answer, medians in milliseconds (file in the page cache)');
  const names: CaseName[] = ['bare onnxruntime', 'forward', 'gradient'];
  const taken = new Map<CaseName, Figures[]>(names.map((name) => [name, []]));
  for (let i = 0; i < repeats; i++) {
    for (const name of names) taken.get(name)?.push(await measure(script, name, file, threads));
  }
  const of = (name: CaseName, key: 'wall' | 'cpu') => median((taken.get(name) ?? []).map((each) => each[key]));
  for (const name of names) {
    const target = name === 'forward' ? '   (target ≤ 1.5)' : '';
    const times = (['wall', 'cpu'] as const).map((key) => {
      const value = of(name, key);
      return `${value.toFixed(0).padStart(6)} ms ${(value / of('bare onnxruntime', key)).toFixed(2).padStart(6)} ×`;
    });
    print(`  ${name.padEnd(22)} wall ${times[0]}   processor ${times[1]}${target}`);
  }
  print('');
}

/** Calls back with the path of a ResNet-50 file of about 100 MB, which is removed afterwards. */
export async function withResNet50(script: string, use: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'whylight-bench-'));
  try {
    const file = join(folder, 'resnet50.onnx');
    // In a process of its own: a child's peak may begin with its parent's.
    await run(process.execPath, [script, '--write', file]);
    await use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
