import type { Explanation, ExplanationEvent } from '../../shared/explanation/explanation';
import type { PanelSetup, PanelState } from '../../shared/protocol/panel';
import type { DisplayOptions } from '../../shared/rendering/display';

/** Everything the page shows, apart from the cursor and what is opened. */
export interface PageState {
  readonly setup: PanelSetup | null;
  /** What the host keeps to build the panel again; null until `ready` is answered. */
  readonly panel: PanelState | null;
  /** What the host told so far; null until `ready` is answered. */
  readonly explanation: Explanation | null;
  /** A passing message: the outcome of a save, a request that failed. */
  readonly message: { readonly kind: 'done' | 'failed'; readonly text: string } | null;
  readonly saving: boolean;
}

export type PageAction =
  | { readonly kind: 'setup'; readonly setup: PanelSetup }
  | { readonly kind: 'panel'; readonly panel: PanelState }
  | { readonly kind: 'event'; readonly event: ExplanationEvent }
  | { readonly kind: 'display'; readonly display: DisplayOptions }
  | { readonly kind: 'saving' }
  | { readonly kind: 'message'; readonly message: PageState['message'] };

export const initialPage: PageState = {
  setup: null,
  panel: null,
  explanation: null,
  message: null,
  saving: false,
};
