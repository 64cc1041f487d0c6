import { expect, it } from 'vitest';
import { type CardRequest, cardFor, questionGroups } from './card';
import type { Question } from './question';

const question: Question<string> = { checkpoint: '/a.onnx', image: 'a', target: { kind: 'top1' } };
const other: Question<string> = { ...question, checkpoint: '/b.onnx' };
const keys = (cards: readonly CardRequest<string>[]) =>
  questionGroups(question, cards).map((group) => [group.question.checkpoint, ...group.cards.map(({ key }) => key)]);

it('groups cards by what they ask, the run’s own question first', () => {
  const cards = [
    { key: '1', method: 'm', question: { ...other } },
    cardFor('m'),
    { key: '2', method: 'm', question: { ...other } },
    { key: '3', method: 'm', question: { ...question } },
  ];
  expect(keys(cards)).toEqual([
    ['/a.onnx', 'm', '3'],
    ['/b.onnx', '1', '2'],
  ]);
  expect(keys(cards.slice(0, 1))).toEqual([['/a.onnx'], ['/b.onnx', '1']]);
});
