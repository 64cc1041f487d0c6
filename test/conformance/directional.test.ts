/** What the judge of the gradients tells apart. */
import { describe, expect, it } from 'vitest';
import { judge, precisions } from './directional';

/** The verdict on a claimed slope of a function of one number at x. */
async function verdictOn(
  f: (x: number) => number,
  x: number,
  slope: number,
  precision: keyof typeof precisions = 'float64',
): Promise<string> {
  const at = async (t: number) => {
    const value = precision === 'float64' ? f(x + t) : Math.fround(f(Math.fround(x + t)));
    return { value, size: Math.abs(value) };
  };
  const claim = { slope, size: Math.abs(slope), reach: Math.abs(slope * x) };
  return (await judge(at, claim, precisions[precision])).verdict;
}

const clip = (x: number) => Math.min(Math.max(x, 0), 1);

describe('the slope of a smooth function', () => {
  it.each([
    ['sin at 1', Math.sin, 1, Math.cos(1)],
    ['exp at 3', Math.exp, 3, Math.exp(3)],
    ['1/x at 0.02', (x: number) => 1 / x, 0.02, -2500],
    ['x³ at 0', (x: number) => x ** 3, 0, 0],
    ['clip inside', clip, 0.5, 1],
    ['clip 1e-5 above its lower bound', clip, 1e-5, 1],
    ['clip outside', clip, 2, 0],
    ['round between two jumps', Math.round, 0.2, 0],
  ] as const)('%s is right, and nothing else is', async (_, f, x, slope) => {
    expect(await verdictOn(f, x, slope)).toBe('agrees');
    for (const other of [slope * 1.001 + 1e-4, slope - 1, -slope - 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await verdictOn(f, x, other), String(other)).toBe('wrong');
    }
  });

  it('is judged within rounding in float32', async () => {
    expect(await verdictOn(Math.sin, 1, Math.cos(1), 'float32')).toBe('agrees');
    expect(await verdictOn(Math.sin, 1, Math.cos(1) * 1.01, 'float32')).toBe('wrong');
    expect(await verdictOn((x) => 100 + x, 1, 0, 'float32')).toBe('wrong');
  });
});

describe('where there is no slope', () => {
  it.each([
    ['a kink', Math.abs, 0],
    ['a jump', Math.sign, 0],
    ['a jump at the place itself', Math.floor, 2],
    ['a jump 1e-7 aside', (x: number) => Math.floor(x + 1e-7), 2],
    ['the edge of a domain', Math.acosh, 1],
    ['an infinite slope', Math.cbrt, 0],
  ] as const)('%s is not smooth, whatever is claimed', async (_, f, x) => {
    for (const claimed of [3, -2, Number.NaN]) expect(await verdictOn(f, x, claimed)).toBe('not smooth');
  });
});
