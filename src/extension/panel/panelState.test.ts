import { describe, expect, it } from 'vitest';
import type { PanelState } from '../../shared/protocol/panel';
import { defaultDisplay } from '../../shared/rendering/display';
import { readPanelState } from './panelState';

const other = { image: 'file:///cat.png', checkpoint: '/early.onnx', target: { kind: 'label', label: 'cat' } } as const;
const state: PanelState = {
  id: 'panel-1',
  question: {
    image: 'file:///cat.png',
    checkpoint: '/net.onnx',
    target: { kind: 'index', index: 281 },
    layer: 'relu5',
  },
  cards: [
    { key: 'smoothgrad', method: 'smoothgrad', preset: 'captum', parameters: { samples: 8 } },
    { key: 'grad-cam', method: 'grad-cam', layer: 'relu5' },
  ],
  comparisons: [{ key: 'early', change: { kind: 'checkpoint', checkpoint: '/early.onnx' } }],
  pinned: [{ key: 'pinned', method: 'grad-cam', layer: 'relu2', question: other }],
  display: { ...defaultDisplay, opacity: 0.3 },
};
const written = (value: unknown) => readPanelState(JSON.parse(JSON.stringify(value)));

describe('readPanelState', () => {
  it('reads back what was kept', () => {
    expect(written(state)).toEqual(state);
  });

  it('reads what version 0.1 kept: the question’s fields beside the others, and methods without keys', () => {
    const old = {
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
    const read = written(old);
    expect(read).toEqual({ ...state, id: read?.id, comparisons: [], pinned: [] });
    expect(read?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(written(old)?.id).not.toBe(read?.id);
  });

  it('refuses what does not say what to explain', () => {
    for (const value of [
      null,
      'x',
      {},
      { ...state, question: { ...state.question, image: 3 } },
      { ...state, cards: [] },
      { ...state, cards: [{}] },
      { ...state, cards: 'grad-cam' },
    ]) {
      expect(written(value)).toBeUndefined();
    }
    expect(readPanelState(undefined)).toBeUndefined();
  });

  it('replaces fields of the wrong kind by defaults', () => {
    const question = { ...state.question, layer: 4, target: { kind: 'index', index: 'x' } };
    expect(written({ ...state, question, display: { opacity: 'much', topK: 20 } })).toEqual({
      ...state,
      question: { image: 'file:///cat.png', checkpoint: '/net.onnx', target: { kind: 'top1' } },
      display: { ...defaultDisplay, topK: 20 },
    });
  });

  it('leaves out cards that nothing could tell apart, and those whose own question is lost', () => {
    const [smoothgrad, cam] = state.cards;
    const [pinned] = state.pinned;
    const lost = { ...pinned, key: 'lost', question: { image: 'file:///cat.png' } };
    expect(written({ ...state, cards: [smoothgrad, cam, { ...cam, layer: 'relu1' }, pinned, lost] })).toEqual(state);
  });

  it('leaves out comparisons that say nothing', () => {
    const comparisons = [
      ...state.comparisons,
      { key: 'early', change: { kind: 'layer', layer: 'relu1' } },
      { key: 'x', change: { kind: 'image', image: 4 } },
      { key: 'y', change: { kind: 'epochs' } },
      { change: { kind: 'layer', layer: 'relu1' } },
      { key: 'star', change: { kind: 'target', target: { kind: 'class', index: 3, label: 'star' } } },
      { key: 'p', change: { kind: 'parameters', card: 'grad-cam', parameters: { relu: false, bad: {} } } },
    ];
    expect(written({ ...state, comparisons })?.comparisons).toEqual([
      ...state.comparisons,
      comparisons[5],
      { key: 'p', change: { kind: 'parameters', card: 'grad-cam', parameters: { relu: false } } },
    ]);
  });
});
