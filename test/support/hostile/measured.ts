/** Runs the built command line under a limit and says what it took. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** Written by the process itself when it ends: its largest resident memory, in kB. */
const report = `process.on('exit', () => {
  const status = require('node:fs').readFileSync('/proc/self/status', 'utf8');
  require('node:fs').writeFileSync(process.env.PEAK_FILE, /VmHWM:\\s*(\\d+)/.exec(status)[1]);
});`;

/** Address space of a run in kB: more than it needs, less than a file that lies may take from the machine. */
const mostAddresses = 12 * 1024 ** 2;

export interface Measured {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Largest resident memory in MB. */
  readonly megabytes: number;
}

/** Linux only, where a process can tell its largest memory. */
export function measured(folder: string, args: readonly string[]): Measured {
  const [hook, peak] = [join(folder, 'report.cjs'), join(folder, 'peak')];
  writeFileSync(hook, report);
  rmSync(peak, { force: true });
  const started = performance.now();
  const command = `ulimit -v ${mostAddresses}; exec "$0" "$@"`;
  const node = [process.execPath, '-r', hook, join(root, 'dist/cli.cjs'), ...args];
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command, ...node], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, PEAK_FILE: peak },
  });
  const seconds = (performance.now() - started) / 1000;
  const megabytes = status === null ? Number.POSITIVE_INFINITY : Number(readFileSync(peak, 'utf8')) / 1024;
  return { status, stdout, stderr, seconds, megabytes };
}
