/* What no JavaScript can catch: the command line's and the engine's processes when files vanish under them and parents die. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { whyItEnded } from '../../src/engine/cli/supervise';
import { temporaryFolder } from '../support/folder';
import { encodeTestModel, externalTensor } from '../support/onnxModel';

const root = join(__dirname, '../..');
const samples = join(root, 'media/sample-workspace');
const shapes = join(samples, 'shapes/last_e08.onnx');
const circle = join(samples, 'shapes/images/circle_watermark_0.png');
const work = temporaryFolder();
const linux = process.platform === 'linux';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(look: () => T | undefined | false, withinMs = 40_000): Promise<T> {
  for (const end = Date.now() + withinMs; Date.now() < end; await pause(20)) {
    const found = look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error('It did not come.');
}

/** Children of a process, as Linux lists them. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** A zombie that nobody has collected yet counts as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function whylight(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'dist/cli.cjs'), ...args], { cwd: work });
  started.push(child);
  let stderr = '';
  let stdout = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; stderr: string; stdout: string }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stderr, stdout })),
  );
  return { child, ended };
}

describe.runIf(linux)('a checkpoint that changes in the middle of a run', () => {
  const changed = /^whylight: .*table changed while it was explained; explain again to see the new model\.\n$/;
  const rows = 16;
  const pixels = 3 * 128 * 128;

  /** logits[k] = Σ x·table[k], with a table in a file of its own that every pass reads from end to end. */
  function writeModel(name: string): string {
    mkdirSync(join(work, name));
    const table = Float32Array.from({ length: rows * pixels }, (_, i) => Math.sin(i));
    writeFileSync(join(work, name, 'table'), new Uint8Array(table.buffer));
    const path = join(work, name, 'model.onnx');
    const location = { location: 'table', offset: '0', length: String(table.byteLength) };
    const axis = (value: bigint) => ({ dtype: 'int64' as const, dims: [1], data: BigInt64Array.of(value) });
    writeFileSync(
      path,
      encodeTestModel({
        opset: 18,
        inputs: { x: { dims: ['batch', 3, 128, 128] } },
        outputs: { logits: { dims: ['batch', rows] } },
        initializers: {
          one: axis(1n),
          two: axis(2n),
          table: externalTensor('table', 'float32', [rows, pixels], location),
        },
        nodes: [
          { op: 'Flatten', inputs: ['x'], outputs: ['flat'] },
          { op: 'Unsqueeze', inputs: ['flat', 'one'], outputs: ['rows'] },
          { op: 'Mul', inputs: ['rows', 'table'], outputs: ['products'] },
          { op: 'ReduceSum', inputs: ['products', 'two'], outputs: ['logits'], attributes: { keepdims: { i: 0 } } },
        ],
      }),
    );
    return path;
  }

  /** Starts a run of many passes and waits until the weights are mapped. */
  async function longRun(name: string): Promise<{ weights: string; ended: ReturnType<typeof whylight>['ended'] }> {
    const model = writeModel(name);
    const weights = join(work, name, 'table');
    const { child, ended } = whylight(
      ...['explain', circle, '--model', model, '--out', join(work, name, 'out')],
      ...['--methods', 'smoothgrad', '--set', 'smoothgrad.samples=5000'],
    );
    await until(() =>
      childrenOf(child.pid!).some((pid) => readFileSync(`/proc/${pid}/maps`, 'utf8').includes(weights)),
    );
    await pause(300);
    return { weights, ended };
  }

  it('ends the command line with a sentence when it is cut short', async () => {
    const { weights, ended } = await longRun('cut');
    truncateSync(weights, 0);
    const { code, stderr, stdout } = await ended;
    // In the middle of a pass the process ends; between two of them the change is seen.
    const sentences = [`whylight: ${whyItEnded(null, 'SIGBUS')}\n`, expect.stringMatching(changed)];
    expect(sentences).toContainEqual(stderr);
    expect(code).toBe(1);
    expect(stdout).not.toContain('smoothgrad');
  });

  it('ends it with a sentence when reading what is mapped fails', async () => {
    const { child, ended } = whylight('explain', circle, '--model', shapes, '--set', 'smoothgrad.samples=5000');
    const [worker] = await until(() => {
      const children = childrenOf(child.pid!);
      return children.length > 0 && children;
    });
    process.kill(worker!, 'SIGBUS');
    expect(await ended).toEqual({
      code: 1,
      signal: null,
      stderr: `whylight: ${whyItEnded(null, 'SIGBUS')}\n`,
      stdout: '',
    });
  });

  it('ends it with a sentence when it is written over', async () => {
    const { weights, ended } = await longRun('over');
    const file = openSync(weights, 'r+');
    writeSync(file, Buffer.alloc(statSync(weights).size, 0x3f));
    closeSync(file);
    const { code, stderr, stdout } = await ended;
    expect(stderr).toMatch(changed);
    expect(code).toBe(1);
    expect(stdout).not.toContain('smoothgrad');
  });

  it('a signal of the user ends both processes, as that signal', async () => {
    const { child, ended } = whylight('explain', circle, '--model', shapes, '--set', 'smoothgrad.samples=5000');
    const [worker] = await until(() => {
      const children = childrenOf(child.pid!);
      return children.length > 0 && children;
    });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
    expect(await until(() => !isAlive(worker!))).toBe(true);
  });
});

describe('whyItEnded', () => {
  it('has a sentence for every crash and none for an exit', () => {
    expect(whyItEnded(1, null)).toBeNull();
    expect(whyItEnded(0xc0000005, null)).toBe('The run crashed (code 0xc0000005); try again.');
    expect(whyItEnded(null, 'SIGSEGV')).toBe('The run crashed (SIGSEGV); try again.');
    expect(whyItEnded(null, 'SIGKILL')).toMatch(/--memory/);
  });
});
