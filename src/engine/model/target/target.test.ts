import { describe, expect, it } from 'vitest';
import { float32 } from '../../graph/ir/tensor';
import { chooseTarget, classScores, standInNote, topClasses } from './target';

const scores = classScores(
  float32([1, 4], Float32Array.of(1, 3, 3, -2)),
  float32([1, 4], Float32Array.of(0.06, 0.46, 0.46, 0.02)),
  ['tabby', 'Egyptian cat', 'tiger cat', 'espresso'],
);

describe('topClasses', () => {
  it('orders by logit, ties by index', () => {
    expect(topClasses(scores, 3).map((score) => score.index)).toEqual([1, 2, 0]);
  });

  it('is all classes where there are no more, NaN last', () => {
    const values = Float32Array.of(Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NaN, 4, Number.NEGATIVE_INFINITY);
    const some = classScores(float32([1, 6], values), float32([1, 6], values), null);
    expect(topClasses(some, 10).map((score) => score.index)).toEqual([2, 4, 1, 5, 0, 3]);
    expect(topClasses(some, 2).map((score) => score.index)).toEqual([2, 4]);
  });

  it('is what sorting gives', () => {
    const values = Float32Array.from({ length: 1000 }, (_, k) => Math.round(50 * Math.sin(k * k)));
    const sorted = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
    const many = classScores(float32([1, 1000], values), float32([1, 1000], values), null);
    expect(topClasses(many, 7).map((score) => score.index)).toEqual(sorted.slice(0, 7));
  });
});

describe('chooseTarget', () => {
  it.each([
    [{ kind: 'top1' }, 1],
    [{ kind: 'index', index: 3 }, 3],
    [{ kind: 'label', label: 'tabby' }, 0],
    [{ kind: 'label', label: 'egyptian CAT' }, 1],
    [{ kind: 'label', label: 'espr' }, 3],
    [{ kind: 'class', index: 0, label: 'espresso' }, 3],
    [{ kind: 'class', index: 0, label: 'dog', otherwise: 'top1' }, 1],
  ] as const)('%j is class %i', (request, index) => {
    expect(chooseTarget(scores, request).index).toBe(index);
  });

  it.each([
    [{ kind: 'index', index: 4 }, 'There is no class 4; the model has classes 0 to 3.'],
    [{ kind: 'label', label: 'cat' }, '“cat” fits 2 classes (1 “Egyptian cat”, 2 “tiger cat”); give the index.'],
    [{ kind: 'label', label: 'dog' }, 'No class is labelled “dog”.'],
  ] as const)('%j ends in a sentence', (request, message) => {
    expect(() => chooseTarget(scores, request)).toThrow(message);
  });

  it('says what to do when there are no labels', () => {
    const bare = classScores(float32([1, 2], Float32Array.of(1, 2)), float32([1, 2], Float32Array.of(0.3, 0.7)), null);
    expect(() => chooseTarget(bare, { kind: 'label', label: 'cat' })).toThrow('whylight.json');
  });
});

describe('a class of another checkpoint', () => {
  const class2 = { kind: 'class', index: 2, label: 'dog' } as const;
  const odd = { ...class2, otherwise: 'top1' } as const;

  it('is found by its index where nothing is labelled', () => {
    const bare = classScores(float32([1, 4], scores.logits), float32([1, 4], scores.probabilities), null);
    expect(chooseTarget(bare, class2).index).toBe(2);
    expect(standInNote(odd, chooseTarget(bare, odd))).toBeNull();
    expect(() => chooseTarget(bare, { ...class2, index: 4 })).toThrow('This checkpoint has no class “dog”');
    expect(standInNote(odd, chooseTarget(bare, { ...odd, index: 4 }))).toContain('no class “dog”');
  });

  it('is found by its index among several of its label', () => {
    const twice = classScores(float32([1, 3], Float32Array.of(5, 1, 2)), float32([1, 3], new Float32Array(3)), [
      'crane',
      'dog',
      'dog',
    ]);
    expect(chooseTarget(twice, class2).index).toBe(2);
  });

  it('is missed where others are labelled, unless another one may stand in for it', () => {
    expect(() => chooseTarget(scores, class2)).toThrow('This checkpoint has no class “dog”');
    expect(standInNote(odd, chooseTarget(scores, odd))).toBe(
      'This checkpoint has no class “dog”; the most probable class is explained in its place.',
    );
  });
});
