import type { ExplanationEvent } from '../../shared/explanation/explanation';
import { reduceExplanation } from '../../shared/explanation/reduce';
import type { PanelState } from '../../shared/protocol/panel';
import type { PageAction, PageState } from './pageState';

/** The next state of the page. Pure; messages of an older run leave the state as it is. */
export function reduce(state: PageState, action: PageAction): PageState {
  switch (action.kind) {
    case 'setup': {
      const { setup } = action;
      return { ...state, setup, panel: setup.state, explanation: setup.explanation };
    }
    case 'panel':
      return state.panel === null ? state : { ...state, panel: withOwnDisplay(action.panel, state.panel) };
    case 'event':
      return hear(state, action.event);
    case 'display':
      return state.panel === null ? state : { ...state, panel: { ...state.panel, display: action.display } };
    case 'saving':
      return { ...state, saving: true, message: null };
    case 'message':
      return { ...state, saving: false, message: action.message };
  }
}

/**
 * How the maps are drawn is the page's own: what the host says of it may be older than the last move of a slider. But a first comparison
 * brings the shared scale with it.
 */
function withOwnDisplay(told: PanelState, { display }: PanelState): PanelState {
  const { scale } = told.display;
  return { ...told, display: display.scale === scale ? display : { ...display, scale } };
}

function hear(state: PageState, event: ExplanationEvent): PageState {
  if (state.explanation === null || state.panel === null) return state;
  const explanation = reduceExplanation(state.explanation, event);
  if (explanation === state.explanation) return state;
  if (event.kind !== 'run') return { ...state, explanation };
  const { question } = event;
  const cards = event.cards.filter((card) => card.question === undefined);
  return { ...state, explanation, panel: { ...state.panel, question, cards }, message: null };
}
