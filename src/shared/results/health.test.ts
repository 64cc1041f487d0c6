import { expect, it } from 'vitest';
import { logBar } from '../words/logBar';
import { type Finding, mergedFindings, ranked } from './health';

const finding = (severity: Finding['severity'], sentence: string): Finding => ({ severity, sentence });

it('the gravest findings come first, equals in their order', () => {
  const all = [finding('note', 'a'), finding('problem', 'b'), finding('warning', 'c'), finding('problem', 'd')];
  expect(ranked(all).map(({ sentence }) => sentence)).toEqual(['b', 'd', 'c', 'a']);
});

it('findings of two runs are told once', () => {
  const merged = mergedFindings(
    [finding('note', 'a'), finding('warning', 'b')],
    [finding('warning', 'b'), finding('note', 'c')],
  );
  expect(merged.map(({ sentence }) => sentence)).toEqual(['b', 'a', 'c']);
});

it('a bar loses as many cells for each power of ten', () => {
  expect([1, 0.1, 1e-3, 1e-6, 1e-9, 0, Number.NaN].map((share) => logBar(share).length)).toEqual([6, 5, 3, 0, 0, 0, 0]);
  expect(logBar(10 ** -3.5)).toBe('██▌');
  expect(logBar(10 ** -4.75, 2)).toBe('██▌');
  expect(logBar(1, 2)).toHaveLength(12);
});
