import { describe, expect, it } from 'vitest';
import { type CardRequest, cardFor } from '../question/card';
import type { Question } from '../question/question';
import type { Attribution, RawMap } from '../results/attribution';
import type { ExplainEvent, Prediction } from './events';
import {
  answerFor,
  answerTo,
  attributionsOf,
  type Explanation,
  type ExplanationEvent,
  emptyExplanation,
  shownAnswer,
  shownMap,
} from './explanation';
import { reduceExplanation } from './reduce';

const question: Question<string> = {
  image: 'file:///a.png',
  checkpoint: '/m.onnx',
  target: { kind: 'top1' },
};
const star: Question<string> = { ...question, target: { kind: 'label', label: 'star' } };
const early: Question<string> = { ...question, checkpoint: '/early.onnx' };
const cards = ['a', 'b', 'c'].map(cardFor);
const keys = ['a', 'b', 'c'];
const about = (index: number) => ({ target: { index } }) as Prediction;
const empty = emptyExplanation(question, cards);

const start = (
  id = 'r1',
  only: readonly string[] = keys,
  asked = question,
  requests: readonly CardRequest<string>[] = cards,
): ExplanationEvent => ({ kind: 'run', id, question: asked, cards: requests, keys: only });
const predicted = (prediction: Prediction, own = keys, id = 'r1'): ExplainEvent => ({
  id,
  kind: 'prediction',
  cards: own,
  prediction,
});
const result = (key: string, id = 'r1'): ExplainEvent => ({
  id,
  kind: 'result',
  attribution: { key } as Attribution,
});
const play = (from: Explanation, ...events: ExplanationEvent[]) => events.reduce(reduceExplanation<string>, from);
const phases = ({ cards: all }: Explanation) => Object.fromEntries(all.map((card) => [card.request.key, card.phase]));
const finished = play(
  empty,
  start(),
  predicted(about(3)),
  result('c'),
  result('a'),
  { id: 'r1', kind: 'failed', key: 'b', message: 'No memory.' },
  { kind: 'ended', id: 'r1', seconds: 2, cancelled: false },
);

describe('a run', () => {
  it('is followed from the stage to the end', () => {
    let state = play(empty, start(), { id: 'r1', kind: 'begun' }, { id: 'r1', kind: 'stage', text: 'Reading' });
    expect(state.run).toMatchObject({ phase: 'running', stage: 'Reading' });
    state = play(state, predicted(about(3)));
    expect(state.run?.stage).toBeNull();
    expect(shownAnswer(state)?.prediction.target.index).toBe(3);
    state = play(state, { id: 'r1', kind: 'started', key: 'a' });
    state = play(state, { id: 'r1', kind: 'progress', key: 'a', done: 3, total: 9 });
    expect(state.cards[0]).toMatchObject({ phase: 'running', progress: { done: 3, total: 9 } });
    state = play(state, result('a'), { id: 'r1', kind: 'failed', key: 'b', message: 'No.' });
    expect(state.cards[0]).toMatchObject({ phase: 'done', progress: null, partial: null });
    expect(state.cards[1]).toMatchObject({ phase: 'failed', failure: 'No.' });
    state = play(state, result('c'), { kind: 'ended', id: 'r1', seconds: 2, cancelled: false });
    expect(state.run).toMatchObject({ phase: 'done', seconds: 2, error: null });
  });

  it('keeps the newest partial map until the result', () => {
    const partial = { data: new Float32Array(1), width: 1, height: 1, channels: 1 };
    const state = play(
      empty,
      start(),
      { id: 'r1', kind: 'progress', key: 'a', done: 1, total: 9, partial },
      { id: 'r1', kind: 'progress', key: 'a', done: 2, total: 9 },
    );
    expect(state.cards[0]?.partial).toBe(partial);
    expect(play(state, result('a')).cards[0]?.partial).toBeNull();
  });

  it('is not disturbed by what another one still says, or by what comes after its end', () => {
    let state = play(empty, start('r1'), start('r2'));
    expect(play(state, result('a', 'r1'))).toBe(state);
    expect(play(state, { kind: 'ended', id: 'r1', seconds: 1, cancelled: true })).toBe(state);
    state = play(state, { kind: 'ended', id: 'r2', seconds: 1, cancelled: true });
    expect(play(state, result('a', 'r2'))).toBe(state);
    expect(play(empty, result('a'))).toBe(empty);
  });

  it('tells a cancelled end from a failed one, and keeps what can be explained in place of the logits', () => {
    const running = play(empty, start());
    const cancelled = play(running, { kind: 'ended', id: 'r1', seconds: 1, cancelled: true });
    expect(cancelled.run).toMatchObject({ phase: 'cancelled', error: null });
    expect(cancelled.cards[0]?.phase).toBe('cancelled');
    const error = 'No such operator.';
    const failed = play(running, { kind: 'ended', id: 'r1', seconds: 1, cancelled: false, error, cut: 'scores' });
    expect(failed.run).toMatchObject({ phase: 'failed', error, cut: 'scores' });
    expect(failed.cards[0]).toMatchObject({ phase: 'failed', failure: null });
    expect(play(failed, start('r2')).run).toMatchObject({ error: null, cut: null });
  });

  it('gives the maps in the order of the cards', () => {
    expect(attributionsOf(finished).map(({ key }) => key)).toEqual(['a', 'c']);
    expect(attributionsOf(finished, ['b', 'c']).map(({ key }) => key)).toEqual(['c']);
  });
});

