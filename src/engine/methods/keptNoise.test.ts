import { expect, it } from 'vitest';
import { Memo } from '../memo/memo';
import { KeptNoise } from './keptNoise';
import { SeededSource } from './random';

/** Odd counts, so that a draw of a pair is left over between two requests. */
const requests = [
  [3, 1],
  [5, 0.5],
  [4, 2],
  [7, 1],
] as const;
const drawn = (source: Pick<SeededSource, 'normal'>) =>
  requests.map(([count, deviation]) => source.normal(count, deviation));
const expected = drawn(new SeededSource(5, 'a'));

it('draws what the source draws, and gives it back the next time', () => {
  const memo = new Memo(1000);
  const first = drawn(new KeptNoise(5, 'a', memo));
  expect(first).toEqual(expected);
  const second = drawn(new KeptNoise(5, 'a', memo));
  for (const [i, values] of second.entries()) expect(values).toBe(first[i]);
});

it('goes on behind what is kept, where the rest was too much to keep', () => {
  // The first two requests, eight numbers, fit into a quarter.
  const memo = new Memo(4 * 4 * 8);
  const first = drawn(new KeptNoise(5, 'a', memo));
  const second = drawn(new KeptNoise(5, 'a', memo));
  expect([first, second]).toEqual([expected, expected]);
  expect(second.map((values, i) => values === first[i])).toEqual([true, true, false, false]);
});

it('is another noise for another seed, stream, deviation or row of requests', () => {
  const memo = new Memo(1000);
  drawn(new KeptNoise(5, 'a', memo));
  expect(drawn(new KeptNoise(6, 'a', memo))).toEqual(drawn(new SeededSource(6, 'a')));
  expect(drawn(new KeptNoise(5, 'b', memo))).toEqual(drawn(new SeededSource(5, 'b')));
  expect(new KeptNoise(5, 'a', memo).normal(3, 7)).toEqual(new SeededSource(5, 'a').normal(3, 7));
  const source = new KeptNoise(5, 'a', memo);
  const other = new SeededSource(5, 'a');
  for (const count of [3, 1, 5, 4]) expect(source.normal(count, 0.5)).toEqual(other.normal(count, 0.5));
});
