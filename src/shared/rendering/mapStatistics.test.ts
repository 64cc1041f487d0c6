import { describe, expect, it } from 'vitest';
import { describeMap, mapFindings, mapStatistics } from './mapStatistics';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const find = (values: number[], sign?: 'signed' | 'positive' | 'negative' | 'absolute') =>
  mapFindings(mapStatistics(Float32Array.from(values)), sign);

describe('mapStatistics', () => {
  it('counts and sums the finite values only', () => {
    expect(mapStatistics(Float32Array.of(1, -2, 0, nan, infinity, 0.5, -infinity))).toEqual({
      count: 7,
      finite: 4,
      nan: 1,
      infinite: 2,
      positive: 2,
      negative: 1,
      min: -2,
      max: 1,
      positiveSum: 1.5,
      negativeSum: -2,
    });
  });

  it('gives 0 as extremes when nothing is finite', () => {
    expect(mapStatistics(Float32Array.of(nan, nan))).toMatchObject({ finite: 0, min: 0, max: 0 });
    expect(mapStatistics(new Float32Array(0))).toMatchObject({ count: 0, min: 0, max: 0 });
  });
});

describe('mapFindings', () => {
  it('has nothing to say about an ordinary map', () => {
    expect(find([-1, 0, 2])).toEqual([]);
    expect(find([0, 2], 'positive')).toEqual([]);
  });

  it('names blank and constant maps', () => {
    expect(find([0, 0])).toEqual(['All values are 0: the map is blank.']);
    expect(find([0.25, 0.25])).toEqual(['All values are 0.25: the map favours no part of the image.']);
    expect(find([])).toEqual(['The map has no values.']);
  });

  it('counts values that are not numbers', () => {
    expect(find([nan, 1, 2])).toEqual(['1 of 3 values is NaN (not a number) and drawn as 0.']);
    expect(find([nan, nan])).toEqual(['All values are NaN (not a number) and drawn as 0.']);
    expect(find([infinity, -infinity, 1, 2])).toEqual([
      '2 of 4 values are infinite and drawn at the end of the colour scale.',
    ]);
    expect(find([nan, 0, 0])).toEqual([
      '1 of 3 values is NaN (not a number) and drawn as 0.',
      'All other values are 0: the map is blank.',
    ]);
  });

  it('says when everything has one sign, and when the display hides it', () => {
    expect(find([-1, -2])).toEqual(['All values are negative: everything marked speaks against the class.']);
    expect(find([-1, 0], 'positive')).toEqual([
      'No value is positive: everything marked speaks against the class.',
      'Shown with sign “positive”, this map is blank.',
    ]);
    expect(find([1, 2], 'negative')).toEqual([
      'No value is negative: nothing speaks against the class.',
      'Shown with sign “negative”, this map is blank.',
    ]);
  });

  it('sums channels first when it describes a map', () => {
    const map = { width: 1, height: 2, channels: 2, data: Float32Array.of(1, -1, 2, -2) };
    expect(describeMap(map)).toEqual(['All values are 0: the map is blank.']);
  });
});