describe('the next run', () => {
  it('of some cards keeps the results of the others', () => {
    const changed = [cards[0]!, { ...cards[1]!, preset: 'pair' }, cards[2]!];
    const state = play(finished, start('r2', ['b'], question, changed));
    expect(phases(state)).toEqual({ a: 'done', b: 'waiting', c: 'done' });
    expect(state.cards[1]).toMatchObject({ request: { key: 'b', preset: 'pair' }, failure: null });
    expect(shownAnswer(state)?.prediction.target.index).toBe(3);
  });

  it('marks what the one before left undone and nobody computes any more', () => {
    expect(phases(play(empty, start('r1'), start('r2', ['b'])))).toEqual({
      a: 'cancelled',
      b: 'waiting',
      c: 'cancelled',
    });
  });

  it('adds and removes cards', () => {
    const state = play(finished, start('r2', ['d'], question, [cardFor('d'), cards[0]!]));
    expect(phases(state)).toEqual({ d: 'waiting', a: 'done' });
  });

  it('keeps no map of another question, and shows the model’s word on the one before until it speaks again', () => {
    let state = play(finished, start('r2', ['b'], star));
    expect(phases(state)).toEqual({ a: 'cancelled', b: 'waiting', c: 'cancelled' });
    expect(attributionsOf(state)).toEqual([]);
    expect(answerTo(state, star)).toBeNull();
    expect(shownAnswer(state)?.prediction.target.index).toBe(3);
    // Asked a third time before the model has spoken, it is still the first answer that is known.
    state = play(state, start('r3', keys, { ...question, layer: 'relu' }));
    expect(shownAnswer(state)?.prediction.target.index).toBe(3);
    state = play(state, predicted(about(5), keys, 'r3'));
    expect(shownAnswer(state)?.prediction.target.index).toBe(5);
    expect(state.earlier).toBeNull();
  });

  it('shows what the checkpoint before said until the next one has spoken', () => {
    const state = play(finished, start('r2', keys, early));
    expect(shownAnswer(state)?.question).toEqual(question);
    expect(shownAnswer(play(state, predicted(about(1), keys, 'r2')))?.question).toEqual(early);
  });

  it('shows nothing of another image', () => {
    expect(shownAnswer(play(finished, start('r2', keys, { ...question, image: 'file:///b.png' })))).toBeNull();
  });

  it('keeps no map where the key is another method’s now', () => {
    const state = play(finished, start('r2', ['b'], question, [{ key: 'a', method: 'x' }, cards[1]!, cards[2]!]));
    expect(phases(state)).toEqual({ a: 'cancelled', b: 'waiting', c: 'done' });
  });
});

describe('a finished map', () => {
  const shown = (state: Explanation, key: string) => {
    const found = shownMap(state, state.cards.find(({ request }) => request.key === key)!);
    return found && { of: found.answer.prediction.target.index, stale: found.stale };
  };

  it('stays, as the one from before, until there is another one', () => {
    let state = play(finished, start('r2', keys, star));
    expect(shown(state, 'a')).toEqual({ of: 3, stale: true });
    expect(shown(state, 'b')).toBeNull();
    state = play(state, predicted(about(5), keys, 'r2'));
    expect(shown(state, 'a')).toEqual({ of: 3, stale: true });
    state = play(state, result('a', 'r2'));
    expect(shown(state, 'a')).toEqual({ of: 5, stale: false });
    expect(shown(state, 'c')).toEqual({ of: 3, stale: true });
  });

  it.each<[string, ExplanationEvent]>([
    ['a cancel', { kind: 'ended', id: 'r2', seconds: 1, cancelled: true }],
    ['the end of the engine', { kind: 'ended', id: 'r2', seconds: 1, cancelled: false, error: 'The engine ended.' }],
    ['its own failure', { kind: 'failed', id: 'r2', key: 'a', message: 'No.' }],
    ['an unfinished map', { kind: 'progress', id: 'r2', key: 'a', done: 1, total: 2, partial: {} as RawMap }],
  ])('is not lost by %s', (_, event) => {
    const state = play(finished, start('r2', keys, star), predicted(about(5), keys, 'r2'), event);
    expect(shown(state, 'a')).toEqual({ of: 3, stale: true });
    // Nor by a third run after that.
    const third = play(state, start('r3', keys, { ...question, layer: 'relu' }));
    expect(shown(third, 'a')).toEqual({ of: 3, stale: true });
  });

  it('that is known already needs no run', () => {
    const attributions = [{ key: 'a', min: 7 } as Attribution];
    const answers = [{ question: star, prediction: about(5), findings: [] }];
    const state = play(finished, { ...start('r2', ['b'], star), known: { answers, attributions } } as ExplanationEvent);
    expect(phases(state)).toEqual({ a: 'done', b: 'waiting', c: 'cancelled' });
    expect(state.cards[0]?.attribution?.min).toBe(7);
    expect(shownAnswer(state)?.prediction.target.index).toBe(5);
    expect(state.earlier).toBeNull();
    expect(shown(state, 'a')).toEqual({ of: 5, stale: false });
    expect(shown(state, 'c')).toEqual({ of: 3, stale: true });
  });
});

