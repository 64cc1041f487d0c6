import type { Card, Explanation, ExplanationEvent } from '../../shared/explanation/explanation';
import type { PanelSetup, PanelState } from '../../shared/protocol/panel';
import type { DisplayOptions } from '../../shared/rendering/display';
import type { MethodInfo } from '../../shared/results/attribution';

/** Everything the page shows, apart from the cursor and open disclosures. */
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

/** A card that the page can show, with what its method is. */
export interface ShownCard {
  readonly card: Card;
  readonly info: MethodInfo;
}

/** The cards of methods that the engine knows, in their order. */
export function shownCards({ setup, explanation }: PageState): ShownCard[] {
  return (explanation?.cards ?? []).flatMap((card) => {
    const info = setup?.methods.find(({ id }) => id === card.request.method);
    return info === undefined ? [] : [{ card, info }];
  });
}
