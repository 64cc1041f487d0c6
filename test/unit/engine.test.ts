import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Engine } from '../../src/engine/service/engine';
import type { ExplainEvent } from '../../src/shared/explanation/events';
import { answerFor, emptyExplanation } from '../../src/shared/explanation/explanation';
import { reduceExplanation } from '../../src/shared/explanation/reduce';
import type { ExplainParams, Priority } from '../../src/shared/protocol/protocol';
import { type CardRequest, cardFor } from '../../src/shared/question/card';
import type { ImageSource, Question } from '../../src/shared/question/question';
import { defaultDisplay } from '../../src/shared/rendering/display';
import { runtimes } from '../support/runtimes';

/* Explanations wait for each other in the engine; a cancellation does not. */

const samples = join(__dirname, '../../media/sample-workspace/imagenet');
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());

const params = (id: string, cards: ExplainParams['cards']): ExplainParams => ({
  id,
  question: {
    checkpoint: join(samples, 'mobilenet_v1_025.onnx'),
    image: { path: join(samples, 'cat.png') },
    target: { kind: 'top1' },
  },
  cards,
});

it('a request that is cancelled while it waits ends at once, and the next one still waits for its turn', async () => {
  const order: string[] = [];
  const hear = (event: ExplainEvent): void => void (event.kind === 'result' && order.push(`${event.id} told`));
  const [first, waiting, last] = [new AbortController(), new AbortController(), new AbortController()];

  const long = engine
    .explain(params('first', [{ ...cardFor('occlusion'), parameters: { stride: 8 } }]), hear, first.signal)
    .then(() => order.push('first ended'));
  const cancelled = engine.explain(params('waiting', [cardFor('gradient')]), hear, waiting.signal);
  const next = engine
    .explain(params('last', [cardFor('gradient')]), hear, last.signal)
    .then(() => order.push('last ended'));
  waiting.abort();
  await expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });
  order.push('waiting cancelled');
  await Promise.all([long, next]);
  expect(order).toEqual(['waiting cancelled', 'first told', 'first ended', 'last told', 'last ended']);
});

it('a failed explanation does not hold up the next', async () => {
  const { question, ...rest } = params('missing', []);
  const missing = { ...rest, question: { ...question, checkpoint: join(samples, 'missing.onnx') } };
  const failed = engine.explain(missing, () => {}, new AbortController().signal);
  const next = engine.explain(params('next', [cardFor('gradient')]), () => {}, new AbortController().signal);
  await expect(failed).rejects.toMatchObject({ kind: 'checkpoint' });
  await expect(next).resolves.toMatchObject({ finished: ['gradient'] });
});

it('a cancelled run ends within its current pass', async () => {
  const controller = new AbortController();
  const seen: ExplainEvent[] = [];
  const running = engine.explain(
    params('cancelled', [{ ...cardFor('smoothgrad'), parameters: { samples: 2000 } }]),
    (event) => {
      seen.push(event);
      if (event.kind === 'progress') controller.abort();
    },
    controller.signal,
  );
  await expect(running).rejects.toMatchObject({ kind: 'cancelled' });
  expect(seen.some((event) => event.kind === 'result')).toBe(false);
});

it('a foreground request overtakes one that waits in the background, and so does one that comes to the foreground', async () => {
  const order: string[] = [];
  const ask = (id: string, priority: Priority, cards = [cardFor('gradient')]) =>
    engine.explain({ ...params(id, cards), priority }, hear, new AbortController().signal);
  const hear = (event: ExplainEvent): void => void (event.kind === 'begun' && order.push(event.id));
  const running = ask('running', 'background', [{ ...cardFor('occlusion'), parameters: { stride: 32 } }]);
  const all = [
    running,
    ask('hidden', 'background'),
    ask('shown later', 'background'),
    ask('hidden later', 'foreground'),
    ask('visible', 'foreground'),
  ];
  engine.prioritise('shown later', 'foreground');
  engine.prioritise('hidden later', 'background');
  await Promise.all(all);
  expect(order).toEqual(['running', 'shown later', 'visible', 'hidden', 'hidden later']);
});

/* One question, many cards: each answers under its key. */

const shapes = join(samples, '../shapes');
const asked: Question = {
  checkpoint: join(shapes, 'last_e08.onnx'),
  image: { path: join(shapes, 'images/circle_watermark_0.png') },
  target: { kind: 'label', label: 'circle' },
};

async function explainAll(cards: readonly CardRequest[], question = asked) {
  const events: ExplainEvent[] = [];
  const result = await engine.explain(
    { id: 'run', question, cards },
    (event) => events.push(event),
    new AbortController().signal,
  );
  const start = { kind: 'run', id: 'run', question, cards, keys: cards.map(({ key }) => key) } as const;
  const explanation = [start, ...events].reduce(reduceExplanation<ImageSource>, emptyExplanation(question, cards));
  return { events, result, explanation };
}

