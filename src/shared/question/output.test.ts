import { describe, expect, it } from 'vitest';
import { answersText } from '../results/answers';
import { type OutputSelection, outputText, parseOutput } from './output';

describe('parseOutput', () => {
  const texts: readonly (readonly [string, OutputSelection])[] = [
    ['12', { kind: 'index', indices: [12] }],
    ['3,5', { kind: 'index', indices: [3, 5] }],
    ['10:20', { kind: 'region', start: [10], end: [20] }],
    ['10:20,30:40', { kind: 'region', start: [10, 30], end: [20, 40] }],
    ['all', { kind: 'all' }],
  ];

  it.each(texts)('reads %s, and writes it back', (text, selection) => {
    expect(parseOutput(text)).toEqual(selection);
    expect(outputText(selection)).toBe(text);
  });

  it('takes an index beside a range for a range of one, and spaces', () => {
    expect(parseOutput(' 3 , 10 : 20 ')).toEqual({ kind: 'region', start: [3, 10], end: [4, 20] });
  });

  it.each(['', 'x', '-1', '1.5', '1,', ',', '1:', ':', '1:2:3', '1 2', '9999999999999999', '0x10'])(
    'reads nothing from “%s”',
    (text) => {
      expect(parseOutput(text)).toBeNull();
    },
  );
});

it('answersText says how many there are of what', () => {
  expect(answersText({ dims: [64, 48], kind: 'pixels' })).toBe('64 × 48 answers (pixels by row and column)');
  expect(answersText({ dims: [17], kind: 'tokens' })).toBe('17 answers (tokens)');
});
