import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { PanelHostNotifications, PanelSetup, PanelState } from '../../shared/protocol/panel';
import type { DisplayOptions } from '../../shared/rendering/display';
import type { Attribution, MethodInfo, MethodRequest, RawMap } from '../../shared/results/attribution';
import type { Finding } from '../../shared/results/health';

export type CardPhase = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** One method's card. */
export interface Card {
  readonly info: MethodInfo;
  readonly request: MethodRequest;
  readonly phase: CardPhase;
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** An unfinished map, when the method sends one. */
  readonly partial: RawMap | null;
  readonly attribution: Attribution | null;
  /** Why it failed, in one sentence from the engine; null when the run around it ended. */
  readonly failure: string | null;
}

export type RunPhase = 'idle' | 'running' | 'done' | 'cancelled' | 'failed';

export interface Run {
  readonly id: string;
  readonly phase: RunPhase;
  /** What the engine is doing before the first method starts. */
  readonly stage: string | null;
  readonly seconds: number;
  /** One sentence when the run failed as a whole. */
  readonly error: string | null;
  /** A value that can be explained in place of the logits, when an unsupported operator ended the run. */
  readonly cut: string | null;
  /** Methods of this run; the others keep their earlier results. */
  readonly only: readonly string[];
}

/** Everything the page shows, apart from the cursor and open disclosures. */
export interface PageState {
  readonly setup: PanelSetup | null;
  /** What the host keeps to build the panel again; null until `ready` is answered. */
  readonly panel: PanelState | null;
  readonly prediction: Prediction | null;
  readonly run: Run | null;
  readonly cards: readonly Card[];
  /** What the runs told of the network's health, the gravest first. */
  readonly findings: readonly Finding[];
  /** A passing message: the outcome of a save, a request that failed. */
  readonly message: { readonly kind: 'done' | 'failed'; readonly text: string } | null;
  readonly saving: boolean;
}

export type PageAction =
  | { readonly kind: 'setup'; readonly setup: PanelSetup }
  | { readonly kind: 'run'; readonly run: PanelHostNotifications['run'] }
  | { readonly kind: 'event'; readonly event: ExplainEvent }
  | { readonly kind: 'ended'; readonly ended: PanelHostNotifications['ended'] }
  | { readonly kind: 'display'; readonly display: DisplayOptions }
  | { readonly kind: 'saving' }
  | { readonly kind: 'message'; readonly message: PageState['message'] };

export const initialPage: PageState = {
  setup: null,
  panel: null,
  prediction: null,
  run: null,
  cards: [],
  findings: [],
  message: null,
  saving: false,
};
