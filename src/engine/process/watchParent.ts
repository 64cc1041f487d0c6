import { Worker } from 'node:worker_threads';

/** How often the parent is looked for, in milliseconds. */
const interval = 500;

/**
 * Ends the process, whatever it does, when the parent is gone. On Windows a process keeps the number of a parent that has ended; elsewhere
 * it gets another parent. A script of its own, since a bundle is one file.
 */
const script = `
const { workerData } = require('node:worker_threads');
const gone = () => {
  if (process.ppid !== workerData.parent) return true;
  try {
    process.kill(workerData.parent, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};
setInterval(() => {
  if (gone()) process.kill(process.pid, 'SIGKILL');
}, workerData.interval);
`;

/**
 * Ends this process with SIGKILL soon after its parent is gone, also while its main thread computes, compiles or waits for a file: a
 * thread of its own looks for the parent. Call it first of all, while the parent is certain to be there.
 */
export function watchParent(): void {
  const worker = new Worker(script, {
    eval: true,
    workerData: { parent: process.ppid, interval },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
  worker.once('error', (error) => {
    throw error;
  });
}

/**
 * Ends this process: `exit` listeners clean up, and then nothing that hangs, such as a thread that waits for a file system, can hold it up.
 * The parent sees SIGKILL, not `code`.
 */
export function endNow(): never {
  // Last of all listeners, so that the others are done.
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
  process.exit(0);
}
