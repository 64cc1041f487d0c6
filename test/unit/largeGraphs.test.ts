import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import { float32 } from '../../src/engine/graph/ir/tensor';
import { INPUT } from '../../src/engine/model/evaluation/model';
import { classScore } from '../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { temporaryFolder } from '../support/folder';
import { answerOf, answerWeights, convWeights, type Family } from '../support/growth/shapes';
import { writeGrowing } from '../support/growth/steps';
import { runtimes } from '../support/runtimes';

const folder = temporaryFolder();

/** What the steps of a family do to a number, and their slope there. */
type Steps = (r: number) => { readonly value: number; readonly slope: number };

const relu: Steps = (r) => ({ value: Math.max(r, 0), slope: r > 0 ? 1 : 0 });
const times =
  (factor: number): Steps =>
  (r) => ({ value: factor * r, slope: factor });

/** σ, applied so many times. */
const sigmoids =
  (count: number): Steps =>
  (r) => {
    let [value, slope] = [r, 1];
    for (let i = 0; i < count; i++) {
      value = 1 / (1 + Math.exp(-value));
      slope *= value * (1 - value);
    }
    return { value, slope };
  };

const pixels = Float32Array.from({ length: 12 }, (_, i) => Math.sin(3 * i + 1));
const target = 2;

/** The network in double precision: its logits, and the gradient of one with respect to the image, [3, 4 positions]. */
function expected(steps: Steps): { logits: number[]; gradient: number[] } {
  const gradient = new Array<number>(12).fill(0);
  const pooled = [0, 0, 0, 0];
  for (let channel = 0; channel < 4; channel++) {
    for (let p = 0; p < 4; p++) {
      const weight = (i: number) => convWeights[3 * channel + i] as number;
      const r = Math.tanh([0, 1, 2].reduce((sum, i) => sum + weight(i) * (pixels[4 * i + p] as number), 0));
      const { value, slope } = steps(r);
      pooled[channel] = (pooled[channel] as number) + value / 4;
      const behind = ((answerWeights[5 * channel + target] as number) / 4) * slope * (1 - r * r);
      for (let i = 0; i < 3; i++) gradient[4 * i + p] = (gradient[4 * i + p] as number) + behind * weight(i);
    }
  }
  return { logits: answerOf(pooled), gradient };
}

async function evaluate(family: Family, n: number, layers: readonly string[] = []) {
  const path = join(folder, 'large.onnx');
  writeGrowing(path, family, n);
  const model = await LoadedModel.load(await readCheckpoint(path), { height: 2, width: 2, threads: 1, runtimes });
  try {
    const evaluation = await model.evaluate(float32([1, 3, 2, 2], pixels), {
      score: classScore(target),
      gradients: [INPUT, ...layers].map((wrt) => ({ wrt })),
    });
    const gradientAt = (wrt: string) => [...evaluation.gradient({ wrt }).data];
    return { logits: [...evaluation.logits.data], gradient: gradientAt(INPUT), gradientAt };
  } finally {
    await model.dispose();
  }
}

/** @param sums how many terms are added one after the other in float32, each with half a unit of rounding. */
function expectNear(found: readonly number[], wanted: readonly number[], sums = 0): void {
  expect(found.length).toBe(wanted.length);
  const tolerance = (1e-5 + sums * 2 ** -24) * Math.max(...wanted.map(Math.abs));
  for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] as number) - value)).toBeLessThan(tolerance);
}

describe('large graphs', () => {
  it.each<[Family, number, Steps, number?]>([
    ['chain of Relu', 20_000, relu],
    ['chain of Identity', 20_000, times(1)],
    ['If after If', 8000, relu],
    ['fan into a Sum', 1000, times(2000), 2000],
    ['chain of sums with one value', 1000, times(1001), 1000],
    ['a sequence that grows', 1000, times(1), 1000],
  ])(
    '%s of %i steps gives its numbers and its gradient',
    async (family, n, steps, sums) => {
      const { logits, gradient } = await evaluate(family, n);
      const wanted = expected(steps);
      expectNear(logits, wanted.logits, sums);
      expectNear(gradient, wanted.gradient, sums);
    },
    300_000,
  );

  it('2000 Sigmoids give their fixed point, slopes at the end, and at the image what is left of them in float32', async () => {
    const { logits, gradient, gradientAt } = await evaluate('chain of Sigmoid', 2000, ['q1989']);
    expectNear(logits, expected(sigmoids(2000)).logits);
    expect(new Set(gradient.map(Math.abs))).toEqual(new Set([0]));
    // Ten Sigmoids lie behind the layer, each at the fixed point.
    const { value } = sigmoids(2000)(0);
    const slope = (value * (1 - value)) ** 10;
    expectNear(
      gradientAt('q1989'),
      Array.from({ length: 16 }, (_, i) => ((answerWeights[5 * (i >> 2) + target] as number) / 4) * slope),
    );
  }, 300_000);
});
