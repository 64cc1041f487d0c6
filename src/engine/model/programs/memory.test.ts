import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { asBatch } from '../../../../test/support/asBatch';
import { temporaryFolder } from '../../../../test/support/folder';
import { nineMethods } from '../../../../test/support/nineMethods';
import { runtimes } from '../../../../test/support/runtimes';
import { CheckpointError, RuntimeFailure } from '../../../shared/errors';
import { cardFor } from '../../../shared/question/card';
import { type Checkpoint, readCheckpoint } from '../../formats';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import { runMethods } from '../../methods/run';
import type { Runtime } from '../../runtime/runtime';
import { analyse } from '../analysis/analyse';
import { withHead } from '../analysis/head';
import { findImageInput } from '../analysis/imageInput';
import type { BatchResult } from '../evaluation/evaluation';
import { type GradientProbe, INPUT, type Probes } from '../evaluation/model';
import { classScore } from '../evaluation/score';
import { LoadedModel } from '../loaded/loadedModel';
import { MemoryBudget } from './memoryBudget';
import { Programs } from './programs';

const file = join(__dirname, '../../../../media/sample-workspace/shapes/last_e08.onnx');
const size = { height: 96, width: 96 };
const folder = temporaryFolder();
const gradient: GradientProbe = { rules: 'standard', wrt: INPUT };
const guided: GradientProbe = { rules: 'guided', wrt: INPUT };
const score = classScore(0);

function pixels(seed = 1, images = 1): FloatTensor {
  const data = new Float32Array(images * 3 * 96 * 96);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return float32([images, 3, 96, 96], data);
}

/** The real runtime, with a count of the programs that were compiled and not yet disposed of. */
async function countingRuntime() {
  const { runtime } = await runtimes.choose('auto');
  const counts = { compiled: 0, alive: 0, shared: 0 };
  const counting: Runtime = {
    ...runtime,
    async compile(graph, outputs, options) {
      const program = await runtime.compile(graph, outputs, options);
      counts.compiled++;
      counts.alive++;
      if (options?.sharedWeights) counts.shared++;
      return {
        ...program,
        run: (feeds) => program.run(feeds),
        dispose: () => {
          counts.alive--;
          return program.dispose();
        },
      };
    },
  };
  return { runtime: counting, counts };
}

async function programs(memory: MemoryBudget) {
  const { graph } = await readCheckpoint(file);
  const input = findImageInput(graph);
  const { graph: bound, logits } = analyse(graph, input, size);
  const headed = withHead(bound, logits);
  const { runtime, counts } = await countingRuntime();
  const made = new Programs(runtime, headed, input.name, { dynamicBatch: true, threads: 1 }, memory);
  const run = (probes: Probes, x = pixels()) => made.run(asBatch(headed, x, { score, ...probes }));
  return { made, run, counts };
}

/** Bytes of the largest program that the nine methods want, by the engine's own estimate. */
async function largestProgram(probes: Probes): Promise<number> {
  const memory = new MemoryBudget(1e5);
  const { run, made } = await programs(memory);
  await run(probes);
  const bytes = memory.used;
  await made.dispose();
  return bytes;
}

/** The only gradient of a run. */
function gradientIn(result: BatchResult): ArrayLike<number> {
  const [key = ''] = [...result.keys()].filter((each) => each.startsWith('gradient'));
  return result.get(key)?.data ?? [];
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return largest;
}

