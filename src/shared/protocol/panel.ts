import type { ExplainEvent } from '../explanation/events';
import type { Preprocessing } from '../question/preprocessing';
import type { Question } from '../question/question';
import type { DisplayOptions } from '../rendering/display';
import type { MethodInfo, MethodRequest } from '../results/attribution';

/** What a panel shows, enough to build it again after a window reload. */
export interface PanelState {
  /** The image is named by its Uri. */
  readonly question: Question<string>;
  readonly methods: readonly MethodRequest[];
  readonly display: DisplayOptions;
}

/** Everything the page needs at start; all words come from here so that they can be translated in the host. */
export interface PanelSetup {
  readonly state: PanelState;
  readonly imageName: string;
  readonly checkpointName: string;
  readonly methods: readonly MethodInfo[];
  /** Words of the page by key, already in the user's language; `{0}` marks a placeholder. */
  readonly strings: Readonly<Record<string, string>>;
}

/** Requests from the page to the host: name → [params, result]. */
export interface PanelRequests {
  /** First message of a fresh page; the host then starts (or replays) the explanation. */
  ready: [undefined, PanelSetup];
  /** Explain again: all methods (another class, layer or checkpoint) or only those named. */
  explain: [
    {
      readonly question: Question<string>;
      readonly methods: readonly MethodRequest[];
      readonly only?: readonly string[];
    },
    null,
  ];
  cancel: [undefined, null];
  /** Writes the files of the shown explanation; answers the folder's name, or null when the user gave up. */
  save: [
    { readonly display: DisplayOptions; readonly methods?: readonly string[] },
    { readonly folder: string } | null,
  ];
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
  /** A run begins: the page clears the cards of the methods named. */
  run: { readonly id: string; readonly state: PanelState; readonly only: readonly string[] };
  event: ExplainEvent;
  /** The run ended. `error` is one sentence when it failed as a whole. */
  ended: {
    readonly id: string;
    readonly seconds: number;
    readonly cancelled: boolean;
    readonly error?: string;
    /** With an unsupported operator: a value that can be explained in place of the logits. */
    readonly cut?: string;
  };
  /** Another instruction from a command: save, focus. */
  command: { readonly name: 'save' };
}
