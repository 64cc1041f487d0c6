import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder';

const folder = temporaryFolder();
const bundle = join(folder, 'child.cjs');
const pipe = join(folder, 'pipe');

/** What the child does with its main thread: nothing that can be interrupted from JavaScript. */
const busy: Readonly<Record<string, string>> = {
  computes: 'for (;;);',
  'waits for a pipe': `require('node:fs').readFileSync(${JSON.stringify(pipe)});`,
  'waits for another process': `require('node:child_process').spawnSync('sleep', ['60']);`,
};

beforeAll(async () => {
  await build({
    stdin: {
      contents: `import { watchParent } from './watchParent';
        watchParent();
        process.send(process.pid);
        setTimeout(() => new Function('require', process.argv[2])(require), 100);`,
      resolveDir: __dirname,
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(process.platform !== 'win32')('a process whose parent is killed ends, also while it', () => {
  beforeAll(() => void execFileSync('mkfifo', [pipe]));

  it.each(Object.entries(busy))('%s', async (_, code) => {
    const holder = `require('node:child_process').fork(${JSON.stringify(bundle)}, [${JSON.stringify(code)}])
      .on('message', (pid) => console.log(pid));`;
    const parent = spawn(process.execPath, ['-e', holder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data) => resolve(Number(data))));
    // Longer than it takes to look for the parent: as long as that is there, the process lives.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (const end = Date.now() + 10_000; isAlive(pid) && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(isAlive(pid)).toBe(false);
  });
});
