import { describe, expect, it } from 'vitest';
import { valueAt } from './valueAt';

const map = { width: 2, height: 2, channels: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };

describe('valueAt', () => {
  it('reads the map pixel under an image pixel', () => {
    const region = { x: 10, y: 0, width: 100, height: 50 };
    expect(valueAt(map, region, 10, 0)).toEqual({ column: 0, row: 0, value: 3, channels: [1, 2] });
    expect(valueAt(map, region, 59, 24)).toEqual({ column: 0, row: 0, value: 3, channels: [1, 2] });
    expect(valueAt(map, region, 60, 25)).toEqual({ column: 1, row: 1, value: 15, channels: [7, 8] });
    expect(valueAt(map, region, 109.9, 49.9)).toEqual({ column: 1, row: 1, value: 15, channels: [7, 8] });
  });

  it('has no value outside of the region', () => {
    const region = { x: 10, y: 5, width: 4, height: 4 };
    for (const [x, y] of [
      [9, 6],
      [14, 6],
      [11, 4],
      [11, 9],
      [Number.NaN, 6],
    ] as const) {
      expect(valueAt(map, region, x, y)).toBeNull();
    }
  });
});
