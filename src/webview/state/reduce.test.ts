import { describe, expect, it } from 'vitest';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { PanelSetup, PanelState } from '../../shared/protocol/panel';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution, MethodInfo } from '../../shared/results/attribution';
import { initialPage, type PageAction, type PageState } from './pageState';
import { reduce } from './reduce';

const info = (id: string): MethodInfo => ({
  id,
  title: id,
  family: 'gradient',
  description: '',
  formula: '',
  source: { paper: '', url: '' },
  cost: '',
  needsLayer: false,
  parameters: [],
  presets: [],
});

const panel: PanelState = {
  question: { image: 'file:///a.png', checkpoint: '/m.onnx', target: { kind: 'top1' } },
  methods: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
  display: defaultDisplay,
};
const setup: PanelSetup = {
  state: panel,
  imageName: 'a.png',
  checkpointName: 'm.onnx',
  methods: [info('a'), info('b'), info('c'), info('d')],
  strings: {},
};
const prediction = { top5: [] } as unknown as Prediction;
const result = (method: string): Attribution => ({ method }) as Attribution;

function play(...actions: PageAction[]): PageState {
  return actions.reduce(reduce, initialPage);
}
const start = (id = 'r1', only: readonly string[] = ['a', 'b', 'c'], state = panel): PageAction => ({
  kind: 'run',
  run: { id, state, only },
});
const event = (each: ExplainEvent): PageAction => ({ kind: 'event', event: each });
const phases = (state: PageState) => Object.fromEntries(state.cards.map((card) => [card.info.id, card.phase]));

