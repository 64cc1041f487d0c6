import { describe, expect, it } from 'vitest';
import { resampleMap } from './resampleMap';

const grid = (width: number, ...values: number[]) => ({
  width,
  height: values.length / width,
  values: Float32Array.from(values),
});

describe('resampleMap', () => {
  it('puts values at pixel centres and repeats the border', () => {
    expect([...resampleMap(grid(2, 0, 1), 4, 1)]).toEqual([0, 0.25, 0.75, 1]);
    expect([...resampleMap(grid(1, 0, 1), 1, 4)]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('interpolates in both directions', () => {
    // Column weights 0, 1/2, 1 and the same for rows.
    expect([...resampleMap(grid(2, 0, 4, 8, 16), 3, 3)]).toEqual([0, 2, 4, 4, 7, 10, 8, 12, 16]);
  });

  it('is the identity at the same size', () => {
    const source = grid(3, 1, 2, 3, 4, 5, 6);
    expect(resampleMap(source, 3, 2)).toEqual(source.values);
    expect(resampleMap(source, 3, 2, 'nearest')).toEqual(source.values);
  });

  it('spreads one pixel', () => {
    expect([...resampleMap(grid(1, 7), 3, 2)]).toEqual([7, 7, 7, 7, 7, 7]);
  });

  it('takes samples when the target is smaller', () => {
    expect([...resampleMap(grid(4, 0, 1, 2, 3), 2, 1)]).toEqual([0.5, 2.5]);
    expect([...resampleMap(grid(4, 0, 1, 2, 3), 2, 1, 'nearest')]).toEqual([1, 3]);
  });

  it('repeats whole pixels with the nearest rule', () => {
    expect([...resampleMap(grid(2, 1, 2), 5, 1, 'nearest')]).toEqual([1, 1, 2, 2, 2]);
  });

  it('refuses an empty grid', () => {
    expect(() => resampleMap(grid(1), 2, 2)).toThrow(RangeError);
  });
});
