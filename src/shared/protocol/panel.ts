import type { Explanation, ExplanationEvent } from '../explanation/explanation';
import type { CardRequest } from '../question/card';
import type { Preprocessing } from '../question/preprocessing';
import type { Question } from '../question/question';
import type { DisplayOptions } from '../rendering/display';
import type { MethodInfo } from '../results/attribution';

/** What a panel shows, enough to build it again after a window reload. Images are named by their Uris. */
export interface PanelState {
  /** The panel's own: two panels may show one image. */
  readonly id: string;
  readonly question: Question<string>;
  readonly cards: readonly CardRequest<string>[];
  readonly display: DisplayOptions;
}

/** Everything the page needs at start; all words come from here so that they can be translated in the host. */
export interface PanelSetup {
  readonly state: PanelState;
  /** All that happened so far; what the host tells from now on takes it forward. */
  readonly explanation: Explanation;
  readonly imageName: string;
  readonly checkpointName: string;
  readonly methods: readonly MethodInfo[];
  /** Words of the page by key, already in the user's language; `{0}` marks a placeholder. */
  readonly strings: Readonly<Record<string, string>>;
}

/** Requests from the page to the host: name → [params, result]. */
export interface PanelRequests {
  /** First message of a fresh page. */
  ready: [undefined, PanelSetup];
  /** Explain again: all cards (another class, layer or checkpoint) or only those with the keys in `only`. */
  explain: [
    {
      readonly question: Question<string>;
      readonly cards: readonly CardRequest<string>[];
      readonly only?: readonly string[];
    },
    null,
  ];
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
  event: ExplanationEvent;
  /** Another instruction from a command. */
  command: { readonly name: 'save' };
}
