/** Rules for the integral over a path: where it is looked at and with what weight. */

/**
 * Points α in [0, 1] and weights of n steps.
 * - `gauss-legendre`: exact for polynomials of degree 2n − 1.
 * - `midpoint`, `left`, `right`: n equal steps, looked at in their middle, at their beginning or end.
 * - `trapezoid`: n points from 0 to 1, both ends with half weight; the weights sum to 1.
 * - `both-ends`: n points from 0 to 1, each with the weight 1/n (PAIR saliency, tf-explain).
 * - `trapezoid-unscaled`: n points from 0 to 1, each with the weight 1/n and the ends with half of it; the weights sum to (n − 1)/n (captum).
 */
export type QuadratureRule =
  | 'gauss-legendre'
  | 'midpoint'
  | 'left'
  | 'right'
  | 'trapezoid'
  | 'both-ends'
  | 'trapezoid-unscaled';

export interface Quadrature {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** Legendre polynomial of degree n at x, and its derivative. */
function legendre(n: number, x: number): { readonly value: number; readonly slope: number } {
  let value = x;
  let before = 1;
  for (let k = 2; k <= n; k++) [value, before] = [((2 * k - 1) * x * value - (k - 1) * before) / k, value];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}

/** Nodes in ascending order: roots of the Legendre polynomial by Newton's method from Chebyshev-like guesses. */
function gaussLegendre(n: number): Quadrature {
  const points = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < 100; step++) {
      const { value, slope } = legendre(n, x);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-15) break;
    }
    const { slope } = legendre(n, x);
    points[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
}

export function quadrature(rule: QuadratureRule, steps: number): Quadrature {
  const points = (at: (i: number) => number): Float64Array => Float64Array.from({ length: steps }, (_, i) => at(i));
  const fromEndToEnd = (i: number): number => (steps > 1 ? i / (steps - 1) : 0);
  const halvedEnds = (whole: number) => (i: number) => (i === 0 || i === steps - 1 ? whole / 2 : whole);
  const equal = points(() => 1 / steps);
  switch (rule) {
    case 'gauss-legendre':
      return steps === 1 ? { points: points(() => 0.5), weights: equal } : gaussLegendre(steps);
    case 'midpoint':
      return { points: points((i) => (i + 0.5) / steps), weights: equal };
    case 'left':
      return { points: points((i) => i / steps), weights: equal };
    case 'right':
      return { points: points((i) => (i + 1) / steps), weights: equal };
    case 'trapezoid':
      return { points: points(fromEndToEnd), weights: steps === 1 ? equal : points(halvedEnds(1 / (steps - 1))) };
    case 'both-ends':
      return { points: points(fromEndToEnd), weights: equal };
    case 'trapezoid-unscaled':
      return { points: points(fromEndToEnd), weights: steps === 1 ? equal : points(halvedEnds(1 / steps)) };
  }
}
