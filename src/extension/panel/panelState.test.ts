import { describe, expect, it } from 'vitest';
import type { PanelState } from '../../shared/protocol/panel';
import { defaultDisplay } from '../../shared/rendering/display';
import { readPanelState, withCheckpoint, withMethods } from './panelState';

const state: PanelState = {
  image: 'file:///cat.png',
  checkpoint: '/net.onnx',
  methods: [
    { id: 'smoothgrad', preset: 'captum', parameters: { samples: 8 } },
    { id: 'grad-cam', layer: 'relu5' },
  ],
  target: { kind: 'index', index: 281 },
  layer: 'relu5',
  display: { ...defaultDisplay, opacity: 0.3 },
};

describe('readPanelState', () => {
  it('reads back what was kept', () => {
    expect(readPanelState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('refuses what does not say what to explain', () => {
    for (const value of [
      undefined,
      null,
      'x',
      {},
      { ...state, image: 3 },
      { ...state, methods: [] },
      { ...state, methods: [{}] },
    ]) {
      expect(readPanelState(value)).toBeUndefined();
    }
  });

  it('replaces fields of the wrong kind by defaults', () => {
    const odd = { ...state, layer: 4, target: { kind: 'index', index: 'x' }, display: { opacity: 'much', topK: 20 } };
    expect(readPanelState(odd)).toEqual({
      image: state.image,
      checkpoint: state.checkpoint,
      methods: state.methods,
      target: { kind: 'top1' },
      display: { ...defaultDisplay, topK: 20 },
    });
  });
});

describe('withCheckpoint', () => {
  it('drops the class index and the layers of the old checkpoint', () => {
    expect(withCheckpoint(state, '/other.onnx')).toEqual({
      image: state.image,
      checkpoint: '/other.onnx',
      methods: [state.methods[0], { id: 'grad-cam' }],
      target: { kind: 'top1' },
      display: state.display,
    });
  });

  it('keeps a class that was asked for by its label', () => {
    const target = { kind: 'label', label: 'cat' } as const;
    expect(withCheckpoint({ ...state, target }, '/other.onnx').target).toEqual(target);
  });
});

describe('withMethods', () => {
  it('keeps the parameters of methods that stay and names the new ones', () => {
    const changed = withMethods(state, ['gradient', 'smoothgrad']);
    expect(changed.added).toEqual(['gradient']);
    expect(changed.state.methods).toEqual([{ id: 'gradient' }, state.methods[0]]);
  });
});
