import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** Children of this script that are still running, each the leader of its own process group. */
const running = new Set();

/** Ends a child and everything it started: politely, then by force after `graceMs`. Resolves when it is gone. */
export async function end(child, graceMs = 5000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
  // What the child left behind in its group goes with it.
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Starts a program as the leader of a process group that {@link end} can end as a whole; it also ends with this script. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, detached: true, stdio: 'inherit', ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** However this script ends, by an error too, nothing that it started lives on. */
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/** Ctrl+C and a polite end of this script end its children too (they are in groups of their own and would not hear of it). */
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, async () => {
    await Promise.all([...running].map((child) => end(child, 2000)));
    process.exit(code);
  });
}

/**
 * Runs a program to its end.
 *
 * @param {object} [options] `timeoutMs`: end it by force after this time; `capture`: collect its output in place of
 *   passing it through; `echo`: pass it through as well; the rest goes to `spawn`.
 * @returns {Promise<{code: number, output: string, timedOut: boolean, seconds: number}>}
 */
export async function run(command, args, options = {}) {
  const { timeoutMs, capture = false, echo = false, ...rest } = options;
  const began = performance.now();
  const child = start(command, args, { stdio: capture || echo ? ['ignore', 'pipe', 'pipe'] : 'inherit', ...rest });
  let output = '';
  for (const [stream, sink] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (echo) sink.write(text);
    });
  }
  let timedOut = false;
  const timer =
    timeoutMs &&
    setTimeout(() => {
      timedOut = true;
      void end(child);
    }, timeoutMs);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? (signal ? 1 : 0)));
  });
  clearTimeout(timer || undefined);
  return { code: timedOut ? 124 : code, output, timedOut, seconds: (performance.now() - began) / 1000 };
}

/** Like {@link run}, but a failure is an error that shows what the program said. */
export async function mustRun(command, args, options = {}) {
  const result = await run(command, args, { capture: true, ...options });
  if (result.code !== 0) {
    const why = result.timedOut ? 'did not end in time' : `ended with code ${result.code}`;
    throw new Error(`${[command, ...args].join(' ')} ${why}\n${result.output.slice(-4000)}`);
  }
  return result;
}
