import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { type Explanation, emptyCard, emptyExplanation } from '../../shared/explanation/explanation';
import type { PanelState } from '../../shared/protocol/panel';
import { cardFor } from '../../shared/question/card';
import type { Change } from '../../shared/question/comparison';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import {
  allCards,
  methodsOf,
  withCheckpoint,
  withComparisons,
  withMethods,
  withoutComparison,
  withoutPinned,
  withPinned,
  withQuestion,
} from './panelChanges';

const state: PanelState = {
  id: 'panel-1',
  question: { image: 'file:///cat.png', checkpoint: '/net.onnx', target: { kind: 'top1' } },
  cards: [
    { key: 'smoothgrad', method: 'smoothgrad', preset: 'captum', parameters: { samples: 8 } },
    { key: 'grad-cam', method: 'grad-cam', layer: 'relu5' },
  ],
  comparisons: [],
  pinned: [],
  display: defaultDisplay,
};
const star = { index: 3, label: 'star', logit: 8, probability: 0.9 };
const starByName = { kind: 'class', index: 3, label: 'star' } as const;
const known: Explanation = {
  ...emptyExplanation(state.question, state.cards),
  answers: [
    {
      question: state.question,
      prediction: { target: star, layer: { name: 'relu9', why: '' } } as unknown as Prediction,
      findings: [],
    },
  ],
};
const circle: Change = { kind: 'target', target: { kind: 'index', index: 0 } };
const early: Change = { kind: 'checkpoint', checkpoint: '/early.onnx' };

describe('withCheckpoint', () => {
  it('drops the layers of the old checkpoint and leaves the most probable class what it is', () => {
    const changed = withCheckpoint({ ...state, question: { ...state.question, layer: 'relu5' } }, '/other.onnx', star);
    expect(changed).toEqual({
      ...state,
      question: { image: 'file:///cat.png', checkpoint: '/other.onnx', target: { kind: 'top1' } },
      cards: [state.cards[0], cardFor('grad-cam')],
    });
  });

  it('asks for a chosen class by its name, and for the most probable one where there is no such class', () => {
    const chosen = { ...state, question: { ...state.question, target: { kind: 'index', index: 3 } as const } };
    expect(withCheckpoint(chosen, '/other.onnx', star).question.target).toEqual({ ...starByName, otherwise: 'top1' });
    expect(withCheckpoint(chosen, '/other.onnx', { ...star, label: null }).question.target).toEqual({ kind: 'top1' });
    expect(withCheckpoint(chosen, '/other.onnx').question.target).toEqual({ kind: 'top1' });
  });

  it('changes places with a checkpoint that it was compared with', () => {
    const compared = { ...state, comparisons: [{ key: 'row-1', change: early }] };
    expect(withCheckpoint(compared, '/early.onnx').comparisons).toEqual([
      { key: 'row-1', change: { kind: 'checkpoint', checkpoint: '/net.onnx' } },
    ]);
  });
});

describe('withMethods', () => {
  it('keeps all cards of methods that stay and names the new ones', () => {
    const changed = withMethods(state, ['gradient', 'grad-cam']);
    expect(changed.added).toEqual(['gradient']);
    expect(changed.state.cards).toEqual([cardFor('gradient'), state.cards[1]]);
    expect(methodsOf(changed.state)).toEqual(['gradient', 'grad-cam']);
  });

  it('finds another key where a card of another method has the usual one', () => {
    const odd = { ...state, cards: [{ key: 'gradient', method: 'grad-cam' }] };
    const { state: changed, added } = withMethods(odd, ['grad-cam', 'gradient']);
    expect(changed.cards).toEqual([odd.cards[0], { key: added[0], method: 'gradient' }]);
    expect(added[0]).not.toBe('gradient');
  });
});

