/*
 * `npm run bench:formats`: what it costs to read a checkpoint of each format, in plain reads of the same files and in ONNX's time to the
 * first logits. The files are written here (formats/writers) and hold one network, so the logits must be the same: that is checked too.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { eachCheckpoint, type Measured } from './formats/checkpoints';
import { answerAsChild, type Case, type FirstLogits, type Reading, type Refused } from './formats/child';
import { help, type Options, readOptions } from './formats/options';
import { median } from './measure';

const run = promisify(execFile);

async function child(...args: string[]): Promise<string> {
  const options = { maxBuffer: 1 << 26 };
  const { stdout } = await run(
    process.execPath,
    ['--max-old-space-size=8192', process.argv[1] ?? '', ...args],
    options,
  );
  return stdout;
}

/** Logits of one network may differ by this much, relative to the largest. */
const tolerance = 1e-5;

interface Row {
  readonly title: string;
  readonly megabytes: number;
  /** MB of the files in a second. */
  readonly graphSpeed: number;
  readonly weightsSpeed: number;
  readonly plainSpeed: number;
  /** Time until all weights were read, in plain reads of the files. */
  readonly plainReads: number;
  readonly readingMilliseconds: number;
  /** MB beyond what the process had before, while all weights were read once, and at the first logits. */
  readonly readingMemory: number;
  readonly logitsMemory: number;
  readonly firstLogits: number;
  /** Largest difference from the logits of the same network as ONNX, relative to the largest of them; null where there is nothing to compare. */
  readonly difference: number | null;
}

function difference(got: readonly number[], wanted: readonly number[]): number | null {
  if (got.length !== wanted.length) return null;
  const scale = Math.max(...wanted.map(Math.abs));
  return Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] as number)))) / scale;
}

async function ask<T>(what: Case, path: string, { threads, clock }: Options): Promise<T> {
  const answer = JSON.parse(await child('--case', what, path, clock, String(threads))) as T | Refused;
  if (typeof answer === 'object' && answer !== null && 'refused' in answer) throw new TypeError(answer.refused);
  return answer as T;
}

async function several<T>(what: Case, path: string, options: Options): Promise<T[]> {
  // The first one brings the files into the page cache.
  await ask<T>(what, path, options);
  const answers: T[] = [];
  for (let i = 0; i < options.times; i++) answers.push(await ask<T>(what, path, options));
  return answers;
}

async function measure({ title, path, reference }: Measured, options: Options): Promise<Row> {
  const readings = await several<Reading>('reading', path, options);
  const firsts = await several<FirstLogits>('logits', path, options);
  const middle = (value: (reading: Reading) => number) => median(readings.map(value));
  const megabytes = middle(({ bytes }) => bytes) / 1024 ** 2;
  const wanted = reference === null ? null : await ask<FirstLogits>('logits', reference, options);
  return {
    title,
    megabytes,
    graphSpeed: (1000 * megabytes) / middle(({ graph }) => graph),
    weightsSpeed: (1000 * megabytes) / middle(({ weights }) => weights),
    plainSpeed: (1000 * megabytes) / middle(({ plain }) => plain),
    plainReads: middle(({ weights, plain }) => weights / plain),
    readingMilliseconds: middle(({ weights }) => weights),
    readingMemory: middle(({ memory }) => memory),
    logitsMemory: median(firsts.map(({ memory }) => memory)),
    firstLogits: median(firsts.map(({ milliseconds }) => milliseconds)),
    difference: wanted && difference(firsts[0]?.logits ?? [], wanted.logits),
  };
}

const columns: readonly (readonly [heading: string, value: (row: Row, onnx: Row | undefined) => string])[] = [
  ['MB', (row) => row.megabytes.toFixed(1)],
  ['to the graph, MB/s', (row) => row.graphSpeed.toFixed(0)],
  ['all weights, MB/s', (row) => row.weightsSpeed.toFixed(0)],
  ['ms', (row) => row.readingMilliseconds.toFixed(0)],
  ['plain, MB/s', (row) => row.plainSpeed.toFixed(0)],
  ['plain reads', (row) => row.plainReads.toFixed(2)],
  ['memory, × files', (row) => (row.readingMemory / row.megabytes).toFixed(2)],
  ['first logits, ms', (row) => row.firstLogits.toFixed(0)],
  ['× ONNX', (row, onnx) => (onnx ? (row.firstLogits / onnx.firstLogits).toFixed(2) : '–')],
  ['memory, MB', (row) => row.logitsMemory.toFixed(0)],
  ['logits', (row) => sameness(row)],
];

function sameness({ difference }: Row): string {
  if (difference === null) return 'not compared';
  return difference <= tolerance
    ? `the same (${difference.toExponential(0)})`
    : `DIFFER by ${difference.toExponential(1)}`;
}

function line(title: string, cells: readonly string[]): string {
  const padded = cells.map((cell, i) => cell.padStart(Math.max(columns[i]?.[0].length ?? 0, 6)));
  return `${title.padEnd(30)} ${padded.join('  ')}\n`;
}

async function main(options: Options): Promise<void> {
  const { times, threads, clock, network, folder } = options;
  const what = folder ?? network;
  process.stdout.write(
    `${process.version} on ${process.platform}-${process.arch}, ${availableParallelism()} processors; ${what}; medians of ${times} processes, ${clock} time, ${threads} threads.\n` +
      'Plain reads: the same files read into memory from one end to the other.\n\n',
  );
  process.stdout.write(
    line(
      '',
      columns.map(([heading]) => heading),
    ),
  );
  const rows: Row[] = [];
  await eachCheckpoint(options, child, async (checkpoint) => {
    try {
      const row = await measure(checkpoint, options);
      rows.push(row);
      process.stdout.write(
        line(
          row.title,
          columns.map(([, value]) => value(row, rows[0])),
        ),
      );
      if (row.difference !== null && !(row.difference <= tolerance)) process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      process.stdout.write(`${checkpoint.title.padEnd(30)} ${error.message}\n`);
      process.exitCode = 1;
    }
  });
  if (options.json !== null)
    writeFileSync(options.json, `${JSON.stringify({ node: process.version, threads, rows }, null, 2)}\n`);
}

async function start(args: readonly string[]): Promise<void> {
  if (await answerAsChild(args)) return;
  if (args.includes('--help')) process.stdout.write(`${help}\n`);
  else await main(readOptions(args));
}

start(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
