import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { targetOf } from '../../shared/question/target';
import { classesByIndex, otherClasses } from './classes';

function prediction(
  probabilities: number[],
  labels: string[] | null,
  index: number,
): Pick<Prediction, 'classes' | 'target'> {
  return {
    classes: { count: probabilities.length, probabilities: Float32Array.from(probabilities), labels },
    target: { index, label: labels?.[index] ?? null, logit: 0, probability: probabilities[index]! },
  };
}

describe('otherClasses', () => {
  it('lists all but the explained one, the most probable first', () => {
    const entries = otherClasses(prediction([0.125, 0.5, 0.25, 0.125], ['a', 'b', 'c', 'd'], 1));
    expect(entries?.map(({ label }) => label)).toEqual(['c', 'a', 'd']);
    expect(entries?.[0]).toEqual({ index: 2, label: 'c', probability: 0.25 });
  });

  it('has no names where nothing says them', () => {
    expect(otherClasses(prediction([0.5, 0.5], null, 0))).toEqual([{ index: 1, label: null, probability: 0.5 }]);
  });

  it('is null where the classes are too many to be listed', () => {
    const many = { ...prediction([1], null, 0), classes: { count: 200_000, probabilities: null, labels: null } };
    expect(otherClasses(many)).toBeNull();
  });
});

describe('classesByIndex', () => {
  const entries = otherClasses(
    prediction(
      Array.from({ length: 300 }, () => 1 / 300),
      Array.from({ length: 300 }, (_, index) => (index === 7 ? 'Boeing 28' : `class of ${'x'.repeat(index % 3)}`)),
      281,
    ),
  )!;

  it('finds the class with the index, then those that begin with it, then names', () => {
    const found = classesByIndex(entries, ' 28 ')!.map(({ index }) => index);
    expect(found.slice(0, 2)).toEqual([28, 280]);
    expect(found.at(-1)).toBe(7);
    expect(found).toHaveLength(11);
    expect(classesByIndex(entries, '007')!.map(({ index }) => index)[0]).toBe(7);
  });

  it('gives few, and none for an index that is too large', () => {
    expect(classesByIndex(entries, '2', 5)).toHaveLength(5);
    expect(classesByIndex(entries, '3000')).toEqual([]);
  });

  it('leaves names to the list’s own search', () => {
    for (const text of ['', ' ', 'cat', '3-toed', '-1']) expect(classesByIndex(entries, text), text).toBeNull();
  });
});

describe('a class', () => {
  it('is named so that another checkpoint finds it', () => {
    expect(targetOf({ index: 3, label: 'star' })).toEqual({ kind: 'class', index: 3, label: 'star' });
    expect(targetOf({ index: 3, label: null })).toEqual({ kind: 'index', index: 3 });
  });
});
