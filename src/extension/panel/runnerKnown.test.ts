import { describe, expect, it } from 'vitest';
import { answer, answerAll, disk, type Explain, start, state } from '../../../test/support/panelRunner';
import { attributionsOf } from '../../shared/explanation/explanation';
import type { ExplainParams } from '../../shared/protocol/protocol';
import { cardFor } from '../../shared/question/card';
import type { Change } from '../../shared/question/comparison';
import { withComparisons, withPinned } from './panelChanges';

describe('what was seen before', () => {
  const about = (index: number) => ({
    ...state,
    question: { ...state.question, target: { kind: 'index', index } as const },
  });
  const askedFor = (params: ExplainParams | undefined) => params?.cards.map(({ key }) => key);

  it('is there at once when a class is asked for again, also the most probable one by its index', async () => {
    const { runner, asked, said } = start(answerAll);
    await runner.run(state);
    await runner.run(about(5));
    said.length = 0;
    await runner.run(about(7));
    expect(asked).toHaveLength(2);
    expect(said).toEqual(['run', 'ended']);
    expect(attributionsOf(runner.explanation)).toHaveLength(2);
    expect(runner.explanation.answers.map(({ prediction }) => prediction.target.index)).toEqual([7]);
    expect(runner.explanation.run?.keys).toEqual([]);
  });

  it('runs only the methods that have a layer when the layer changes', async () => {
    const { runner, asked } = start(answerAll);
    await runner.run(state);
    await runner.run({ ...state, question: { ...state.question, layer: 'relu1' } });
    expect(askedFor(asked[1])).toEqual(['grad-cam']);
    expect(runner.explanation.cards.map(({ phase }) => phase)).toEqual(['done', 'done']);
    await runner.run(state);
    expect(asked).toHaveLength(2);
  });

  it('asks the model for its answer with another layer even where no card has one', async () => {
    const { runner, asked } = start(answerAll);
    const bare = { ...state, cards: [cardFor('gradient')] };
    await runner.run(bare);
    await runner.run({ ...bare, question: { ...state.question, layer: 'relu1' } });
    expect(askedFor(asked[1])).toEqual([]);
    expect(runner.explanation.answers[0]?.prediction.layer?.name).toBe('relu1');
  });

  it('is kept of a run that another one overtook', async () => {
    const { runner, asked } = start(answerAll);
    const first = runner.run(state);
    await new Promise<void>((resolve) => {
      runner.onEvent(({ kind }) => kind === 'result' && resolve());
    });
    await runner.run(about(5));
    await first;
    await runner.run(state);
    expect(askedFor(asked[2])).toEqual(['grad-cam']);
  });

  it('is not taken for true once a file behind it has changed', async () => {
    const { runner, asked } = start(answerAll);
    await runner.run(state);
    disk.changes++;
    await runner.run(state);
    expect(askedFor(asked[1])).toEqual(['gradient', 'grad-cam']);
    await runner.run(state);
    expect(asked).toHaveLength(2);
  });

  it('is computed again where that is asked for', async () => {
    const { runner, asked } = start(answerAll);
    await runner.run(state);
    await runner.run(state, { again: 'all' });
    expect(askedFor(asked[1])).toEqual(['gradient', 'grad-cam']);
  });

  it('comes back with the window', async () => {
    const before = start(answerAll);
    await before.runner.run(state);
    const { explanation } = before.runner;
    const after = start(answerAll);
    const stamps = ['file:///cat.png', '/nets/last.onnx']
      .map((file, _, all) => `${file} ${all.length} ${disk.changes}`)
      .join();
    for (const { prediction } of explanation.answers) after.services.stamps.set(prediction, stamps);
    after.runner.restore(explanation);
    await after.runner.run(state, { again: [] });
    expect(after.asked).toEqual([]);
    expect(attributionsOf(after.runner.explanation)).toHaveLength(2);
    await after.runner.run({ ...state, question: { ...state.question, layer: 'relu1' } });
    expect(askedFor(after.asked[0])).toEqual(['grad-cam']);
  });

  it('stays on a pinned card, whatever happens to the files behind it', async () => {
    const { runner, asked } = start(answerAll);
    await runner.run(state);
    const pinned = withPinned(state, 'grad-cam', runner.explanation);
    runner.keepFor(pinned.pinned[0], 'grad-cam');
    disk.changes++;
    await runner.run({ ...pinned, question: about(5).question });
    expect(askedFor(asked[1])).toEqual(['gradient', 'grad-cam']);
    const card = runner.explanation.cards.at(-1);
    expect(card).toMatchObject({ request: { key: 'pin-1' }, phase: 'done', attribution: { key: 'pin-1' } });
    disk.changes++;
    await runner.run({ ...pinned, question: about(5).question }, { again: 'all' });
    expect(askedFor(asked[2])).toEqual(['gradient', 'grad-cam']);
  });
});

