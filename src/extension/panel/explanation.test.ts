import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import type { PanelState } from '../../shared/protocol/panel';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import { Explanation } from './explanation';

const state: PanelState = {
  question: { image: 'file:///cat.png', checkpoint: '/net.onnx', target: { kind: 'top1' } },
  methods: [{ id: 'gradient' }, { id: 'grad-cam' }, { id: 'occlusion' }],
  display: defaultDisplay,
};
const all = state.methods.map(({ id }) => id);
const attribution = (method: string): Attribution => ({
  method,
  preset: null,
  parameters: {},
  layer: null,
  map: { data: new Float32Array(4), width: 2, height: 2, channels: 1 },
  seconds: 0.1,
  evaluations: { forward: 1, gradient: 1 },
  min: 0,
  max: 0,
  notes: [],
});
const result = (id: string, method: string) => ({ id, kind: 'result', attribution: attribution(method) }) as const;
const prediction = { target: { index: 3 } } as Prediction;

function finished() {
  const explanation = new Explanation(state);
  explanation.begin('1', state, all);
  explanation.apply({ id: '1', kind: 'prediction', prediction });
  explanation.apply(result('1', 'grad-cam'));
  explanation.apply(result('1', 'gradient'));
  explanation.apply({ id: '1', kind: 'failed', method: 'occlusion', message: 'No memory.' });
  explanation.finish({ seconds: 2, cancelled: false });
  return explanation;
}
const shown = (explanation: Explanation) =>
  explanation.replay().map(({ name, params }) => (name === 'event' ? (params as { kind: string }).kind : name));

describe('Explanation', () => {
  it('has nothing to replay before its first run', () => {
    expect(new Explanation(state).replay()).toEqual([]);
  });

  it('tells a fresh page all that the last one showed', () => {
    const explanation = finished();
    expect(shown(explanation)).toEqual(['run', 'prediction', 'result', 'result', 'failed', 'ended']);
    expect(explanation.replay()[0]).toEqual({ name: 'run', params: { id: '1', state, only: all } });
    expect(explanation.replay().at(-1)).toEqual({ name: 'ended', params: { id: '1', seconds: 2, cancelled: false } });
  });

  it('gives the maps in the order of the chosen methods', () => {
    expect(
      finished()
        .attributions()
        .map(({ method }) => method),
    ).toEqual(['gradient', 'grad-cam']);
    expect(
      finished()
        .attributions(['grad-cam', 'occlusion'])
        .map(({ method }) => method),
    ).toEqual(['grad-cam']);
  });

  it('replays the newest progress of a method that still runs, and no end', () => {
    const explanation = new Explanation(state);
    explanation.begin('1', state, all);
    explanation.apply({ id: '1', kind: 'stage', text: 'Reading net.onnx' });
    explanation.apply({ id: '1', kind: 'started', method: 'occlusion' });
    explanation.apply({ id: '1', kind: 'progress', method: 'occlusion', done: 3, total: 9 });
    const notes = explanation.replay();
    expect(shown(explanation)).toEqual(['run', 'stage', 'progress']);
    expect(notes.at(-1)).toMatchObject({ params: { done: 3 } });
  });

  it('drops what still comes from an earlier run', () => {
    const explanation = finished();
    explanation.begin('2', state, ['gradient']);
    expect(explanation.apply(result('1', 'gradient'))).toBeUndefined();
    expect(explanation.attributions().map(({ method }) => method)).toEqual(['grad-cam']);
  });

  it('keeps the other methods when some are run again', () => {
    const explanation = finished();
    explanation.begin('2', state, ['occlusion']);
    expect(explanation.attributions()).toHaveLength(2);
    expect(explanation.failed()).toEqual([]);
    expect(explanation.prediction).toBe(prediction);
  });

  it('keeps nothing when another class is asked for', () => {
    const explanation = finished();
    explanation.begin('2', { ...state, question: { ...state.question, target: { kind: 'index', index: 7 } } }, [
      'gradient',
    ]);
    expect(explanation.attributions()).toEqual([]);
    expect(explanation.prediction).toBeUndefined();
  });

  it('keeps findings of earlier runs about the same question, and tells a fresh page', () => {
    const explanation = finished();
    const told = (id: string, ...sentences: string[]) =>
      explanation.apply({
        id,
        kind: 'findings',
        findings: sentences.map((sentence) => ({ severity: sentence.startsWith('!') ? 'problem' : 'note', sentence })),
      });
    const sentences = () => explanation.findings.map(({ sentence }) => sentence);
    explanation.begin('2', state, all);
    told('2', 'tied', 'saturated');
    explanation.begin('3', state, ['grad-cam']);
    expect(told('3', '!shut', 'tied')).toMatchObject({ params: { kind: 'findings', findings: [{}, {}, {}] } });
    expect(sentences()).toEqual(['!shut', 'saturated', 'tied']);
    expect(shown(explanation)).toContain('findings');
    explanation.begin('4', state, all);
    expect(sentences()).toEqual([]);
    told('4', 'tied');
    explanation.begin('5', { ...state, question: { ...state.question, layer: 'relu' } }, ['grad-cam']);
    expect(sentences()).toEqual([]);
    expect(shown(explanation)).not.toContain('findings');
  });

  it('forgets methods that are not chosen any more', () => {
    const explanation = finished();
    const fewer = { ...state, methods: [{ id: 'grad-cam' }] };
    explanation.begin('2', fewer, []);
    explanation.finish({ seconds: 0, cancelled: false });
    expect(shown(explanation)).toEqual(['run', 'prediction', 'result', 'ended']);
  });
});