describe('withComparisons', () => {
  it('adds a row for each change, and a shared scale with the first', () => {
    const once = withComparisons(state, [circle], known);
    expect(once.comparisons).toEqual([{ key: 'row-1', change: circle }]);
    expect(once.display.scale).toBe('shared');
    const own = { ...once, display: defaultDisplay };
    const twice = withComparisons(own, [{ kind: 'layer', layer: 'relu1' }], known);
    expect(twice.comparisons.map(({ key }) => key)).toEqual(['row-1', 'row-2']);
    expect(twice.display.scale).toBe('own');
  });

  it('adds no row for what is asked already', () => {
    const changes: Change[] = [
      { kind: 'target', target: { kind: 'index', index: 3 } },
      { kind: 'layer', layer: 'relu9' },
      { kind: 'checkpoint', checkpoint: '/net.onnx' },
      { kind: 'image', image: 'file:///cat.png' },
      circle,
      circle,
    ];
    expect(withComparisons(state, changes, known).comparisons).toEqual([{ key: 'row-1', change: circle }]);
  });

  it('asks other checkpoints and images for the class that this one found', () => {
    expect(withComparisons(state, [early], known).question.target).toEqual(starByName);
    expect(withComparisons(state, [{ kind: 'image', image: 'file:///dog.png' }], known).question.target).toEqual(
      starByName,
    );
    expect(withComparisons(state, [circle], known).question.target).toEqual({ kind: 'top1' });
  });

  it('is undone by withoutComparison', () => {
    const both = withComparisons(state, [circle, early], known);
    expect(withoutComparison(both, 'row-1').comparisons.map(({ key }) => key)).toEqual(['row-2']);
    expect(withoutComparison(both, 'row-1').display.scale).toBe('shared');
    expect(withoutComparison(both)).toMatchObject({ comparisons: [], display: { scale: 'own' } });
    expect(
      withComparisons(withoutComparison(both, 'row-1'), [circle], known).comparisons.map(({ key }) => key),
    ).toEqual(['row-2', 'row-1']);
  });
});

describe('withQuestion', () => {
  it('asks for a class by its name beside another checkpoint', () => {
    const index = { ...state.question, target: { kind: 'index', index: 1 } as const };
    const labels = ['circle', 'square'];
    expect(withQuestion(state, index, state.cards, labels).question.target).toEqual(index.target);
    const compared = { ...state, comparisons: [{ key: 'row-1', change: early }] };
    expect(withQuestion(compared, index, state.cards, labels).question.target).toEqual({
      kind: 'class',
      index: 1,
      label: 'square',
    });
    expect(withQuestion(compared, index, state.cards, null).question.target).toEqual(index.target);
  });

  it('changes places with the class that it was compared with', () => {
    const compared = { ...state, comparisons: [{ key: 'row-1', change: circle }] };
    const asked = { ...state.question, target: { kind: 'index', index: 0 } as const };
    expect(withQuestion(compared, asked, state.cards, null).comparisons).toEqual([
      { key: 'row-1', change: { kind: 'target', target: { kind: 'top1' } } },
    ]);
  });
});

describe('allCards', () => {
  const keys = (changes: readonly Change[]) =>
    allCards(withComparisons(state, changes, known), (method) => method === 'grad-cam').map(({ key }) => key);

  it('gives each comparison the cards that it changes', () => {
    expect(keys([circle])).toEqual(['smoothgrad', 'grad-cam', 'row-1/smoothgrad', 'row-1/grad-cam']);
    expect(keys([{ kind: 'layer', layer: 'relu1' }])).toEqual(['smoothgrad', 'grad-cam', 'row-1/grad-cam']);
    const parameters: Change = { kind: 'parameters', card: 'smoothgrad', parameters: { samples: 50 } };
    expect(keys([parameters])).toEqual(['smoothgrad', 'grad-cam', 'row-1/smoothgrad']);
    const cards = allCards(withComparisons(state, [parameters], known), () => true);
    expect(cards.at(-1)).toEqual({
      key: 'row-1/smoothgrad',
      method: 'smoothgrad',
      parameters: { samples: 50 },
      question: state.question,
    });
  });
});

describe('withPinned', () => {
  const attribution = {
    key: 'grad-cam',
    method: 'grad-cam',
    preset: null,
    parameters: { relu: true },
    layer: 'relu5',
  } as unknown as Attribution;
  const shown: Explanation = {
    ...known,
    cards: [{ ...emptyCard(state.cards[1]!), phase: 'done', attribution }],
  };
  const pinned = withPinned(state, 'grad-cam', shown);

  it('keeps the map with all that made it, by names that stay', () => {
    expect(pinned.pinned).toEqual([
      {
        key: 'pin-1',
        method: 'grad-cam',
        parameters: { relu: true },
        layer: 'relu5',
        question: { ...state.question, target: starByName },
      },
    ]);
    expect(allCards(pinned, () => true).at(-1)).toEqual(pinned.pinned[0]);
    expect(withoutPinned(pinned, 'pin-1').pinned).toEqual([]);
  });

  it('keeps a map from before as what it was', () => {
    const before = { attribution, question: state.question };
    const stale = { ...shown, cards: [{ ...emptyCard<string>(state.cards[1]!), before }] };
    expect(withPinned(state, 'grad-cam', stale).pinned).toEqual(pinned.pinned);
  });

  it('refuses a card that shows nothing', () => {
    expect(() => withPinned(state, 'grad-cam', known)).toThrow('Only a card with a finished map can be pinned.');
  });
});
