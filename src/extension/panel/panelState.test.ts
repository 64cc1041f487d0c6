import { describe, expect, it } from 'vitest';
import type { PanelState } from '../../shared/protocol/panel';
import { defaultDisplay } from '../../shared/rendering/display';
import { readPanelState, withCheckpoint, withMethods } from './panelState';

const state: PanelState = {
  question: {
    image: 'file:///cat.png',
    checkpoint: '/net.onnx',
    target: { kind: 'index', index: 281 },
    layer: 'relu5',
  },
  methods: [
    { id: 'smoothgrad', preset: 'captum', parameters: { samples: 8 } },
    { id: 'grad-cam', layer: 'relu5' },
  ],
  display: { ...defaultDisplay, opacity: 0.3 },
};

describe('readPanelState', () => {
  it('reads back what was kept', () => {
    expect(readPanelState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('reads what version 0.1 kept, with the fields of the question beside the others', () => {
    const { question, ...rest } = state;
    expect(readPanelState({ ...question, ...rest })).toEqual(state);
  });

  it('refuses what does not say what to explain', () => {
    for (const value of [
      undefined,
      null,
      'x',
      {},
      { ...state, question: { ...state.question, image: 3 } },
      { ...state, methods: [] },
      { ...state, methods: [{}] },
    ]) {
      expect(readPanelState(value)).toBeUndefined();
    }
  });

  it('replaces fields of the wrong kind by defaults', () => {
    const question = { ...state.question, layer: 4, target: { kind: 'index', index: 'x' } };
    expect(readPanelState({ ...state, question, display: { opacity: 'much', topK: 20 } })).toEqual({
      question: { image: 'file:///cat.png', checkpoint: '/net.onnx', target: { kind: 'top1' } },
      methods: state.methods,
      display: { ...defaultDisplay, topK: 20 },
    });
  });
});

describe('withCheckpoint', () => {
  it('drops the class index and the layers of the old checkpoint', () => {
    expect(withCheckpoint(state, '/other.onnx')).toEqual({
      question: { image: 'file:///cat.png', checkpoint: '/other.onnx', target: { kind: 'top1' } },
      methods: [state.methods[0], { id: 'grad-cam' }],
      display: state.display,
    });
  });

  it('keeps a class that was asked for by its label', () => {
    const target = { kind: 'label', label: 'cat' } as const;
    expect(
      withCheckpoint({ ...state, question: { ...state.question, target } }, '/other.onnx').question.target,
    ).toEqual(target);
  });
});

describe('withMethods', () => {
  it('keeps the parameters of methods that stay and names the new ones', () => {
    const changed = withMethods(state, ['gradient', 'smoothgrad']);
    expect(changed.added).toEqual(['gradient']);
    expect(changed.state.methods).toEqual([{ id: 'gradient' }, state.methods[0]]);
  });
});