describe('findings', () => {
  const found = (id: string, own: readonly string[], ...sentences: string[]): ExplainEvent => ({
    id,
    kind: 'findings',
    cards: own,
    findings: sentences.map((sentence) => ({ severity: sentence.startsWith('!') ? 'problem' : 'note', sentence })),
  });
  const sentences = (state: Explanation) => answerTo(state, state.question)?.findings.map(({ sentence }) => sentence);

  it('of earlier runs about the same question are kept, until all its cards run again', () => {
    let state = play(empty, start(), predicted(about(3)), found('r1', keys, 'tied', 'saturated'));
    state = play(state, start('r2', ['b']), found('r2', ['b'], '!dead', 'tied'));
    expect(sentences(state)).toEqual(['!dead', 'saturated', 'tied']);
    expect(sentences(play(state, start('r3')))).toEqual([]);
  });

  it('are about one question', () => {
    const state = play(empty, start(), predicted(about(3)), found('r1', keys, 'tied'), start('r2', ['a'], star));
    expect(sentences(state)).toBeUndefined();
  });
});

describe('cards with questions of their own', () => {
  const requests: readonly CardRequest<string>[] = [
    { key: 'cam', method: 'grad-cam' },
    { key: 'cam star', method: 'grad-cam', question: star },
    { key: 'cam early', method: 'grad-cam', question: early },
  ];
  const all = requests.map(({ key }) => key);
  const answered = play(
    emptyExplanation(question, requests),
    start('r1', all, question, requests),
    predicted(about(0), ['cam']),
    result('cam'),
    predicted(about(3), ['cam star']),
    result('cam star'),
    predicted(about(1), ['cam early']),
    result('cam early'),
    { kind: 'ended', id: 'r1', seconds: 1, cancelled: false },
  );
  const indices = (state: Explanation) => state.cards.map((card) => answerFor(state, card)?.prediction.target.index);

  it('stand side by side, each with its answer', () => {
    expect(phases(answered)).toEqual({ cam: 'done', 'cam star': 'done', 'cam early': 'done' });
    expect(indices(answered)).toEqual([0, 3, 1]);
  });

  it('stay while the question changes, and share the answer when it becomes theirs', () => {
    const state = play(answered, start('r2', ['cam'], star, requests));
    expect(phases(state)).toEqual({ cam: 'waiting', 'cam star': 'done', 'cam early': 'done' });
    expect(indices(state)).toEqual([3, 3, 1]);
  });

  it('say once for all of them why their question has no answer', () => {
    const again = (id: string, only: readonly string[]) => start(id, only, question, requests);
    const asked = again('r2', ['cam early']);
    const event = { kind: 'unanswered', id: 'r2', cards: ['cam early'], message: 'No such class.' } as const;
    const state = play(answered, asked, event);
    expect(state.unanswered).toEqual([{ question: early, message: 'No such class.' }]);
    expect(phases(state)).toEqual({ cam: 'done', 'cam star': 'done', 'cam early': 'failed' });
    expect(state.cards[2]).toMatchObject({ failure: null });
    expect(play(state, again('r3', ['cam early'])).unanswered).toEqual([]);
    expect(play(state, again('r3', ['cam'])).unanswered).toHaveLength(1);
  });

  it('let go of an answer that none of them asks for any more', () => {
    const state = play(answered, start('r2', [], question, requests.slice(0, 1)));
    expect(state.answers).toHaveLength(1);
    expect(answerTo(state, early)).toBeNull();
  });

  it('leave the panel’s own answer to the run, even when no card asks for it', () => {
    const state = play(
      emptyExplanation(question, requests.slice(1)),
      start('r1', all.slice(1), question, requests.slice(1)),
      predicted(about(0), []),
    );
    expect(shownAnswer(state)?.prediction.target.index).toBe(0);
  });
});
