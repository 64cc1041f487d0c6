/** The recorded cases of captum's deconvolution, LRP and DeepLIFT (test/data/golden-rules). */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { dataFile } from './network';

export interface CaptumCase {
  readonly id: string;
  readonly model: 'tinyseq' | 'shapes';
  readonly image: string;
  readonly method: 'deconvolution' | 'lrp' | 'deeplift';
  readonly target: number;
  /** Of DeepLIFT: constant inputs, or how many of the stored background images. */
  readonly baselines?: readonly number[] | 'background';
  readonly threshold?: number;
  readonly file: string;
  /** Σ attribution − Δlogit of captum's DeepLIFT, one for each baseline. */
  readonly convergenceDelta?: readonly number[];
  readonly tolerance: number;
}

export const captumCases = (
  JSON.parse(readFileSync(dataFile('golden-rules/captum.json'), 'utf8')) as { readonly cases: readonly CaptumCase[] }
).cases;

/** Checkpoints of the cases, for {@link dataFile}. */
export const captumModels = { tinyseq: 'golden-methods/models/tinyseq.onnx', shapes: 'models/shapes/last_e08.onnx' };

/** The largest difference of two maps of one size. */
export function worstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...Array.from(expected, (value, i) => Math.abs((actual[i] as number) - value)));
}