it('one method stands in one run at two layers, for two classes and with two checkpoints, each under its key', async () => {
  const star = { ...asked, target: { kind: 'label', label: 'star' } } as const;
  const early = { ...asked, checkpoint: join(shapes, 'early_e02.onnx') };
  const cards: readonly CardRequest[] = [
    { key: 'deep', method: 'grad-cam' },
    { key: 'shallow', method: 'grad-cam', layer: 'relu_8' },
    { key: 'star', method: 'grad-cam', question: star },
    { key: 'early', method: 'grad-cam', question: early },
  ];
  const { events, result, explanation } = await explainAll(cards);
  expect(result).toMatchObject({ finished: ['deep', 'shallow', 'star', 'early'], failed: [] });
  expect(events.flatMap((event) => (event.kind === 'prediction' ? [event.cards] : []))).toEqual([
    ['deep', 'shallow'],
    ['star'],
    ['early'],
  ]);
  const [deep, shallow, other, before] = explanation.cards.map((card) => ({
    attribution: card.attribution!,
    prediction: answerFor(explanation, card)!.prediction,
  }));
  expect([deep, shallow, other, before].map((card) => card?.attribution.layer)).toEqual([
    'relu_12',
    'relu_8',
    'relu_12',
    'relu_12',
  ]);
  expect([deep, shallow, other, before].map((card) => card?.prediction.target.label)).toEqual([
    'circle',
    'circle',
    'star',
    'circle',
  ]);
  expect(before?.prediction.model.path).toBe(early.checkpoint);
  expect(before?.prediction.target.logit).not.toBe(deep?.prediction.target.logit);

  // Each map is what the same card gives when it is asked for alone.
  for (const [i, question] of [asked, { ...asked, layer: 'relu_8' }, star, early].entries()) {
    const alone = await explainAll([cardFor('grad-cam')], question);
    const { map } = alone.explanation.cards[0]!.attribution!;
    expect(explanation.cards[i]!.attribution!.map, cards[i]!.key).toEqual(map);
  }
  const maps = [deep, shallow, other, before].map((card) => card?.attribution.map.data.join());
  expect(new Set(maps).size).toBe(4);

  // Saved, every one of them has its files.
  const [own, ...others] = [
    { image: asked.image, prediction: deep!.prediction, attributions: [deep!.attribution, shallow!.attribution] },
    { image: asked.image, prediction: other!.prediction, attributions: [other!.attribution] },
    { image: asked.image, prediction: before!.prediction, attributions: [before!.attribution] },
  ];
  const files = await engine.encode({ ...own!, others, display: defaultDisplay });
  expect(files.map(({ name }) => name)).toEqual([
    ...['deep', 'shallow', 'star', 'early'].flatMap((key) => [`grad-cam.${key}.png`, `grad-cam.${key}.npy`]),
    'figure.png',
    'result.json',
  ]);
});

it('a question that cards brought and that cannot be answered is told once for all of them, and the others are answered', async () => {
  const missing = { ...asked, checkpoint: join(shapes, 'missing.onnx') };
  const nobody = { ...asked, target: { kind: 'label', label: 'hexagon' } } as const;
  const { events, result, explanation } = await explainAll([
    { key: 'missing', method: 'gradient', question: missing },
    { key: 'nobody 1', method: 'gradient', question: nobody },
    { key: 'nobody 2', method: 'grad-cam', question: nobody },
    cardFor('gradient'),
    { key: 'star', method: 'gradient', question: { ...asked, target: { kind: 'label', label: 'star' } } },
  ]);
  expect(result).toEqual({
    seconds: expect.any(Number),
    finished: ['gradient', 'star'],
    failed: ['missing', 'nobody 1', 'nobody 2'],
  });
  expect(events.flatMap((event) => (event.kind === 'unanswered' ? [[event.cards, event.message]] : []))).toEqual([
    [['missing'], expect.stringContaining('missing.onnx')],
    [['nobody 1', 'nobody 2'], 'No class is labelled “hexagon”.'],
  ]);
  expect(events.filter(({ kind }) => kind === 'failed')).toEqual([]);
  expect(explanation.unanswered.map(({ question }) => question)).toEqual([missing, nobody]);
  expect(explanation.cards.map(({ phase }) => phase)).toEqual(['failed', 'failed', 'failed', 'done', 'done']);
});

it('a method that fails alone is told with its card, whoever asks', async () => {
  const star = { ...asked, target: { kind: 'label', label: 'star' } } as const;
  const { events, result } = await explainAll([
    { key: 'own', method: 'grad-cam', layer: 'nowhere' },
    { key: 'of star', method: 'occlusion', parameters: { window: -1 }, question: star },
    { key: 'fine', method: 'gradient', question: star },
  ]);
  expect(result).toMatchObject({ finished: ['fine'], failed: ['own', 'of star'] });
  expect(events.flatMap((event) => (event.kind === 'failed' ? [event.key] : []))).toEqual(['own', 'of star']);
  expect(events.filter(({ kind }) => kind === 'unanswered')).toEqual([]);
});

it('a run whose own question cannot be answered ends with that error, and tells nothing of its cards', async () => {
  const events: ExplainEvent[] = [];
  const nobody = { ...asked, target: { kind: 'label', label: 'hexagon' } } as const;
  const cards = [cardFor('gradient'), cardFor('occlusion'), { ...cardFor('grad-cam'), key: 'beside', question: asked }];
  const run = engine.explain(
    { id: 'run', question: nobody, cards },
    (event) => events.push(event),
    new AbortController().signal,
  );
  await expect(run).rejects.toMatchObject({ kind: 'usage', message: 'No class is labelled “hexagon”.' });
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['begun', 'stage']));
});
