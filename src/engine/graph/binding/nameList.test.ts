import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../../../test/support/graph/smallGraph';
import { NameList } from './nameList';

describe('lists of names', () => {
  it('are what arrays are, whatever is inserted and erased', () => {
    const random = randomNumbers(7);
    let expected = ['a', 'b', 'c'];
    let list = NameList.of(expected);
    for (let step = 0; step < 3000; step++) {
      // First it grows, then it shrinks to nothing.
      const grows = expected.length === 0 || random() < (step < 1500 ? 0.8 : 0.3);
      const place = Math.floor(random() * (expected.length + (grows ? 1 : 0)));
      expected = grows ? expected.toSpliced(place, 0, `n${step}`) : expected.toSpliced(place, 1);
      list = grows ? list.with(place, `n${step}`) : list.without(place);
      expect(list.length).toBe(expected.length);
      if (step % 50 === 0) expect(list.names()).toEqual(expected);
      expect(list.at(place)).toBe(expected[place]);
    }
    expect(list.names()).toEqual(expected);
    expect([list.at(-1), list.at(list.length)]).toEqual([undefined, undefined]);
  });

  it('stay as they are when another is made of them', () => {
    const list = NameList.of(['a', 'b']);
    expect([list.with(1, 'c').names(), list.without(0).names(), list.names()]).toEqual([
      ['a', 'c', 'b'],
      ['b'],
      ['a', 'b'],
    ]);
  });

  it('are never deep, also when they grow and shrink at one end', () => {
    const depthOf = (part: unknown): number => {
      const { left, right } = (part ?? {}) as { left?: unknown; right?: unknown };
      return part ? 1 + Math.max(depthOf(left), depthOf(right)) : 0;
    };
    const depth = (list: NameList) => depthOf((list as unknown as { root: unknown }).root);
    let back = NameList.of([]);
    let front = NameList.of([]);
    for (let i = 0; i < 4096; i++) {
      back = back.with(i, `b${i}`);
      front = front.with(0, `f${i}`);
    }
    const bound = 2.5 * Math.log2(4096);
    expect(Math.max(depth(back), depth(front))).toBeLessThan(bound);
    for (let i = 0; i < 3000; i++) front = front.without(0);
    expect(depth(front)).toBeLessThan(bound);
  });
});
