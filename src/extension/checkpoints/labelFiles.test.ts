import { describe, expect, it } from 'vitest';
import { labelsToOffer, mayHoldLabels, sampleOf } from './labelFiles';

const some = (name: string, count: number) => ({ name, labels: Array.from({ length: count }, (_, i) => `c${i}`) });

describe('mayHoldLabels', () => {
  it('goes by the kind of file', () => {
    const names = ['labels.txt', 'imagenet_class_index.json', 'classes.CSV', 'map.tsv', 'coco.names', 'voc.labels'];
    expect(names.every(mayHoldLabels)).toBe(true);
    expect(['a.onnx', 'labels', 'labels.md', 'cat.png'].some(mayHoldLabels)).toBe(false);
  });

  it('leaves out files that hold something else in nearly every project', () => {
    const names = ['README.txt', 'requirements.txt', 'requirements-dev.txt', 'package.json', 'package-lock.json'];
    expect([...names, 'LICENSE.txt', 'tsconfig.json', 'whylight.json', '.eslintrc.json'].some(mayHoldLabels)).toBe(
      false,
    );
    expect(mayHoldLabels('packages.txt')).toBe(true);
  });
});

describe('labelsToOffer', () => {
  const all = [some('notes.txt', 6), some('labels10.txt', 10), some('labels6.txt', 6), some('log.txt', 900)];

  it('lists what fits first, and what is of another length only when it looks like labels', () => {
    expect(labelsToOffer(all, 6).map(({ name, fits }) => [name, fits])).toEqual([
      ['labels6.txt', true],
      ['notes.txt', true],
      ['labels10.txt', false],
    ]);
  });

  it('lists everything while the number of classes is not known', () => {
    const offered = labelsToOffer(all, undefined);
    expect(offered.map(({ name }) => name)).toEqual(['labels6.txt', 'labels10.txt', 'log.txt', 'notes.txt']);
    expect(offered.every(({ fits }) => fits)).toBe(true);
  });
});

describe('sampleOf', () => {
  it('shows the first few', () => {
    expect(sampleOf(['circle', 'square'])).toBe('circle, square');
    expect(sampleOf(some('x', 7).labels)).toBe('c0, c1, c2, c3, c4, …');
    expect(sampleOf(['x'.repeat(40)])).toBe(`${'x'.repeat(23)}…`);
  });
});