describe('reduce', () => {
  it('has a waiting card for each chosen method, in their order', () => {
    const state = play({ kind: 'setup', setup });
    expect(state.cards.map((card) => card.info.id)).toEqual(['a', 'b', 'c']);
    expect(phases(state)).toEqual({ a: 'waiting', b: 'waiting', c: 'waiting' });
  });

  it('follows a run from the stage to the end', () => {
    let state = play({ kind: 'setup', setup }, start(), event({ id: 'r1', kind: 'stage', text: 'Reading' }));
    expect(state.run).toMatchObject({ phase: 'running', stage: 'Reading' });
    state = reduce(state, event({ id: 'r1', kind: 'prediction', prediction }));
    expect(state.run?.stage).toBeNull();
    state = reduce(state, event({ id: 'r1', kind: 'started', method: 'a' }));
    state = reduce(state, event({ id: 'r1', kind: 'progress', method: 'a', done: 3, total: 9 }));
    expect(state.cards[0]).toMatchObject({ phase: 'running', progress: { done: 3, total: 9 } });
    state = reduce(state, event({ id: 'r1', kind: 'result', attribution: result('a') }));
    state = reduce(state, event({ id: 'r1', kind: 'failed', method: 'b', message: 'No.' }));
    expect(state.cards[0]).toMatchObject({ phase: 'done', progress: null, partial: null });
    expect(state.cards[1]).toMatchObject({ phase: 'failed', failure: 'No.' });
    state = reduce(state, event({ id: 'r1', kind: 'result', attribution: result('c') }));
    state = reduce(state, { kind: 'ended', ended: { id: 'r1', seconds: 2, cancelled: false } });
    expect(state.run).toMatchObject({ phase: 'done', seconds: 2, error: null });
  });

  it('keeps the newest partial map until the result', () => {
    const partial = { data: new Float32Array(1), width: 1, height: 1, channels: 1 };
    let state = play({ kind: 'setup', setup }, start());
    state = reduce(state, event({ id: 'r1', kind: 'progress', method: 'a', done: 1, total: 9, partial }));
    state = reduce(state, event({ id: 'r1', kind: 'progress', method: 'a', done: 2, total: 9 }));
    expect(state.cards[0]?.partial).toBe(partial);
  });

  it('leaves the state as it is for messages of another run, or after the end', () => {
    let state = play({ kind: 'setup', setup }, start('r1'), start('r2'));
    expect(reduce(state, event({ id: 'r1', kind: 'result', attribution: result('a') }))).toBe(state);
    expect(reduce(state, { kind: 'ended', ended: { id: 'r1', seconds: 1, cancelled: true } })).toBe(state);
    state = reduce(state, { kind: 'ended', ended: { id: 'r2', seconds: 1, cancelled: true } });
    expect(reduce(state, event({ id: 'r2', kind: 'result', attribution: result('a') }))).toBe(state);
  });

  it('runs one method again and keeps the others’ results', () => {
    let state = play({ kind: 'setup', setup }, start());
    for (const id of ['a', 'b', 'c']) {
      state = reduce(state, event({ id: 'r1', kind: 'result', attribution: result(id) }));
    }
    const changed = { ...panel, methods: [{ id: 'a' }, { id: 'b', preset: 'pair' }, { id: 'c' }] };
    state = reduce(state, start('r2', ['b'], changed));
    expect(phases(state)).toEqual({ a: 'done', b: 'waiting', c: 'done' });
    expect(state.cards[1]?.request).toEqual({ id: 'b', preset: 'pair' });
    expect(state.cards[1]?.attribution).toBeNull();
  });

  it('marks what a superseded run left undone and nobody computes any more', () => {
    const state = play({ kind: 'setup', setup }, start('r1'), start('r2', ['b']));
    expect(phases(state)).toEqual({ a: 'cancelled', b: 'waiting', c: 'cancelled' });
  });

  it('adds and removes cards when other methods are chosen', () => {
    let state = play({ kind: 'setup', setup }, start());
    state = reduce(state, event({ id: 'r1', kind: 'result', attribution: result('a') }));
    state = reduce(state, start('r2', ['d'], { ...panel, methods: [{ id: 'd' }, { id: 'a' }] }));
    expect(phases(state)).toEqual({ d: 'waiting', a: 'done' });
  });

  it('forgets prediction and results of another image or checkpoint', () => {
    let state = play({ kind: 'setup', setup }, start(), event({ id: 'r1', kind: 'prediction', prediction }));
    expect(reduce(state, start('r2')).prediction).toBe(prediction);
    state = reduce(state, start('r2', [], { ...panel, question: { ...panel.question, checkpoint: '/other.onnx' } }));
    expect(state.prediction).toBeNull();
    expect(phases(state)).toEqual({ a: 'waiting', b: 'waiting', c: 'waiting' });
  });

  it('keeps its own display settings when a run brings older ones', () => {
    const display = { ...defaultDisplay, opacity: 0.2 };
    const state = play({ kind: 'setup', setup }, { kind: 'display', display }, start());
    expect(state.panel?.display).toBe(display);
  });

  it('shows the newest findings until all methods run again', () => {
    const findings = [{ severity: 'note', sentence: 'Tied.' }] as const;
    let state = play({ kind: 'setup', setup }, start(), event({ id: 'r1', kind: 'findings', findings }));
    expect(state.findings).toBe(findings);
    state = reduce(state, start('r2', ['b']));
    expect(state.findings).toBe(findings);
    expect(reduce(state, start('r3')).findings).toEqual([]);
  });

  it('keeps what can be explained in place of the logits', () => {
    const running = play({ kind: 'setup', setup }, start());
    expect(running.run?.cut).toBeNull();
    const failed = { id: 'r1', seconds: 1, cancelled: false, error: 'No such operator.', cut: 'scores' };
    const state = reduce(running, { kind: 'ended', ended: failed });
    expect(state.run).toMatchObject({ phase: 'failed', cut: 'scores' });
    expect(reduce(state, start('r2')).run?.cut).toBeNull();
  });

  it('tells a cancelled run from a failed one', () => {
    const running = play({ kind: 'setup', setup }, start());
    const ended = { id: 'r1', seconds: 1 };
    const cancelled = reduce(running, { kind: 'ended', ended: { ...ended, cancelled: true } });
    expect(cancelled.run).toMatchObject({ phase: 'cancelled', error: null });
    expect(cancelled.cards[0]?.phase).toBe('cancelled');
    const failed = reduce(running, { kind: 'ended', ended: { ...ended, cancelled: false, error: 'Broken.' } });
    expect(failed.run).toMatchObject({ phase: 'failed', error: 'Broken.' });
    expect(failed.cards[0]).toMatchObject({ phase: 'failed', failure: null });
  });
});
