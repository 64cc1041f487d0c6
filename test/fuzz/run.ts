/** Runs mutations of a format's files in a child process that is watched: what hangs is killed, what crashes is told, and the rest goes on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { Outcome } from './child';

export interface FuzzOptions {
  /** The bundled child. */
  readonly child: string;
  /** The folder with the originals. */
  readonly root: string;
  readonly format: string;
  readonly first: number;
  readonly count: number;
  /** Milliseconds that one mutation may take. */
  readonly limit: number;
}

export interface FuzzReport {
  readonly graphs: number;
  readonly sentences: ReadonlyMap<string, number>;
  /** What is none of both, with the seed that repeats it. */
  readonly faults: readonly { readonly seed: number; readonly what: string }[];
  readonly slowest: { readonly seed: number; readonly ms: number };
  /** The largest resident size of the child above that before its first mutation, in MB; 0 where the system does not tell. */
  readonly megabytes: number;
}

/** Bundles the child into a folder and answers its path. */
export async function bundleChild(folder: string): Promise<string> {
  const outfile = join(folder, 'fuzz-child.cjs');
  await build({
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['onnxruntime-node', 'sharp'],
    nodePaths: [join(process.cwd(), 'node_modules')],
    define: { 'import.meta.dirname': '__dirname' },
    entryPoints: [join(process.cwd(), 'test/fuzz/child.ts')],
    outfile,
    logLevel: 'warning',
  });
  return outfile;
}

/** Names, numbers and paths out of a sentence, so that sentences of one kind count together. */
export const kindOf = (sentence: string): string =>
  sentence
    .replace(/“[^”]*”/g, '“…”')
    .replace(/\/\S+/g, 'PATH')
    .replace(/-?\d[\d.,]*/g, 'N')
    .slice(0, 160);

function residentMegabytes(child: ChildProcess, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { first, count } = options;
  let graphs = 0;
  let [slowest, megabytes] = [{ seed: first, ms: 0 }, 0];
  const sentences = new Map<string, number>();
  const faults: { seed: number; what: string }[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'whylight-fuzz-'));
  try {
    for (let next = first; next < first + count; ) {
      const part = await runChild(options, folder, next, first + count - next);
      for (const outcome of part.outcomes) {
        if (outcome.ended === 'bug') faults.push({ seed: outcome.seed, what: outcome.told });
        else if (outcome.ended === 'graph') graphs++;
        else {
          const ugly = /undefined|\bNaN\b|\[object|[^.?!)”]$/.test(outcome.told) || outcome.told.includes('\n');
          if (ugly) faults.push({ seed: outcome.seed, what: `no good sentence: ${outcome.told.slice(0, 300)}` });
          const kind = kindOf(outcome.told);
          sentences.set(kind, (sentences.get(kind) ?? 0) + 1);
        }
        if (outcome.ended !== 'bug' && outcome.ms > slowest.ms) slowest = { seed: outcome.seed, ms: outcome.ms };
      }
      megabytes = Math.max(megabytes, part.megabytes);
      if (part.fault) faults.push(part.fault);
      next = part.next;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { graphs, sentences, faults, slowest, megabytes };
}

interface Part {
  readonly outcomes: readonly Outcome[];
  readonly fault: { readonly seed: number; readonly what: string } | null;
  readonly next: number;
  readonly megabytes: number;
}

/** One child until it is done, hangs or crashes. */
function runChild(options: FuzzOptions, folder: string, first: number, count: number): Promise<Part> {
  const { child: script, root, format, limit } = options;
  const args = ['--max-old-space-size=2048', script, root, format, String(first), String(count), folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: nodeEnvironment() });
  const outcomes: Outcome[] = [];
  let [begun, hung, errors, before] = [first, false, '', 0];
  let timer: NodeJS.Timeout | undefined;
  const watch = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, ms);
  };
  let megabytes = 0;
  watch(60_000);
  child.stderr.on('data', (data: Buffer) => {
    errors = `${errors}${data.toString('utf8')}`.slice(-4000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Outcome | { readonly begun: number } | { readonly ready: number };
    if ('ready' in said) before = residentMegabytes(child, 'VmRSS');
    else if ('begun' in said) {
      begun = said.begun;
      watch(limit);
    } else {
      outcomes.push(said);
      megabytes = Math.max(megabytes, residentMegabytes(child, 'VmHWM') - before);
      watch(60_000);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const done = outcomes.at(-1)?.seed === first + count - 1;
      if (done) resolve({ outcomes, fault: null, next: first + count, megabytes });
      else if (outcomes.length === 0 && begun === first && !hung && errors.includes('There is no file of the format'))
        reject(new Error(errors));
      else {
        const what = hung ? `took more than ${limit} ms` : `the process ended (${code ?? signal}): ${errors.trim()}`;
        resolve({ outcomes, fault: { seed: begun, what }, next: begun + 1, megabytes });
      }
    });
  });
}

/** The bundle lies outside of the clone. */
function nodeEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') };
}
