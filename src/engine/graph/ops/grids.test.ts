/**
 * Every operator with a gradient is tested over a grid of cases, which its family's test differentiates once and twice; a few are tested by
 * hand in a file of their own. WHYLIGHT_TABLE=1 prints how many cases of which kind each operator has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { operators } from '.';
import { noGradient } from './definition';

/** Operators whose gradient is not the derivative, or whose cases are too unlike each other for a grid → the test that checks them. */
const byHand: Readonly<Record<string, string>> = {
  QuantizeLinear: 'quantisation.test.ts',
  DequantizeLinear: 'quantisation.test.ts',
  GridSample: 'gridSampling.test.ts',
  AffineGrid: 'gridSampling.test.ts',
  LpPool: 'lpNorms.test.ts',
  GlobalLpPool: 'lpNorms.test.ts',
  LpNormalization: 'lpNorms.test.ts',
  MaxUnpool: 'lpNorms.test.ts',
  Col2Im: 'lpNorms.test.ts',
};

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((file) => file.endsWith('.grid.ts'));
const grids = await Promise.all(
  files.map(async (file) => Object.values((await import(join(folder, file))) as Record<string, GradientGrid>)),
);
const cases = new Map<string, GradientCase[]>();
for (const grid of grids.flat()) {
  for (const [op, own] of Object.entries(grid)) cases.set(op, [...(cases.get(op) ?? []), ...own]);
}

const withGradient = Object.entries(operators).flatMap(([op, { backward }]) =>
  backward && backward !== noGradient ? [op] : [],
);

it('every operator with a gradient has a grid, or a test by hand', () => {
  expect(withGradient.filter((op) => !cases.has(op) && !Object.hasOwn(byHand, op))).toEqual([]);
});

it('every grid is of an operator, has cases, and has a test that runs it', () => {
  expect([...cases].filter(([op, own]) => !Object.hasOwn(operators, op) || own.length === 0)).toEqual([]);
  for (const file of files) {
    const test = readFileSync(join(folder, `${basename(file, '.grid.ts')}.test.ts`), 'utf8');
    const names = [...readFileSync(join(folder, file), 'utf8').matchAll(/^export const (\w+): GradientGrid/gm)];
    expect(names.length, file).toBeGreaterThan(0);
    for (const [, name] of names) expect(test).toContain(`testGradients(${name})`);
  }
});

it.each(Object.entries(byHand))('the gradient of %s is checked in %s', (op, file) => {
  const test = readFileSync(join(folder, file), 'utf8');
  expect(test).toContain(`'${op}'`);
  expect(test).toMatch(/check(Whole)?Gradient\(|gradientOf\(/);
  expect(withGradient).toContain(op);
});

if (process.env['WHYLIGHT_TABLE']) {
  const count = (op: string, kind: GradientCase['kind']) => cases.get(op)?.filter((each) => each.kind === kind).length;
  const rows = withGradient.toSorted().map((op) => {
    const numbers = (['linear', 'piecewise', 'smooth'] as const).map((kind) => count(op, kind) || '');
    return [op, ...numbers, byHand[op] ?? ''].join('\t');
  });
  console.log(['operator\tadjoint\tdifferences, H = 0\tdifferences, H·v\tby hand', ...rows].join('\n'));
}
