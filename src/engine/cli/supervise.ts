import { type ChildProcess, fork } from 'node:child_process';

/** Set for the process that does the work. */
const marker = 'WHYLIGHT_SUPERVISED';

/** How long the process may take to clean up after it said that it is done, in milliseconds. */
const grace = 2000;

/** What the process that does the work says last. */
interface Done {
  readonly code: number;
}

/** True in the process that does the work. */
export function isSupervised(): boolean {
  return process.env[marker] === '1' && process.send !== undefined;
}

/** Tells the supervisor that everything is written. */
export function tellDone(code: number): Promise<void> {
  const done: Done = { code };
  return new Promise((resolve) => process.send!(done, () => resolve()));
}

/** Why a process ended that did not say that it was done; null when it said itself what is wrong. */
export function whyItEnded(code: number | null, signal: NodeJS.Signals | null): string | null {
  switch (signal) {
    case 'SIGBUS':
      // Weights are mapped from their file: what is no longer there of it cannot be read, and no error can be thrown for that.
      return 'A file of the checkpoint was cut short or its disk failed while it was explained; explain again when the file is whole.';
    case 'SIGKILL':
      return 'The run was killed, perhaps because memory ran out (SIGKILL); --memory sets how much may be used.';
    case null:
      // Windows reports crashes as such codes.
      return code !== null && code > 255 ? `The run crashed (code 0x${code.toString(16)}); try again.` : null;
    default:
      return `The run crashed (${signal}); try again.`;
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs this same command line in a process of its own and hands on its exit code. Weights are mapped from their files, so a file that is
 * cut short in the middle of a run ends the process that reads it, and no JavaScript hears of it: someone has to be there to say so. The
 * same holds for crashes of native code, and for a file system that never answers once the sentence about it is said.
 *
 * @param complain tells a failure in one line.
 * @returns the exit code; a process that a signal of the user ended ends this one in the same way.
 */
export function supervise(complain: (sentence: string) => void): Promise<number> {
  const child = fork(process.argv[1]!, process.argv.slice(2), {
    env: { ...process.env, [marker]: '1' },
    execArgv: process.execArgv.filter((option) => !option.startsWith('--inspect')),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve) => {
    let done: Done | undefined;
    child.once('message', (message) => {
      done = message as Done;
      killAfter(child, grace);
    });
    child.once('error', (error) => {
      complain(`Node could not be started a second time (${error.message}).`);
      resolve(1);
    });
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, pass);
      if (done) return resolve(done.code);
      if (signal !== null && (signals as readonly string[]).includes(signal)) process.kill(process.pid, signal);
      const why = whyItEnded(code, signal);
      if (why !== null) complain(why);
      resolve(why !== null || code === null ? 1 : code);
    });
  });
}

function killAfter(child: ChildProcess, ms: number): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  child.once('exit', () => clearTimeout(timer));
}
