import { describe, expect, it } from 'vitest';
import type { PanelState } from '../../shared/protocol/panel';
import { cardFor } from '../../shared/question/card';
import { defaultDisplay } from '../../shared/rendering/display';
import { methodsOf, readPanelState, withCheckpoint, withMethods } from './panelState';

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
    expect(read).toEqual({ ...state, id: read?.id, cards: state.cards.slice(0, 2) });
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
    const [smoothgrad, cam, pinned] = state.cards;
    const lost = { ...pinned, key: 'lost', question: { image: 'file:///cat.png' } };
    expect(written({ ...state, cards: [smoothgrad, cam, { ...cam, layer: 'relu1' }, pinned, lost] })).toEqual(state);
  });
});

describe('withCheckpoint', () => {
  it('drops the class index and the layers of the old checkpoint, but not those of a card with its own', () => {
    expect(withCheckpoint(state, '/other.onnx')).toEqual({
      ...state,
      question: { image: 'file:///cat.png', checkpoint: '/other.onnx', target: { kind: 'top1' } },
      cards: [state.cards[0], cardFor('grad-cam'), state.cards[2]],
    });
  });

  it('keeps a class that was asked for by its label', () => {
    const target = { kind: 'label', label: 'cat' } as const;
    const changed = withCheckpoint({ ...state, question: { ...state.question, target } }, '/other.onnx');
    expect(changed.question.target).toEqual(target);
  });
});

describe('withMethods', () => {
  it('keeps all cards of methods that stay and names the new ones', () => {
    const changed = withMethods(state, ['gradient', 'grad-cam']);
    expect(changed.added).toEqual(['gradient']);
    expect(changed.state.cards).toEqual([cardFor('gradient'), state.cards[1], state.cards[2]]);
    expect(methodsOf(changed.state)).toEqual(['gradient', 'grad-cam']);
  });

  it('finds another key where a card of another method has the usual one', () => {
    const odd = { ...state, cards: [{ key: 'gradient', method: 'grad-cam' }] };
    const { state: changed, added } = withMethods(odd, ['grad-cam', 'gradient']);
    expect(changed.cards).toEqual([odd.cards[0], { key: added[0], method: 'gradient' }]);
    expect(added[0]).not.toBe('gradient');
  });
});
