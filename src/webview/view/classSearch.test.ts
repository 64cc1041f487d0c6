import { describe, expect, it } from 'vitest';
import type { ClassList } from '../../shared/results/attribution';
import { searchClasses } from './classSearch';

const labels = ['cat', 'tiger cat', 'wildcat', 'catamaran', 'dog', '3', 'crane', 'crane'];
const classes: ClassList = {
  count: labels.length,
  labels,
  probabilities: Float32Array.of(0.1, 0.3, 0.05, 0.2, 0.15, 0.01, 0.09, 0.1),
};
const found = (text: string, list = classes) =>
  searchClasses(list, text).indices.map((index) => labels[index] ?? index);

describe('searchClasses', () => {
  it('finds by name: the whole name first, then its beginning, a word, a part', () => {
    expect(found('cat')).toEqual(['cat', 'catamaran', 'tiger cat', 'wildcat']);
    expect(found(' CAT ')).toEqual(found('cat'));
    expect(searchClasses(classes, 'crane').indices).toEqual([7, 6]);
  });

  it('finds by index before a name that is a number', () => {
    expect(searchClasses(classes, '3').indices).toEqual([3, 5]);
  });

  it('lists all by probability for an empty text, up to a limit', () => {
    expect(searchClasses(classes, '', 3)).toEqual({ indices: [1, 3, 4], count: 8, nearest: [] });
  });

  it('offers the names most alike for one that there is not', () => {
    const { indices, nearest } = searchClasses(classes, 'tigre cat');
    expect(indices).toEqual([]);
    expect(labels[nearest[0]!]).toBe('tiger cat');
    expect(searchClasses(classes, '99')).toEqual({ indices: [], count: 0, nearest: [] });
  });

  it('takes an index of a model whose classes are too many to be listed', () => {
    const many: ClassList = { count: 200_000, labels: null, probabilities: null };
    expect(searchClasses(many, '150000').indices).toEqual([150_000]);
    expect(searchClasses(many, '200000').indices).toEqual([]);
    expect(searchClasses(many, 'cat').indices).toEqual([]);
    expect(searchClasses(many, '').count).toBe(0);
  });

  it('is quick among 21,000 classes, also for a name that there is not', () => {
    const many: ClassList = {
      count: 21_000,
      labels: Array.from({ length: 21_000 }, (_, index) => `animal of the kind ${index}`),
      probabilities: new Float32Array(21_000),
    };
    const start = performance.now();
    expect(searchClasses(many, 'kind 20999').indices).toEqual([20_999]);
    expect(searchClasses(many, 'aminal of the kind 7').nearest).toHaveLength(3);
    expect(performance.now() - start).toBeLessThan(1500);
  });
});
