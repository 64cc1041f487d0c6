/** The sections "Memory" and "Compile time" of the benchmark: each figure is taken in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Options } from '../engine/options';
import type { Section } from '../engine/section';
import { median } from '../measure';
import type { CaseName, Figures } from './cases';

const run = promisify(execFile);
/** The network that is measured: a file of about 100 MB. */
const network = { id: 'resnet50', name: 'ResNet-50' };

/** Runs this program again as a child; see answerAsChild. */
async function child(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [process.argv[1] ?? '', ...args]);
  return stdout;
}

async function measure(name: CaseName, file: string, { threads }: Options): Promise<Figures> {
  return JSON.parse(await child('--case', name, file, String(threads))) as Figures;
}

/** Calls back with the network's file, which goes afterwards. A child writes it, since the peak of a child may begin with its parent's. */
async function withFile(options: Options, use: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'whylight-bench-'));
  try {
    const file = join(folder, `${network.id}.onnx`);
    await child('--write', network.id, options.exporter, file);
    await use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const megabytes = (value: number | null): string => (value === null ? '–' : value.toFixed(0));

/** Peak memory of what the engine does with one file. */
export const memory: Section = {
  flag: 'memory',
  title: 'Memory: peak above that of the library alone, in sizes of the file; each figure in a process of its own',
  run: (options, report) =>
    withFile(options, async (file) => {
      const size = statSync(file).size / 1024 ** 2;
      const idle = await measure('library alone', file, options);
      report.line(
        `${network.name}, a file of ${size.toFixed(0)} MB; onnxruntime loaded and idle: ${idle.peak.toFixed(0)} MB`,
      );
      const names: CaseName[] = [
        'bare onnxruntime',
        'forward',
        'gradient',
        'forward and gradient',
        'nine methods',
        'nine methods, budget 400',
        'nine methods, budget 200',
      ];
      for (const name of names) {
        const { peak, own, files, wall } = await measure(name, file, options);
        report.figure({
          section: 'memory',
          network: network.name,
          what: name,
          value: (peak - idle.peak) / size,
          unit: '× the file',
        });
        const end = `${megabytes(own)} MB its own, ${megabytes(files)} MB of files`;
        report.line(`      peak ${peak.toFixed(0)} MB; at the end ${end}; ${(wall / 1000).toFixed(1)} s`);
      }
    }),
};

/** From the file to the first answer, as a multiple of onnxruntime's own session of that file and one run. */
export const compile: Section = {
  flag: 'compile',
  title:
    'Compile time: from the file to the first answer, in InferenceSession.create(file) + one run; file in the page cache',
  run: (options, report) =>
    withFile(options, async (file) => {
      const names: CaseName[] = ['bare onnxruntime', 'forward', 'gradient'];
      const taken = new Map<CaseName, number[]>(names.map((name) => [name, []]));
      for (let round = 0; round < options.times; round++) {
        for (const name of names) {
          const figures = await measure(name, file, options);
          taken.get(name)?.push(options.clock === 'cpu' ? figures.cpu : figures.wall);
        }
      }
      const milliseconds = (name: CaseName) => median(taken.get(name) ?? []);
      const bare = milliseconds('bare onnxruntime');
      report.line(`${network.name}: onnxruntime's own session and one run take ${bare.toFixed(0)} ms`);
      for (const [name, what, target] of [
        ['forward', 'file to first logits', 1.5],
        ['gradient', 'file to first gradient', undefined],
      ] as const) {
        const value = milliseconds(name) / bare;
        report.figure({ section: 'compile', network: network.name, what, value, unit: '×', target });
        report.line(`      ${milliseconds(name).toFixed(0)} ms`);
      }
    }),
};
