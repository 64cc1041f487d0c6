import type { Explanation, ExplanationEvent } from '../explanation/explanation';
import type { MethodRequest } from '../question/card';
import type { Change, Comparison, PinnedCard } from '../question/comparison';
import type { Preprocessing } from '../question/preprocessing';
import type { Question } from '../question/question';
import type { DisplayOptions } from '../rendering/display';
import type { MethodInfo } from '../results/attribution';

/** What a panel shows, enough to build it again after a window reload. Images are named by their Uris. */
export interface PanelState {
  /** The panel's own: two panels may show one image. */
  readonly id: string;
  readonly question: Question<string>;
  /** The cards that follow the question, in their order. */
  readonly cards: readonly MethodRequest[];
  /** Each stands in a row of its own below the panel's; its cards are those of `comparisonCards`. */
  readonly comparisons: readonly Comparison[];
  /** Cards that stay as they are while the question changes. */
  readonly pinned: readonly PinnedCard[];
  readonly display: DisplayOptions;
}

/** Everything the page needs at start; all words come from here so that they can be translated in the host. */
export interface PanelSetup {
  readonly state: PanelState;
  /** All that happened so far; what the host tells from now on takes it forward. */
  readonly explanation: Explanation;
  readonly imageName: string;
  readonly methods: readonly MethodInfo[];
  /** Words of the page by key, already in the user's language; `{0}` marks a placeholder. */
  readonly strings: Readonly<Record<string, string>>;
}

/** Requests from the page to the host: name → [params, result]. */
export interface PanelRequests {
  /** First message of a fresh page. */
  ready: [undefined, PanelSetup];
  /**
   * Asks this question (another class, layer or answer) or with these cards (other parameters). What is known already is not computed
   * again, but for the cards with the keys in `again`; `all` for every card.
   */
  explain: [
    {
      readonly question: Question<string>;
      readonly cards: readonly MethodRequest[];
      readonly again?: readonly string[] | 'all';
    },
    null,
  ];
  /** Adds a comparison. With `ask`, the host asks for what is missing; without a change, also for the kind. */
  compare: [
    { readonly change: Change } | { readonly ask: Change['kind'] | 'epochs' | null; readonly card?: string },
    null,
  ];
  /** Takes a comparison away; all of them without a key. */
  endComparison: [{ readonly key?: string }, null];
  /** Keeps a card, with the map it shows, while the question changes; `key` is that of any finished card. */
  pin: [{ readonly key: string }, null];
  unpin: [{ readonly key: string }, null];
  cancel: [undefined, null];
  /** Writes the files of all cards, or of those with the keys in `only`; answers the folder's name, or null when the user gave up. */
  save: [{ readonly display: DisplayOptions; readonly only?: readonly string[] }, { readonly folder: string } | null];
  chooseMethods: [undefined, null];
  chooseCheckpoint: [undefined, null];
  /** Keeps this preprocessing in whylight.json beside the checkpoint, and explains again with it. */
  keepPreprocessing: [{ readonly preprocessing: Preprocessing }, null];
  /** Opens whylight.json beside the checkpoint in an editor; writes it first when there is none. */
  editPreprocessing: [undefined, null];
  /** Keeps this value as the logits in whylight.json beside the checkpoint, and explains again up to it. */
  keepLogits: [{ readonly logits: string }, null];
  /** Lets the user choose a file with labels, keeps it in whylight.json beside the checkpoint, and explains again with it. */
  chooseLabels: [undefined, null];
  /** Checks the gradients of all layers for this image, checkpoint and class, and shows the report. */
  checkHealth: [undefined, null];
  showLog: [undefined, null];
  openSource: [{ readonly url: string }, null];
}

/** Notifications from the page to the host. */
export interface PanelPageNotifications {
  stateChanged: PanelState;
}

/** Notifications from the host to the page. */
export interface PanelHostNotifications {
  /** What the panel shows has changed: the run that follows is about this. */
  state: PanelState;
  event: ExplanationEvent;
  /** Another instruction from a command. */
  command: { readonly name: 'save' };
}