describe('MemoryBudget', () => {
  const holder = (dropped: string[], name: string, owner: object = {}) => ({
    owner,
    drop: async () => void dropped.push(name),
  });

  it('drops what was used the longest time ago, and no more than needed', async () => {
    const dropped: string[] = [];
    const budget = new MemoryBudget(100 / 1024 ** 2);
    const a = await budget.hold(40, holder(dropped, 'a'));
    await budget.hold(40, holder(dropped, 'b'));
    if (a) await budget.use(a, 40);
    await budget.hold(50, holder(dropped, 'c'));
    expect(dropped).toEqual(['b']);
    expect(budget.used).toBe(90);
    if (a) await budget.use(a, 60);
    expect(dropped).toEqual(['b', 'c']);
    expect(budget.used).toBe(60);
  });

  it('drops nothing when that would not be enough, and never what is running', async () => {
    const dropped: string[] = [];
    const budget = new MemoryBudget(100 / 1024 ** 2);
    const a = await budget.hold(40, holder(dropped, 'a'));
    await budget.hold(40, holder(dropped, 'b'));
    if (a) a.users++;
    expect(await budget.hold(70, holder(dropped, 'c'))).toBeNull();
    expect(dropped).toEqual([]);
    expect(await budget.hold(60, holder(dropped, 'c'))).not.toBeNull();
    expect(dropped).toEqual(['b']);
  });

  it('spares a program that a run begins with while another is dropped', async () => {
    const dropped: string[] = [];
    const budget = new MemoryBudget(100 / 1024 ** 2);
    const slow = async () => {
      dropped.push('a');
      await budget.use(b!, 40);
      b!.users++;
    };
    await budget.hold(40, { owner: {}, drop: slow });
    const b = await budget.hold(40, holder(dropped, 'b'));
    expect(await budget.hold(90, holder(dropped, 'c'))).toBeNull();
    expect(dropped).toEqual(['a']);
    expect(budget.used).toBe(40);
  });

  it("can spare the asking model's own programs", async () => {
    const dropped: string[] = [];
    const owner = {};
    const budget = new MemoryBudget(100 / 1024 ** 2);
    await budget.hold(60, holder(dropped, 'own', owner));
    expect(await budget.hold(60, holder(dropped, 'new', owner), true)).toBeNull();
    expect(await budget.hold(60, holder(dropped, 'new', owner))).not.toBeNull();
    expect(dropped).toEqual(['own']);
  });

  it('is half of the machine when nobody says how much', () => {
    expect(new MemoryBudget().limit).toBeGreaterThan(2 ** 28);
    expect(new MemoryBudget(64).limit).toBe(64 * 1024 ** 2);
  });
});

