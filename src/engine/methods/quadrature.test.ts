import { describe, expect, it } from 'vitest';
import { type QuadratureRule, quadrature } from './quadrature';

/** The rule's value of ∫₀¹ α^power dα. */
function integral(rule: QuadratureRule, steps: number, power: number): number {
  const { points, weights } = quadrature(rule, steps);
  return points.reduce((sum, point, i) => sum + (weights[i] ?? Number.NaN) * point ** power, 0);
}

describe('quadrature', () => {
  it.each([1, 2, 3, 8, 32, 200])('Gauss–Legendre with %i points is exact up to degree 2n − 1', (steps) => {
    for (const power of [0, 1, steps, 2 * steps - 1]) {
      expect(integral('gauss-legendre', steps, power)).toBeCloseTo(1 / (power + 1), 13);
    }
  });

  it('gives the known points and weights of three-point Gauss–Legendre, ascending', () => {
    const { points, weights } = quadrature('gauss-legendre', 3);
    const offset = Math.sqrt(0.6) / 2;
    for (const [i, each] of [0.5 - offset, 0.5, 0.5 + offset].entries()) expect(points[i]).toBeCloseTo(each, 15);
    for (const [i, each] of [5 / 18, 8 / 18, 5 / 18].entries()) expect(weights[i]).toBeCloseTo(each, 15);
  });

  it.each<[QuadratureRule, number, readonly number[], readonly number[]]>([
    ['midpoint', 2, [0.25, 0.75], [0.5, 0.5]],
    ['left', 2, [0, 0.5], [0.5, 0.5]],
    ['right', 2, [0.5, 1], [0.5, 0.5]],
    ['trapezoid', 3, [0, 0.5, 1], [0.25, 0.5, 0.25]],
    ['both-ends', 5, [0, 0.25, 0.5, 0.75, 1], [0.2, 0.2, 0.2, 0.2, 0.2]],
    ['trapezoid-unscaled', 5, [0, 0.25, 0.5, 0.75, 1], [0.1, 0.2, 0.2, 0.2, 0.1]],
  ])('%s has its points and weights', (rule, steps, points, weights) => {
    const found = quadrature(rule, steps);
    expect([...found.points]).toEqual(points);
    expect([...found.weights]).toEqual(weights);
  });

  it.each<QuadratureRule>([
    'gauss-legendre',
    'midpoint',
    'left',
    'right',
    'trapezoid',
    'both-ends',
    'trapezoid-unscaled',
  ])('%s works with one step', (rule) => {
    expect(integral(rule, 1, 0)).toBe(1);
  });
});
