import { describe, expect, it } from 'vitest';
import { CancelledError, CheckpointError, throwIfCancelled, UnsupportedOperatorError } from '../../shared/errors';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { PanelState } from '../../shared/protocol/panel';
import type { ExplainParams } from '../../shared/protocol/protocol';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import { SerialQueue } from './queue';
import { Runner } from './runner';

const state: PanelState = {
  question: { image: 'file:///cat.png', checkpoint: '/nets/last.onnx', target: { kind: 'top1' }, layer: 'relu5' },
  methods: [{ id: 'gradient' }, { id: 'grad-cam' }],
  display: defaultDisplay,
};

type Explain = (params: ExplainParams, onEvent: (event: ExplainEvent) => void, signal: AbortSignal) => Promise<unknown>;

/** Answers every method, one after the other, a moment apart. */
const answerAll: Explain = async ({ id, methods }, onEvent, signal) => {
  onEvent({ id, kind: 'prediction', prediction: { runtime: { id: 'cpu', why: 'alone' } } as Prediction });
  for (const { id: method } of methods) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    throwIfCancelled(signal);
    onEvent({ id, kind: 'result', attribution: { method } as Attribution });
  }
};

function start(explain: Explain, queue = new SerialQueue()) {
  const asked: ExplainParams[] = [];
  const said: string[] = [];
  const phases: string[] = [];
  const runner = new Runner(state, 'cat.png', {
    queue,
    explain: (params, onEvent, signal) => {
      asked.push(params);
      return explain(params, onEvent, signal);
    },
    image: async () => ({ path: '/cat.png' }),
    runtime: () => 'auto',
    sentence: (error) => (error as Error).message,
  });
  runner.onNote(({ name, params }) => said.push(name === 'event' ? (params as ExplainEvent).kind : name));
  runner.onStatus(({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`));
  return { runner, asked, said, phases };
}

describe('Runner', () => {
  it('passes on what can be explained in front of an unsupported operator', async () => {
    const failing = (cut: string | null) =>
      start(() => Promise.reject(new UnsupportedOperatorError('NonZero', '/nz', 'NonZero is not supported.', cut)));
    const offered = failing('scores').runner;
    await offered.run(state);
    expect(offered.explanation.end).toMatchObject({ error: 'NonZero is not supported.', cut: 'scores' });
    const nothing = failing(null).runner;
    await nothing.run(state);
    expect(nothing.explanation.end).not.toHaveProperty('cut');
  });

  it('asks the engine with the whole state and passes on what comes', async () => {
    const { runner, asked, said, phases } = start(answerAll);
    await runner.run(state);
    expect(asked).toMatchObject([
      {
        question: { ...state.question, image: { path: '/cat.png' }, runtime: 'auto' },
        methods: state.methods,
      },
    ]);
    expect(said).toEqual(['run', 'prediction', 'result', 'result', 'ended']);
    expect(phases).toEqual(['waiting 0/2', 'loading 0/2', 'running 0/2', 'running 1/2', 'running 2/2', 'done 2/2']);
    expect(runner.explanation.end?.seconds).toBeGreaterThan(0.005);
  });

  it('runs only the methods that are named', async () => {
    const { runner, asked, phases } = start(answerAll);
    await runner.run(state);
    await runner.run(state, ['grad-cam']);
    expect(asked[1]?.methods).toEqual([{ id: 'grad-cam' }]);
    expect(phases.at(-1)).toBe('done 1/1');
    expect(runner.explanation.attributions()).toHaveLength(2);
  });

  it('does not trouble the engine when methods are only taken away', async () => {
    const { runner, asked, said } = start(answerAll);
    await runner.run(state);
    await runner.run({ ...state, methods: [{ id: 'gradient' }] }, []);
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
    expect(runner.explanation.end).toMatchObject({ cancelled: true });
    expect(phases.at(-1)).toBe('cancelled 0/2');
  });

  it('ends a failed run with its sentence, and the next one works', async () => {
    let fails = true;
    const { runner, phases } = start(async (...all) => {
      if (fails) throw new CheckpointError('last.onnx is empty.');
      return answerAll(...all);
    });
    await runner.run(state);
    expect(runner.explanation.end).toMatchObject({ cancelled: false, error: 'last.onnx is empty.' });
    expect(phases.at(-1)).toBe('failed 0/2');
    fails = false;
    await runner.run(state);
    expect(runner.explanation.end?.error).toBeUndefined();
  });

  it('waits for its turn when another panel runs, and gives it up when closed', async () => {
    const queue = new SerialQueue();
    const first = start(answerAll, queue);
    const second = start(answerAll, queue);
    const third = start(answerAll, queue);
    const runs = [first, second, third].map(({ runner }) => runner.run(state));
    second.runner.dispose();
    await Promise.all(runs);
    expect([first, second, third].map(({ asked }) => asked.length)).toEqual([1, 0, 1]);
    expect(second.said).toEqual(['run']);
  });

  it('shows the reason of an unasked run until the engine speaks', async () => {
    const { runner, said } = start(answerAll);
    await runner.run(state, undefined, 'last.onnx has changed; explaining again.');
    expect(said.slice(0, 3)).toEqual(['run', 'stage', 'prediction']);
  });
});
