import { describe, expect, it } from 'vitest';
import { emptyExplanation } from '../../shared/explanation/explanation';
import type { PanelSetup, PanelState } from '../../shared/protocol/panel';
import { cardFor } from '../../shared/question/card';
import { defaultDisplay } from '../../shared/rendering/display';
import type { MethodInfo } from '../../shared/results/attribution';
import { initialPage, type PageAction, type PageState } from './pageState';
import { reduce } from './reduce';

const panel: PanelState = {
  id: 'p',
  question: { image: 'file:///a.png', checkpoint: '/m.onnx', target: { kind: 'top1' } },
  cards: [cardFor('a'), { key: 'a-2', method: 'a', layer: 'relu' }, cardFor('unknown')],
  comparisons: [],
  pinned: [],
  display: defaultDisplay,
};
const setup: PanelSetup = {
  state: panel,
  explanation: emptyExplanation(panel.question, panel.cards),
  imageName: 'a.png',
  methods: [{ id: 'a' } as MethodInfo],
  strings: {},
};
const play = (...actions: PageAction[]): PageState => actions.reduce(reduce, initialPage);
const start = (id: string, question = panel.question): PageAction => ({
  kind: 'event',
  event: { kind: 'run', id, question, cards: panel.cards, keys: ['a', 'a-2'] },
});

describe('reduce', () => {
  it('hears nothing before it is set up', () => {
    expect(play(start('r'))).toBe(initialPage);
  });

  it('takes over what a run asks, and forgets what was said before', () => {
    const question = { ...panel.question, layer: 'relu' };
    const said: PageAction = { kind: 'message', message: { kind: 'done', text: 'Saved.' } };
    const state = play({ kind: 'setup', setup }, said, start('r', question));
    expect(state.panel).toEqual({ ...panel, question });
    expect(state.message).toBeNull();
    expect(state.explanation?.run).toMatchObject({ id: 'r', phase: 'running' });
  });

  it('stays the same for messages of another run', () => {
    const state = play({ kind: 'setup', setup }, start('r'));
    const late = { kind: 'ended', id: 'older', seconds: 1, cancelled: true } as const;
    expect(reduce(state, { kind: 'event', event: late })).toBe(state);
  });

  it('takes over the panel that the host tells of, but how maps are drawn stays its own, except for the scale', () => {
    const display = { ...defaultDisplay, opacity: 0.2 };
    const comparisons = [{ key: 'row-1', change: { kind: 'checkpoint', checkpoint: '/n.onnx' } }] as const;
    const told = { ...panel, comparisons, display: { ...defaultDisplay, scale: 'shared' } } as const;
    const state = play({ kind: 'setup', setup }, { kind: 'display', display }, { kind: 'panel', panel: told });
    expect(state.panel).toEqual({ ...told, display: { ...display, scale: 'shared' } });
    expect(play({ kind: 'panel', panel: told })).toBe(initialPage);
  });

  it('does not take cards with a question of their own for the panel’s', () => {
    const beside = { key: 'row-1/a', method: 'a', question: { ...panel.question, checkpoint: '/n.onnx' } };
    const run = { kind: 'run', id: 'r', question: panel.question, cards: [...panel.cards, beside], keys: [] } as const;
    expect(play({ kind: 'setup', setup }, { kind: 'event', event: run }).panel?.cards).toEqual(panel.cards);
  });

  it('keeps its own display settings when a run begins', () => {
    const display = { ...defaultDisplay, opacity: 0.2 };
    const state = play({ kind: 'setup', setup }, { kind: 'display', display }, start('r'));
    expect(state.panel?.display).toBe(display);
  });
});
