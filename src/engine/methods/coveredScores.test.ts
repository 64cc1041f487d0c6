import { expect, it } from 'vitest';
import { QuadraticModel } from '../../../test/unit/quadraticModel';
import { CancelledError } from '../../shared/errors';
import { cardFor } from '../../shared/question/card';
import type { Attribution } from '../../shared/results/attribution';
import { float32 } from '../graph/ir/tensor';
import { Memo } from '../memo/memo';
import type { Kept } from './context';
import { runMethods } from './run';

/* Occlusion of a 16×16 image: 15 × 15 windows of 2×2 pixels, so 900 bytes for each class whose scores are kept. */

const side = 16;
const windows = 15 * 15;
const image = float32(
  [1, 1, side, side],
  Float32Array.from({ length: side * side }, (_, i) => (i % 7) - 2),
);
const linear = Array.from(image.data, (value) => value / 100);

async function occlude(
  target: number,
  kept?: Kept,
  parameters = {},
  signal = new AbortController().signal,
  stop?: () => void,
) {
  const used = new QuadraticModel({ height: side, width: side, linear, batchSize: 50, onRun: () => stop?.() });
  let result: Attribution | undefined;
  await runMethods(used, image, {
    requests: [{ ...cardFor('occlusion'), parameters }],
    target,
    defaultLayer: null,
    seed: 0,
    signal,
    ...(kept && { kept }),
    listener: {
      started: () => {},
      progress: () => {},
      result: (attribution) => {
        result = attribution;
      },
      failed: (_, message) => {
        throw new Error(message);
      },
    },
  });
  if (!result) throw new Error('Nothing was told.');
  const { seconds: _, ...attribution } = result;
  return { attribution, images: used.runs.reduce((sum, { images }) => sum + images, 0) };
}

const keeping = (bytes: number): Kept => ({ memo: new Memo(bytes), owner: {}, about: 'an image' });

it('asks once for all classes, and tells each what it would be told alone', async () => {
  const kept = keeping(100_000);
  const first = await occlude(0, kept);
  const second = await occlude(1, kept);
  expect([first.images, second.images]).toEqual([windows + 1, 0]);
  expect(first).toEqual(await occlude(0));
  expect(second.attribution).toEqual((await occlude(1)).attribution);
  expect(kept.memo.bytes).toBe(4 * 2 * (windows + 1));
});

it('keeps the likeliest classes where there is no room for all', async () => {
  // A quarter holds the windows of one class, and class 0 has the larger score.
  const kept = keeping(4 * 4 * windows);
  await occlude(0, kept);
  expect(kept.memo.bytes).toBe(4 * (windows + 2));
  const [again, other] = [await occlude(0, kept), await occlude(1, kept)];
  expect([again.images, other.images]).toEqual([0, windows]);
  expect(again.attribution).toEqual((await occlude(0)).attribution);
  expect(other.attribution).toEqual((await occlude(1)).attribution);
});

it('keeps nothing where there is no room for one class', async () => {
  const kept = keeping(4 * 4 * windows - 4);
  const [first, again] = [await occlude(0, kept), await occlude(0, kept)];
  // The scores of the whole image do fit.
  expect([first.images, again.images]).toEqual([windows + 1, windows]);
  expect(again.attribution).toEqual(first.attribution);
});

it('does not take scores of other windows, other colours or the probability for its own', async () => {
  const kept = keeping(1_000_000);
  await occlude(0, kept);
  for (const parameters of [
    { window: 3 },
    { stride: 2 },
    { stride: 2, edges: 'inside', window: 3 },
    { patch: 'minimum' },
    { patch: 'value', patchValue: 0.25 },
    { scalar: 'probability' },
  ]) {
    const told = await occlude(0, kept, parameters);
    expect(told.images).toBeGreaterThan(20);
    expect(told.attribution).toEqual((await occlude(0, undefined, parameters)).attribution);
  }
  // What is only drawn in another way needs no scores.
  for (const parameters of [{ overlap: 'sum' }, { overlap: 'interpolate' }, { measure: 'complement' }]) {
    const told = await occlude(0, kept, parameters);
    expect(told.images).toBe(0);
    expect(told.attribution).toEqual((await occlude(0, undefined, parameters)).attribution);
  }
});

it('keeps nothing of a run that was cancelled in the middle', async () => {
  const kept = keeping(100_000);
  const controller = new AbortController();
  let runs = 0;
  const cancelled = occlude(0, kept, {}, controller.signal, () => {
    if (++runs === 3) controller.abort();
  });
  await expect(cancelled).rejects.toThrow(CancelledError);
  const whole = await occlude(0, kept);
  expect(whole.images).toBe(windows);
  expect(whole.attribution).toEqual((await occlude(0)).attribution);
});
