import { describe, expect, it } from 'vitest';
import { CancelledError, CheckpointError, throwIfCancelled, UnsupportedOperatorError } from '../../shared/errors';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import { attributionsOf } from '../../shared/explanation/explanation';
import type { PanelState } from '../../shared/protocol/panel';
import type { ExplainParams } from '../../shared/protocol/protocol';
import { cardFor, questionGroups } from '../../shared/question/card';
import type { Change } from '../../shared/question/comparison';
import type { Question } from '../../shared/question/question';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import { FinishedMaps } from './finishedMaps';
import { withComparisons, withPinned } from './panelChanges';
import { Runner, type RunServices } from './runner';
import { Stamps } from './stamps';

const state: PanelState = {
  id: 'panel-1',
  question: { image: 'file:///cat.png', checkpoint: '/nets/last.onnx', target: { kind: 'top1' }, layer: 'relu5' },
  cards: [cardFor('gradient'), cardFor('grad-cam')],
  comparisons: [],
  pinned: [],
  display: defaultDisplay,
};

type Explain = (params: ExplainParams, onEvent: (event: ExplainEvent) => void, signal: AbortSignal) => Promise<unknown>;

const pixels = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const answer = ({ target, layer }: Question): Prediction =>
  ({
    runtime: { id: 'cpu', why: 'alone' },
    target: { index: target.kind === 'index' ? target.index : 7, label: null },
    layer: { name: layer ?? 'last', why: '' },
    pixels: { ...pixels, data: pixels.data.slice() },
    dependsOn: ['/nets/last.onnx'],
  }) as unknown as Prediction;
const mapOf = (key: string, method: string): Attribution =>
  ({ key, method, map: { data: new Float32Array(2), width: 2, height: 1, channels: 1 } }) as unknown as Attribution;

/** Answers every card, one after the other, a moment apart. */
const answerAll: Explain = async ({ id, question, cards }, onEvent, signal) => {
  onEvent({ id, kind: 'begun' });
  for (const group of questionGroups(question, cards)) {
    onEvent({ id, kind: 'prediction', cards: group.cards.map(({ key }) => key), prediction: answer(group.question) });
    for (const { key, method } of group.cards) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throwIfCancelled(signal);
      onEvent({ id, kind: 'result', attribution: mapOf(key, method) });
    }
  }
};

/** How often the files on the disk have changed. */
let changes = 0;