describe('what failed or was cancelled', () => {
  const failing: Explain = async (params, onEvent, signal) => {
    const { id, question } = params;
    onEvent({ id, kind: 'prediction', cards: [], prediction: answer(question) });
    onEvent({ id, kind: 'failed', key: 'grad-cam', message: 'No.' });
    await answerAll({ ...params, cards: params.cards.filter(({ key }) => key !== 'grad-cam') }, onEvent, signal);
  };

  it('stays so when only another card is asked for anew, and is tried again when everything is', async () => {
    const { runner, asked } = start(failing);
    await runner.run(state);
    await runner.run(state, { again: ['gradient'] });
    expect(asked[1]?.cards.map(({ key }) => key)).toEqual(['gradient']);
    expect(runner.explanation.cards[1]).toMatchObject({ phase: 'failed', failure: 'No.' });
    await runner.run(state);
    expect(asked[2]?.cards.map(({ key }) => key)).toEqual(['grad-cam']);
  });
});

describe('comparisons', () => {
  it('are cards of their own, and only they are computed when they come', async () => {
    const { runner, asked } = start(answerAll);
    await runner.run(state);
    const changes: Change[] = [
      { kind: 'target', target: { kind: 'index', index: 5 } },
      { kind: 'layer', layer: 'relu1' },
      { kind: 'checkpoint', checkpoint: '/nets/early.onnx' },
    ];
    const compared = withComparisons(state, changes, runner.explanation);
    await runner.run(compared, { again: [] });
    const added = ['row-1/gradient', 'row-1/grad-cam', 'row-2/grad-cam', 'row-3/gradient', 'row-3/grad-cam'];
    expect(asked[1]?.cards.map(({ key }) => key)).toEqual(added);
    expect(runner.explanation.cards.map(({ request }) => request.key)).toEqual(['gradient', 'grad-cam', ...added]);
    expect(runner.explanation.cards.every(({ phase }) => phase === 'done')).toBe(true);
    // The question changes, and with it every comparison but that of classes.
    await runner.run({ ...compared, question: { ...compared.question, target: { kind: 'index', index: 2 } } });
    expect(asked[2]?.cards.map(({ key }) => key)).toEqual(['gradient', 'grad-cam', ...added.slice(2)]);
  });
});

it('a card that is pinned or compared while others are computed does not end them', async () => {
  const { runner, asked, said } = start(answerAll);
  const first = runner.run(state);
  await new Promise<void>((resolve) => {
    runner.onEvent(({ kind }) => kind === 'result' && resolve());
  });
  expect(runner.running).toBe(true);
  const second = runner.run(withPinned(state, 'gradient', runner.explanation), { again: [] });
  expect(runner.running).toBe(true);
  await Promise.all([first, second]);
  expect(runner.running).toBe(false);
  expect(asked[1]?.cards.map(({ key }) => key)).toContain('grad-cam');
  expect(runner.explanation.cards.every(({ phase }) => phase === 'done')).toBe(true);
  expect(said.filter((kind) => kind === 'ended')).toHaveLength(1);
});
