import { describe, expect, it } from 'vitest';
import { parseOutput } from '../../../shared/question/output';
import type { Answers } from '../../../shared/results/answers';
import { float32 } from '../../graph/ir/tensor';
import { answersNote, chosenOutput, middleAnswer, selectedAnswers, surestAnswer } from './output';

const pixels: Answers = { dims: [3, 4], kind: 'pixels' };
const anchors: Answers = { dims: [5], kind: 'anchors' };
const select = (answers: Answers, text: string) => {
  const selection = parseOutput(text);
  if (!selection) throw new Error(`“${text}” is no selection.`);
  return [...selectedAnswers(answers, selection)];
};

describe('selectedAnswers', () => {
  it.each([
    [pixels, '1,2', [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]],
    [pixels, '1:3,0:2', [0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]],
    [pixels, '2,0:4', [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]],
    [anchors, '4', [0, 0, 0, 0, 1]],
    [anchors, '1:3', [0, 1, 1, 0, 0]],
    [anchors, 'all', [1, 1, 1, 1, 1]],
  ] as const)('%j %s', (answers, text, expected) => {
    expect(select(answers, text)).toEqual(expected);
  });

  it.each([
    [
      pixels,
      '3,0',
      'There is no output “3,0”: the model gives 3 × 4 answers (pixels by row and column) for one image, 0,0 to 2,3.',
    ],
    [
      pixels,
      '7',
      'The output “7” names 1 of 2 axes: the model gives 3 × 4 answers (pixels by row and column) for one image, 0,0 to 2,3; give 2 numbers or ranges, with a comma between them.',
    ],
    [anchors, '3:6', 'There is no output “3:6”: the model gives 5 answers (anchors) for one image, 0 to 4.'],
    [anchors, '3:3', 'The output “3:3” holds no answer: a range starts before its end, as in 10:20.'],
  ] as const)('%j has no %s', (answers, text, message) => {
    expect(() => select(answers, text)).toThrow(message);
  });
});

describe('the answer that is taken where none is chosen', () => {
  it('is the middle pixel', () => {
    expect(middleAnswer(pixels).selection).toEqual({ kind: 'index', indices: [1, 2] });
  });

  it('is the surest anchor, but not for the class that most have', () => {
    // Class 0 is the background of answers 0, 1, 2 and 4; answer 3 is surest of class 2, answer 4 second.
    const rows = [9, 0, 0, 8, 1, 0, 9, 2, 0, 0, 1, 3, 5, 0, 4];
    const chosen = surestAnswer(anchors, float32([1, 5, 3, 1], Float32Array.from(rows)), 'softmax');
    expect(chosen).toEqual({
      selection: { kind: 'index', indices: [3] },
      why: 'the one that is surest of another class than 0, which most of them have',
    });
    const turned = Float32Array.from({ length: 15 }, (_, i) => rows[(i % 5) * 3 + Math.floor(i / 5)] as number);
    expect(surestAnswer(anchors, float32([1, 1, 3, 5], turned), 'softmax')).toEqual(chosen);
  });

  it('counts every class of sigmoids, and passes over NaN', () => {
    const rows = Float32Array.of(9, -9, Number.NaN, -9, 1, 1, -5, -5, 2, 11);
    expect(surestAnswer(anchors, float32([1, 5, 2, 1], rows), 'sigmoid')).toEqual({
      selection: { kind: 'index', indices: [4] },
      why: 'the one that is surest of a class',
    });
    const none = new Float32Array(10).fill(Number.NaN);
    expect(surestAnswer(anchors, float32([1, 5, 2, 1], none), 'sigmoid').selection).toEqual({
      kind: 'index',
      indices: [0],
    });
  });
});

describe('sentences', () => {
  it('say what there is, what was taken, and how to choose', () => {
    expect(chosenOutput(anchors, { kind: 'index', indices: [3] }, 'as you chose')).toEqual({
      answers: anchors,
      selection: { kind: 'index', indices: [3] },
      count: 1,
      why: 'The model gives 5 answers (anchors) for one image; number 3 is explained, as you chose; choose another, or the sum over several, with --output or the panel’s field “Answer”.',
    });
    expect(chosenOutput(pixels, { kind: 'all' }, 'as whylight.json says').why).toContain(
      'the sum of 12 of them (all) is explained, as whylight.json says;',
    );
    expect(answersNote(pixels)).toContain(
      '3 × 4 answers (pixels by row and column) for one image; the one in the middle',
    );
  });
});
