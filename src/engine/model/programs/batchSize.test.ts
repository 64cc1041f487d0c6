import { describe, expect, it } from 'vitest';
import { BatchSize } from './batchSize';

const plenty = () => 1000;

/** Runs batches of the size that is asked for until it stays the same; `seconds` is what a run of so many images takes. */
function settled(seconds: (images: number) => number, room: () => number = plenty): number {
  const size = new BatchSize(room);
  for (let run = 0; run < 40; run++) size.learn(size.value, seconds(size.value), true);
  return size.value;
}

describe('BatchSize', () => {
  it('is one image until a run has been timed', () => {
    expect(new BatchSize(plenty).value).toBe(1);
  });

  it('stays at one image when more do not make it faster', () => {
    expect(settled((images) => 0.05 * images)).toBe(1);
  });

  it('grows as long as each image gets faster', () => {
    expect(settled((images) => 0.01 + 0.001 * images)).toBe(16);
    // Twice as many images help up to four, not beyond.
    expect(settled((images) => (images < 4 ? 0.02 : 0.005 * images))).toBe(4);
  });

  it('keeps a gradient run below 0.15 s, guessing it as three forward runs at first', () => {
    expect(settled((images) => 0.2 + 0.05 * images)).toBe(1);
    expect(settled((images) => 0.01 + 0.03 * images)).toBe(4);
    const size = new BatchSize(plenty);
    for (let run = 0; run < 40; run++) size.learn(2, 0.01 + 0.06 * 2, false);
    expect(size.value).toBe(1);
  });

  it('does not judge a length by its first run, nor unlearn when a later run was slow', () => {
    const size = new BatchSize(plenty);
    size.learn(1, 0.01, true);
    size.learn(1, 0.01, true);
    size.learn(2, 3, true);
    expect(size.value).toBe(2);
    size.learn(2, 0.012, true);
    size.learn(2, 3, true);
    expect(size.value).toBe(4);
  });

  it('keeps within the memory that there is, and never falls below one image', () => {
    expect(
      settled(
        (images) => 0.01 + 0.0001 * images,
        () => 5,
      ),
    ).toBe(5);
    expect(
      settled(
        (images) => 0.01 + 0.0001 * images,
        () => 0,
      ),
    ).toBe(1);
  });
});
