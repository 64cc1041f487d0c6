import { describe, expect, it } from 'vitest';
import { BatchSize } from './batchSize';

const megabyte = 1024 ** 2;

describe('BatchSize', () => {
  it('is one image until a run has been timed', () => {
    expect(new BatchSize(megabyte).value).toBe(1);
  });

  it('keeps a gradient run below 0.4 s, guessing it as three forward runs at first', () => {
    const size = new BatchSize(megabyte);
    size.learn(1, 0.02, false);
    expect(size.value).toBe(6);
    size.learn(4, 0.2, true);
    expect(size.value).toBe(8);
  });

  it('does not unlearn when a later run was slow', () => {
    const size = new BatchSize(megabyte);
    size.learn(1, 0.05, true);
    size.learn(1, 5, true);
    expect(size.value).toBe(8);
  });

  it('keeps the values of a run within a gigabyte, and never falls below one image', () => {
    const size = new BatchSize(128 * megabyte);
    size.learn(1, 0.001, true);
    expect(size.value).toBe(4);
    expect(new BatchSize(4096 * megabyte).value).toBe(1);
  });
});
