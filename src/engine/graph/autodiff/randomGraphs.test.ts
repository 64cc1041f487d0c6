/** Gradients of random graphs: sums over several uses, broadcasts, unread outputs, names. */
import { describe, it } from 'vitest';
import { checkGradient, checkSecondOrder } from '../../../../test/support/graph/gradientCheck';
import { randomGraph } from '../../../../test/support/graph/randomGraph';

/** Short in float64: hardly any kink of a Relu or MaxPool lies within reach. */
const step = 1e-6;

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe('random graphs', () => {
  it.each(seeds)('seed %i', async (seed) => {
    await checkGradient(randomGraph(seed, 10 + (seed % 5) * 8), { step, seed });
  });

  it.each(seeds.slice(0, 25))('seed %i, differentiated twice', async (seed) => {
    await checkSecondOrder(randomGraph(seed, 8 + (seed % 4) * 4), { step, seed, piecewise: false });
  });
});