function start(explain: Explain) {
  const asked: ExplainParams[] = [];
  const said: string[] = [];
  const phases: string[] = [];
  const priorities: string[] = [];
  const services: RunServices = {
    explain: (params, onEvent, signal) => {
      asked.push(params);
      return explain(params, onEvent, signal);
    },
    prioritise: (id, priority) => priorities.push(`${id === asked.at(-1)?.id} ${priority}`),
    image: async (uri) => ({ path: uri.slice('file://'.length) }),
    runtime: () => 'auto',
    sentence: (error) => (error as Error).message,
    needsLayer: async () => (method) => method === 'grad-cam',
    maps: new FinishedMaps(),
    stamps: new Stamps(async (files) => files.map((file) => `${file} ${files.length} ${changes}`).join()),
  };
  const runner = new Runner(state, 'cat.png', services);
  runner.onEvent(({ kind }) => said.push(kind));
  runner.onStatus(({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`));
  return { runner, services, asked, said, phases, priorities };
}

describe('Runner', () => {
  it('passes on what can be explained in front of an unsupported operator', async () => {
    const failing = (cut: string | null) =>
      start(() => Promise.reject(new UnsupportedOperatorError('NonZero', '/nz', 'NonZero is not supported.', cut)));
    const offered = failing('scores').runner;
    await offered.run(state);
    expect(offered.explanation.run).toMatchObject({ error: 'NonZero is not supported.', cut: 'scores' });
    const nothing = failing(null).runner;
    await nothing.run(state);
    expect(nothing.explanation.run).toMatchObject({ error: 'NonZero is not supported.', cut: null });
  });

  it('asks the engine with the whole state and passes on what comes', async () => {
    const { runner, asked, said, phases } = start(answerAll);
    await runner.run(state);
    expect(asked).toEqual([
      {
        id: runner.explanation.run?.id,
        question: { ...state.question, image: { path: '/cat.png' }, runtime: 'auto' },
        cards: state.cards,
        priority: 'foreground',
      },
    ]);
    expect(said).toEqual(['run', 'prediction', 'result', 'result', 'ended']);
    expect(phases).toEqual(['waiting 0/2', 'loading 0/2', 'running 0/2', 'running 1/2', 'running 2/2', 'done 2/2']);
    expect(runner.explanation.run?.seconds).toBeGreaterThan(0.005);
  });

  it('names the images of cards with questions of their own for the engine, too', async () => {
    const { runner, asked } = start(answerAll);
    const own = { ...state.question, image: 'file:///dog.png', runtime: 'onnxruntime' } as const;
    await runner.run({ ...state, pinned: [{ key: 'dog', method: 'grad-cam', question: own }] });
    expect(asked[0]?.cards[2]).toEqual({
      key: 'dog',
      method: 'grad-cam',
      question: { ...own, image: { path: '/dog.png' } },
    });
  });

  it('runs only the cards that are named', async () => {
    const { runner, asked, phases } = start(answerAll);
    await runner.run(state);
    await runner.run(state, { again: ['grad-cam'] });
    expect(asked[1]?.cards).toEqual([cardFor('grad-cam')]);
    expect(phases.at(-1)).toBe('done 1/1');
    expect(attributionsOf(runner.explanation)).toHaveLength(2);
  });

  it('does not trouble the engine when cards are only taken away', async () => {
    const { runner, asked, said } = start(answerAll);
    await runner.run(state);
    await runner.run({ ...state, cards: [cardFor('gradient')] }, { again: [] });
    expect(asked).toHaveLength(1);
    expect(said.slice(-2)).toEqual(['run', 'ended']);
  });

  it('lets the newest run win: the one before says nothing more', async () => {
    const { runner, said } = start(answerAll);
    const first = runner.run(state);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await runner.run({ ...state, question: { ...state.question, target: { kind: 'index', index: 5 } } });
    await first;
    expect(said).toEqual(['run', 'prediction', 'run', 'prediction', 'result', 'result', 'ended']);
  });

  it('ends a cancelled run as cancelled', async () => {
    const { runner, phases } = start(
      (_, __, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new CancelledError()))),
    );
    const run = runner.run(state);
    setTimeout(() => runner.cancel(), 5);
    await run;
    expect(runner.explanation.run?.phase).toBe('cancelled');
    expect(phases.at(-1)).toBe('cancelled 0/2');
  });

  it('ends a failed run with its sentence, and the next one works', async () => {
    let fails = true;
    const { runner, phases } = start(async (...all) => {
      if (fails) throw new CheckpointError('last.onnx is empty.');
      return answerAll(...all);
    });
    await runner.run(state);
    expect(runner.explanation.run).toMatchObject({ phase: 'failed', error: 'last.onnx is empty.' });
    expect(phases.at(-1)).toBe('failed 0/2');
    fails = false;
    await runner.run(state);
    expect(runner.explanation.run).toMatchObject({ phase: 'done', error: null });
  });

  it('waits without counting the time, and says when its turn has come', async () => {
    const { runner, phases } = start(async (params, ...rest) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return answerAll(params, ...rest);
    });
    const before = performance.now();
    await runner.run(state);
    expect(phases.slice(0, 2)).toEqual(['waiting 0/2', 'loading 0/2']);
    const seconds = runner.explanation.run?.seconds ?? 0;
    expect(seconds).toBeGreaterThan(0.005);
    expect(seconds).toBeLessThan((performance.now() - before) / 1000 - 0.09);
  });

  it('says its priority with the request, and each change of it while it runs', async () => {
    const { runner, asked, priorities } = start(answerAll);
    runner.setPriority('background');
    expect(priorities).toEqual([]);
    const run = runner.run(state);
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(asked[0]?.priority).toBe('background');
    runner.setPriority('background');
    runner.setPriority('foreground');
    await run;
    runner.setPriority('background');
    expect(priorities).toEqual(['true foreground']);
  });

  it('says nothing more once it is closed', async () => {
    const { runner, said } = start(answerAll);
    const run = runner.run(state);
    await new Promise((resolve) => setTimeout(resolve, 2));
    runner.dispose();
    await run;
    expect(said).toEqual(['run', 'prediction']);
  });

  it('shows the reason of an unasked run until the engine speaks', async () => {
    const { runner, said } = start(answerAll);
    await runner.run(state, { note: 'last.onnx has changed; explaining again.' });
    expect(said.slice(0, 3)).toEqual(['run', 'stage', 'prediction']);
  });
});

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
    changes++;
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
      .map((file, _, all) => `${file} ${all.length} ${changes}`)
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
    changes++;
    await runner.run({ ...pinned, question: about(5).question });
    expect(askedFor(asked[1])).toEqual(['gradient', 'grad-cam']);
    const card = runner.explanation.cards.at(-1);
    expect(card).toMatchObject({ request: { key: 'pin-1' }, phase: 'done', attribution: { key: 'pin-1' } });
    changes++;
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
