import { describe, expect, it } from 'vitest';
import { FreshNames } from './freshNames';

describe('fresh names', () => {
  it('are the wanted ones while these are free, then the first numbers that are', () => {
    const names = new FreshNames(['a', 'a_3']);
    expect(['a', 'b', 'a', 'b', 'a'].map((name) => names.take(name))).toEqual(['a_2', 'b', 'a_4', 'b_2', 'a_5']);
  });

  it('are never given twice, also when one is wanted that looks numbered', () => {
    const names = new FreshNames();
    expect(['a', 'a', 'a_2', 'a_2_2', 'a'].map((name) => names.take(name))).toEqual([
      'a',
      'a_2',
      'a_2_2',
      'a_2_2_2',
      'a_3',
    ]);
  });

  it('try each number once, however often a name is wanted', () => {
    let tried = 0;
    const names = new FreshNames([], (name, number) => {
      tried++;
      return `${name} (${number})`;
    });
    for (let i = 0; i < 5000; i++) names.take('a');
    expect(names.take('a')).toBe('a (5001)');
    expect(tried).toBeLessThan(10_000);
  });
});
