import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../shared/errors';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import type { BatchResult } from './evaluation';
import type { GradientProbe, Probes } from './model';
import { gradientKey } from './probes';
import { Scheduler } from './scheduler';

const wrtInput: GradientProbe = { of: 'logit', rules: 'standard', wrt: 'input' };

/** A "model" whose logits are its two inputs, and whose gradient is the target's one-hot row. */
function recorder() {
  const runs: { images: number; targets: readonly number[]; probes: Required<Probes> }[] = [];
  const runBatch = async (
    batch: FloatTensor,
    targets: readonly number[],
    probes: Required<Probes>,
  ): Promise<BatchResult> => {
    const images = batch.dims[0] ?? 0;
    runs.push({ images, targets, probes });
    const rows = float32(
      [images, 2],
      Float32Array.from(targets.flatMap((target) => [target === 0 ? 1 : 0, target === 1 ? 1 : 0])),
    );
    return {
      logits: batch,
      probabilities: batch,
      activations: new Map(probes.activations.map((name) => [name, batch])),
      gradients: new Map(probes.gradients.map((probe) => [gradientKey(probe), rows])),
    };
  };
  return { runs, runBatch };
}

const image = (...values: number[]): FloatTensor => float32([values.length / 2, 2], Float32Array.from(values));

describe('Scheduler', () => {
  it('evaluates the same input once with the union of the probes', async () => {
    const { runs, runBatch } = recorder();
    const scheduler = new Scheduler(runBatch, () => 8);
    const x = image(1, 2);
    const [a, b] = await Promise.all([
      scheduler.evaluate(x, 1, { gradients: [wrtInput] }),
      scheduler.evaluate(x, 1, { activations: ['relu'] }),
    ]);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.probes).toEqual({ activations: ['relu'], gradients: [wrtInput] });
    expect([...a.gradient(wrtInput).data]).toEqual([0, 1]);
    expect([...b.activation('relu').data]).toEqual([1, 2]);
  });

  it('batches different inputs with the same probes, up to the limit, and keeps their targets apart', async () => {
    const { runs, runBatch } = recorder();
    const scheduler = new Scheduler(runBatch, () => 3);
    const results = await Promise.all(
      [0, 1, 0, 1].map((target, i) => scheduler.evaluate(image(i, i + 0.5), target, { gradients: [wrtInput] })),
    );
    expect(runs.map((run) => run.targets)).toEqual([[0, 1, 0], [1]]);
    expect(results.map((result) => [...result.gradient(wrtInput).data])).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(results.map((result) => [...result.logits.data])).toEqual([
      [0, 0.5],
      [1, 1.5],
      [2, 2.5],
      [3, 3.5],
    ]);
  });

  it('merges calls that are made a few promises later in the same turn', async () => {
    const { runs, runBatch } = recorder();
    const scheduler = new Scheduler(runBatch, () => 8);
    const x = image(1, 2);
    const late = async () => {
      await Promise.resolve();
      await Promise.resolve();
      return scheduler.evaluate(x, 0, {});
    };
    await Promise.all([scheduler.evaluate(x, 0, { gradients: [wrtInput] }), late()]);
    expect(runs).toHaveLength(1);
  });

  it('rejects cancelled calls without running them, and still serves the others', async () => {
    const { runs, runBatch } = recorder();
    const scheduler = new Scheduler(runBatch, () => 8);
    const controller = new AbortController();
    const cancelled = scheduler.evaluate(image(1, 2), 0, {}, controller.signal);
    const kept = scheduler.evaluate(image(3, 4), 0, {});
    controller.abort();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect([...(await kept).logits.data]).toEqual([3, 4]);
    expect(runs.map((run) => run.images)).toEqual([1]);
  });

  it('hands a failure to every caller of the run and goes on with the next', async () => {
    let fail = true;
    const { runBatch } = recorder();
    const scheduler = new Scheduler(
      async (...call) => {
        if (fail) throw new Error('out of memory');
        return runBatch(...call);
      },
      () => 8,
    );
    await expect(scheduler.evaluate(image(1, 2), 0, {})).rejects.toThrow('out of memory');
    fail = false;
    expect([...(await scheduler.evaluate(image(1, 2), 0, {})).logits.data]).toEqual([1, 2]);
  });

  it('refuses to hand out what was not asked for', async () => {
    const { runBatch } = recorder();
    const evaluation = await new Scheduler(runBatch, () => 1).evaluate(image(1, 2), 0, {});
    expect(() => evaluation.activation('relu')).toThrow('not asked for');
  });
});
