import { expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { type Explanation, emptyCard } from '../../shared/explanation/explanation';
import type { CardRequest } from '../../shared/question/card';
import type { Question } from '../../shared/question/question';
import type { Attribution } from '../../shared/results/attribution';
import { explained } from './explained';

const question: Question<string> = { checkpoint: '/a.onnx', image: 'file:///a.png', target: { kind: 'top1' } };
const star: Question<string> = { ...question, image: 'file:///b.png' };
const about = (index: number) => ({ target: { index }, pixels: { width: 1 } }) as unknown as Prediction;
const done = (request: CardRequest<string>) => ({
  ...emptyCard(request),
  phase: 'done' as const,
  attribution: { key: request.key, method: request.method } as Attribution,
});
const explanation: Explanation = {
  question,
  cards: [
    done({ key: 'b', method: 'm', question: star }),
    done({ key: 'a', method: 'm' }),
    emptyCard({ key: 'c', method: 'm' }),
  ],
  answers: [
    { question: star, prediction: about(3), findings: [] },
    { question, prediction: about(1), findings: [{ severity: 'note', sentence: 'Tied.' }] },
  ],
  earlier: null,
  unanswered: [],
  run: null,
};
const save = (only?: readonly string[], from = explanation) =>
  explained(from, only, async (uri) => ({ path: uri.slice(7) }));

it('puts the panel’s own question first, then those of other cards, without the pixels for display', async () => {
  expect(await save()).toEqual({
    image: { path: '/a.png' },
    prediction: { target: { index: 1 } },
    attributions: [{ key: 'a', method: 'm' }],
    findings: [{ severity: 'note', sentence: 'Tied.' }],
    others: [
      {
        image: { path: '/b.png' },
        prediction: { target: { index: 3 } },
        attributions: [{ key: 'b', method: 'm' }],
        findings: [],
      },
    ],
  });
});

it('saves a card alone as the answer to its own question', async () => {
  const alone = await save(['b']);
  expect(alone).toMatchObject({ image: { path: '/b.png' }, prediction: { target: { index: 3 } } });
  expect(alone).not.toHaveProperty('others');
});

it('has nothing to save of cards that are not finished', async () => {
  expect(await save(['c'])).toBeUndefined();
  expect(await save(undefined, { ...explanation, cards: [] })).toBeUndefined();
});
