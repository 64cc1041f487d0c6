import type { ExplainEvent } from '../../shared/explanation/events';
import type { PanelHostNotifications, PanelState } from '../../shared/protocol/panel';
import type { MethodInfo } from '../../shared/results/attribution';
import type { Card, PageAction, PageState, Run } from './pageState';

/** The next state of the page. Pure; messages of an older run leave the state as it is. */
export function reduce(state: PageState, action: PageAction): PageState {
  switch (action.kind) {
    case 'setup':
      return {
        ...state,
        setup: action.setup,
        panel: action.setup.state,
        cards: layOutCards(action.setup.state, action.setup.methods, state.cards, []),
      };
    case 'run':
      return startRun(state, action.run);
    case 'event':
      return isCurrent(state, action.event.id) ? applyEvent(state, action.event) : state;
    case 'ended':
      return isCurrent(state, action.ended.id) ? endRun(state, action.ended) : state;
    case 'display':
      return state.panel === null ? state : { ...state, panel: { ...state.panel, display: action.display } };
    case 'saving':
      return { ...state, saving: true, message: null };
    case 'message':
      return { ...state, saving: false, message: action.message };
  }
}

function isCurrent(state: PageState, id: string): boolean {
  return state.run?.id === id && state.run.phase === 'running';
}

function startRun(state: PageState, run: PanelHostNotifications['run']): PageState {
  // The display controls belong to the page: what the host knows of them may be older.
  const panel = { ...run.state, display: state.panel?.display ?? run.state.display };
  const before = state.panel?.question;
  const sameSubject = before?.image === panel.question.image && before.checkpoint === panel.question.checkpoint;
  return {
    ...state,
    panel,
    prediction: sameSubject ? state.prediction : null,
    run: { id: run.id, phase: 'running', stage: null, seconds: 0, error: null, cut: null, only: run.only },
    cards: layOutCards(panel, state.setup?.methods ?? [], sameSubject ? state.cards : [], run.only),
    // The host tells again what still holds.
    findings: run.only.length === panel.methods.length ? [] : state.findings,
    message: null,
  };
}

/** One card for each chosen method; those named in `clear` and new ones start empty, the others stay as they are. */
function layOutCards(
  panel: PanelState,
  methods: readonly MethodInfo[],
  earlier: readonly Card[],
  clear: readonly string[],
): readonly Card[] {
  const cards: Card[] = [];
  for (const request of panel.methods) {
    const info = methods.find((each) => each.id === request.id);
    if (info === undefined) continue;
    const before = earlier.find((each) => each.info.id === request.id);
    if (before === undefined || clear.includes(request.id)) cards.push({ ...emptyCard, info, request });
    // Nobody computes it any more: the run that would have is superseded.
    else if (isPending(before) && clear.length > 0) cards.push({ ...before, info, request, phase: 'cancelled' });
    else cards.push({ ...before, info, request });
  }
  return cards;
}

const emptyCard: Omit<Card, 'info' | 'request'> = {
  phase: 'waiting',
  progress: null,
  partial: null,
  attribution: null,
  failure: null,
};

export function isPending(card: Card): boolean {
  return card.phase === 'waiting' || card.phase === 'running';
}

function applyEvent(state: PageState, event: ExplainEvent): PageState {
  switch (event.kind) {
    case 'stage':
      return { ...state, run: { ...(state.run as Run), stage: event.text } };
    case 'prediction':
      return { ...state, prediction: event.prediction, run: { ...(state.run as Run), stage: null } };
    case 'started':
      return withCard(state, event.method, () => ({ phase: 'running' }));
    case 'progress':
      return withCard(state, event.method, (card) => ({
        phase: 'running',
        progress: { done: event.done, total: event.total },
        partial: event.partial ?? card.partial,
      }));
    case 'result':
      return withCard(state, event.attribution.method, () => ({
        phase: 'done',
        progress: null,
        partial: null,
        attribution: event.attribution,
        failure: null,
      }));
    case 'failed':
      return withCard(state, event.method, () => ({ phase: 'failed', progress: null, failure: event.message }));
    case 'findings':
      return { ...state, findings: event.findings };
  }
}

function withCard(state: PageState, method: string, change: (card: Card) => Partial<Card>): PageState {
  return {
    ...state,
    cards: state.cards.map((card) => (card.info.id === method ? { ...card, ...change(card) } : card)),
  };
}

function endRun(state: PageState, ended: PanelHostNotifications['ended']): PageState {
  const failed = ended.error !== undefined && !ended.cancelled;
  const phase = ended.cancelled ? 'cancelled' : failed ? 'failed' : 'done';
  return {
    ...state,
    run: {
      ...(state.run as Run),
      phase,
      stage: null,
      seconds: ended.seconds,
      error: failed ? ended.error : null,
      cut: ended.cut ?? null,
    },
    cards: state.cards.map((card) =>
      isPending(card) ? { ...card, phase: ended.cancelled ? 'cancelled' : 'failed', progress: null } : card,
    ),
  };
}
