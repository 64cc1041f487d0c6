import { describe, expect, it } from 'vitest';
import type { ImageRegion, RawMap } from '../results/attribution';
import { differenceDisplay, differenceMap } from './difference';
import { defaultDisplay } from './display';

const grid = (width: number, ...values: number[]): RawMap => ({
  width,
  height: values.length / width,
  channels: 1,
  data: Float32Array.from(values),
});
const region = (x: number, y: number, width: number, height: number): ImageRegion => ({ x, y, width, height });

describe('differenceMap', () => {
  it('takes one map from the other, pixel by pixel', () => {
    const whole = region(0, 0, 30, 20);
    const difference = differenceMap(
      { map: grid(3, 1, 2, 3, 4, 5, 6), region: whole },
      { map: grid(3, 0, 2, 4, 4, 4, 7), region: whole },
    );
    expect(difference?.region).toEqual(whole);
    expect(difference?.map).toMatchObject({ width: 3, height: 2, channels: 1 });
    expect([...difference!.map.data]).toEqual([1, 0, -1, 0, 1, -1]);
  });

  it('sums channels first', () => {
    const rgb: RawMap = { width: 2, height: 1, channels: 3, data: Float32Array.of(1, 2, 3, -1, -1, -1) };
    const whole = region(0, 0, 2, 1);
    expect([...differenceMap({ map: rgb, region: whole }, { map: grid(2, 1, 1), region: whole })!.map.data]).toEqual([
      5, -4,
    ]);
  });

  it('has the pixels of the finer one; the coarser one is interpolated', () => {
    const whole = region(0, 0, 8, 1);
    const difference = differenceMap(
      { map: grid(4, 10, 10, 10, 10), region: whole },
      { map: grid(2, 0, 4), region: whole },
    );
    // The centres of four pixels lie at −0.25, 0.25, 0.75 and 1.25 of the two.
    expect([...difference!.map.data]).toEqual([10, 9, 7, 6]);
    const reversed = differenceMap(
      { map: grid(2, 0, 4), region: whole },
      { map: grid(4, 10, 10, 10, 10), region: whole },
    );
    expect([...reversed!.map.data]).toEqual([-10, -9, -7, -6]);
  });

  it('covers what both cover, where one saw a crop and the other the whole', () => {
    // An image of 6×4: one model saw all of it (6×4 pixels of its map), the other the 4×4 in the middle.
    const all = { map: grid(6, ...Array.from({ length: 24 }, (_, i) => i % 6)), region: region(0, 0, 6, 4) };
    const middle = { map: grid(4, ...Array.from({ length: 16 }, () => 1)), region: region(1, 0, 4, 4) };
    const difference = differenceMap(all, middle)!;
    expect(difference.region).toEqual(region(1, 0, 4, 4));
    expect(difference.map).toMatchObject({ width: 4, height: 4 });
    expect([...difference.map.data.subarray(0, 4)]).toEqual([0, 1, 2, 3]);
    expect([...difference.map.data.subarray(12)]).toEqual([0, 1, 2, 3]);
  });

  it('is undefined where no part of the image is common', () => {
    const map = grid(1, 1);
    expect(differenceMap({ map, region: region(0, 0, 2, 2) }, { map, region: region(2, 0, 2, 2) })).toBeNull();
  });

  it('keeps what is not a number where it is', () => {
    const whole = region(0, 0, 3, 1);
    const { data } = differenceMap(
      { map: grid(3, 1, Number.NaN, 3), region: whole },
      { map: grid(3, 1, 1, 1), region: whole },
    )!.map;
    expect([...data]).toEqual([0, Number.NaN, 2]);
  });

  it('of a map from itself is zero, wherever its region lies', () => {
    const values = Array.from({ length: 224 * 3 }, (_, i) => Math.sin(i) * 1e3);
    const map = grid(224, ...values);
    for (const place of [region(12.7, 3.3, 1066.67, 9.1), region(-4.9, 0, 223.999, 3)]) {
      const { data } = differenceMap({ map, region: place }, { map: { ...map }, region: place })!.map;
      expect(data.length).toBe(values.length);
      expect(data.every((value) => value === 0)).toBe(true);
    }
  });
});

describe('differenceDisplay', () => {
  it('is signed, with a middle, in a mode that shows a sign', () => {
    expect(differenceDisplay({ ...defaultDisplay, sign: 'positive', mode: 'top-k', colourMap: 'turbo' })).toEqual({
      ...defaultDisplay,
      sign: 'signed',
      mode: 'blended',
      colourMap: 'auto',
    });
    const own = { ...defaultDisplay, mode: 'heat-map', colourMap: 'blue-black-orange', sign: 'signed' } as const;
    expect(differenceDisplay(own)).toEqual(own);
  });
});
