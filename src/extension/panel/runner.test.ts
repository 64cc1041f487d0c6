import { describe, expect, it } from 'vitest';
import { answerAll, start, state } from '../../../test/support/panelRunner';
import { CancelledError, CheckpointError, UnsupportedOperatorError } from '../../shared/errors';
import { attributionsOf } from '../../shared/explanation/explanation';
import { cardFor } from '../../shared/question/card';

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