describe('programs within a budget', () => {
  it('disposes of the least recently used program when another needs its memory', async () => {
    const wishes: Probes[] = [{ gradients: [gradient] }, { gradients: [guided] }];
    const room = 1.3 * Math.max(...(await Promise.all(wishes.map(largestProgram))));
    const memory = new MemoryBudget(room / 1024 ** 2);
    const { run, counts, made } = await programs(memory);
    const first = await run({ gradients: [gradient] });
    await run({ gradients: [guided] });
    const again = await run({ gradients: [gradient] });
    expect(counts.compiled).toBe(3);
    expect(counts.alive).toBe(1);
    expect(memory.used).toBeLessThanOrEqual(memory.limit);
    const [a, b] = [first, again].map((result) => gradientIn(result));
    expect(largestDifference(a ?? [], b ?? [])).toBe(0);
    await made.dispose();
    expect(counts.alive).toBe(0);
    expect(memory.used).toBe(0);
  });

  it('leaves the weights in the file rather than drop a program', async () => {
    const { run, counts, made } = await programs(new MemoryBudget(1e5));
    const exact = await run({ gradients: [gradient] });
    await made.dispose();
    expect(counts.shared).toBe(0);

    const room = await largestProgram({ gradients: [gradient] });
    const small = await programs(new MemoryBudget((room - 1) / 1024 ** 2));
    const lean = await small.run({ gradients: [gradient] });
    expect(small.counts.shared).toBe(process.platform === 'win32' ? 0 : 1);
    const [a, b] = [exact, lean].map((result) => gradientIn(result));
    expect(largestDifference(a ?? [], b ?? [])).toBeLessThan(1e-4);
    await small.made.dispose();
  });

  it('answers a smaller question with a program that is there, as long as compiling another costs more', async () => {
    const { run, counts, made } = await programs(new MemoryBudget(1e5));
    const layer = (await LoadedModel.load(await readCheckpoint(file), { runtimes, ...size })).defaultLayer?.name ?? '';
    await run({ activations: [layer], gradients: [gradient, { ...gradient, wrt: layer }] });
    const part = await run({ gradients: [gradient] });
    expect(counts.compiled).toBe(1);
    expect([...part.keys()]).toEqual(['logits', 'probabilities', expect.stringContaining('gradient')]);

    // Forward passes cost a third of it: sooner or later a program of their own is cheaper.
    let runs = 0;
    while (counts.compiled === 1 && runs < 2000) {
      await run({});
      runs++;
    }
    expect(counts.compiled).toBe(2);
    expect(runs).toBeGreaterThan(1);
    await made.dispose();
  });

  it('says what is missing when even one program does not fit', async () => {
    const { run } = await programs(new MemoryBudget(0.5));
    const failed = run({ gradients: [gradient] });
    await expect(failed).rejects.toBeInstanceOf(RuntimeFailure);
    await expect(failed).rejects.toThrow(
      /^The model needs about \d+ MB for one image, more than the 1 MB that it may use; .*whylight\.memoryBudget.*--memory/,
    );
  });

  it('gives the nine methods the same maps with little memory as with much', async () => {
    // Which programs are worth compiling is decided by what time they take: on this clock all steps take the same.
    let ticks = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => ++ticks);
    onTestFinished(() => clock.mockRestore());
    const checkpoint: Checkpoint = await readCheckpoint(file);
    const largest = await largestProgram({ gradients: [guided] });
    const explain = async (memory: MemoryBudget) => {
      const model = await LoadedModel.load(checkpoint, { runtimes, ...size, memory, threads: 1 });
      const maps = new Map<string, Float32Array>();
      let most = 0;
      const look = () => {
        most = Math.max(most, memory.used);
      };
      await runMethods(model, pixels(), {
        requests: nineMethods.map((id) => ({
          ...cardFor(id),
          ...(id === 'smoothgrad' && { parameters: { samples: 6 } }),
        })),
        target: 0,
        defaultLayer: model.defaultLayer?.name ?? null,
        seed: 0,
        signal: new AbortController().signal,
        listener: {
          started: look,
          progress: look,
          result: (attribution) => {
            look();
            maps.set(attribution.method, attribution.map.data);
          },
          failed: (method, message) => {
            throw new Error(`${method}: ${message}`);
          },
        },
      });
      const { count } = memory;
      await model.dispose();
      return { maps, most, count };
    };
    const plenty = await explain(new MemoryBudget(1e5));
    const little = new MemoryBudget((1.6 * largest) / 1024 ** 2);
    const scarce = await explain(little);
    expect(plenty.count).toBeGreaterThan(scarce.count);
    expect(scarce.most).toBeLessThanOrEqual(little.limit);
    expect(plenty.most).toBeGreaterThan(little.limit);
    for (const [method, map] of plenty.maps) {
      const scale = map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largestDifference(map, scarce.maps.get(method) ?? []), method).toBeLessThanOrEqual(1e-4 * scale);
    }
    expect(scarce.maps.size).toBe(9);
  });
});

describe('a checkpoint that changes while it is used', () => {
  it('is refused instead of mixed', async () => {
    const path = join(folder, 'model.onnx');
    copyFileSync(file, path);
    const model = await LoadedModel.load(await readCheckpoint(path), { runtimes, ...size, threads: 1 });
    await model.evaluate(pixels(), {});
    const bytes = readFileSync(path);
    bytes.fill(0, bytes.length / 2, bytes.length / 2 + 4096);
    // In place, as an export over the old file does it; the length stays, so that nothing that is mapped goes away.
    writeFileSync(path, bytes, { flag: 'r+' });
    const failed = model.evaluate(pixels(2), { score, gradients: [gradient] });
    await expect(failed).rejects.toBeInstanceOf(CheckpointError);
    await expect(failed).rejects.toThrow(/changed/);
    await model.dispose();
  });
});
