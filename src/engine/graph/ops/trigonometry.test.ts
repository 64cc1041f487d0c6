import { describe, it } from 'vitest';
import { checkGradient } from '../testing/gradientCheck';

/** Reproducible draws inside [low, high): where the function is smooth. */
const inside = (low: number, high: number) => (count: number, random: () => number) =>
  Float32Array.from({ length: count }, () => low + (high - low) * random());

const ranges = {
  Sin: [-3, 3],
  Cos: [-3, 3],
  Tan: [-1.2, 1.2],
  Asin: [-0.8, 0.8],
  Acos: [-0.8, 0.8],
  Atan: [-3, 3],
  Sinh: [-2, 2],
  Cosh: [-2, 2],
  Asinh: [-3, 3],
  Acosh: [1.5, 4],
  Atanh: [-0.8, 0.8],
} as const;

describe('trigonometric and hyperbolic functions', () => {
  it.each(Object.entries(ranges))('%s', async (op, [low, high]) => {
    const values = inside(low, high);
    await checkGradient({ inputs: { x: [2, 5] }, nodes: [{ op, inputs: ['x'] }] }, { values, step: 0.01 });
  });
});
