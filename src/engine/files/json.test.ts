import { describe, expect, it } from 'vitest';
import { parseJson } from './json';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    const value = { a: [1, { b: 'x"[{\\' }], c: null, d: '\\"[' };
    expect(parseJson(`\uFEFF${JSON.stringify(value)}`)).toEqual(value);
    expect(parseJson(nested(200))).toHaveLength(1);
    expect(parseJson(JSON.stringify('['.repeat(5000)))).toHaveLength(5000);
    expect(parseJson(JSON.stringify(Array(5000).fill([])))).toHaveLength(5000);
  });

  it('refuses what recursion could not walk, and what is no JSON', () => {
    for (const text of [nested(201), nested(1e6), '{"a":'.repeat(1e6), `["\\"",${nested(1e6)}]`]) {
      expect(() => parseJson(text)).toThrow(new SyntaxError('It nests deeper than 200 levels'));
    }
    for (const text of ['', '{', '"open', '"\\', 'NaN']) expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
