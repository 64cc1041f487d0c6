import type { FailureKind } from '../errors';
import type { ExplainEvent, Prediction } from '../explanation/events';
import type { CardRequest } from '../question/card';
import type { FoundPreprocessing, Preprocessing } from '../question/preprocessing';
import type { ImageSource, Question } from '../question/question';
import type { DisplayOptions } from '../rendering/display';
import type { Answers } from '../results/answers';
import type { Attribution, MethodInfo } from '../results/attribution';
import type { CheckpointFacts } from '../results/checkpointFacts';
import type { Finding, HealthReport } from '../results/health';
import type { ChosenLayer, LayerInfo } from '../results/layers';

/** What `inspect` tells of a checkpoint. */
export interface ModelSummary {
  readonly path: string;
  readonly format: string;
  readonly producer: string;
  readonly sha256: string;
  /** Size of all its files. */
  readonly bytes: number;
  /** Its files, the one that names it first; `sha256` is over all of them. Names are relative to its folder, sizes in bytes. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | string)[];
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | string)[];
  }[];
  readonly logits: {
    readonly name: string;
    readonly classes: number;
    readonly how: string;
    /** Of a model that gives several answers for an image. */
    readonly answers?: Answers;
  } | null;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer: ChosenLayer | null;
  /** Operator → number of nodes, after import. */
  readonly operators: Readonly<Record<string, number>>;
  /**
   * Of a checkpoint that computes images as N×H×W×C: how many Transposes are left once its values were moved to N×C×H×W, and how many it would
   * take with one on either side of each operator that has its channels first. Null for others, and where no size is known.
   */
  readonly channelsLast: { readonly transposes: number; readonly unmoved: number } | null;
  /** Number of weights. */
  readonly parameters: number;
  readonly preprocessing: FoundPreprocessing | null;
  readonly labels: {
    readonly count: number;
    readonly how: string;
    /** True when nothing names the classes and only their number speaks for these. */
    readonly guessed: boolean;
    readonly names: readonly string[];
  } | null;
  readonly unsupported: readonly { readonly operator: string; readonly node: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

export interface ExplainParams {
  /** Chosen by the caller; events carry it. */
  readonly id: string;
  readonly question: Question;
  /** A card without a question asks the one above. */
  readonly cards: readonly CardRequest[];
  readonly seed?: number;
  /** `foreground` when absent. */
  readonly priority?: Priority;
}

/** Requests wait for each other; one of the foreground, somebody looks at its panel, goes before those of the background. */
export type Priority = 'foreground' | 'background';

export interface ExplainResult {
  readonly seconds: number;
  /** Keys of cards. */
  readonly finished: readonly string[];
  readonly failed: readonly string[];
}

/** A question's answer and the maps that explain it. */
export interface Explained {
  readonly image: ImageSource;
  /** Without the pixels for display: the image is decoded again at its own size. */
  readonly prediction: Omit<Prediction, 'pixels'>;
  readonly attributions: readonly Attribution[];
  /** None when absent. */
  readonly findings?: readonly Finding[];
}

/** Results as files: for each card an overlay (.png) and its raw map (.npy), then `figure.png` and `result.json`. */
export interface EncodeParams extends Explained {
  /** What cards with a question of their own gave; none when absent. */
  readonly others?: readonly Explained[];
  readonly display: DisplayOptions;
  /** The seed of the methods that draw noise, for `result.json`; 0 when absent. */
  readonly seed?: number;
  /** Chosen by the caller; the progress of writing carries it. */
  readonly id?: string;
  /** Overlays whose image is longer are written at this size, in pixels; at the image's own size when absent. */
  readonly longestSide?: number;
  /** Of the overlays; PNG when absent. The figure is a PNG always. */
  readonly format?: OverlayFormat;
}

export type OverlayFormat = 'png' | 'jpeg';

export interface EncodedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Requests from the extension host to the engine: name → [params, result]. Failures carry {@link FailureData}. */
export interface EngineRequests {
  methods: [undefined, readonly MethodInfo[]];
  versions: [undefined, Versions];
  inspect: [{ readonly checkpoint: string }, ModelSummary];
  /**
   * What a list tells of each path, in their order; `deep` also looks at the structure, for the architecture and the number of classes.
   * A caller that wants them one by one asks for a few at a time.
   */
  checkpointFacts: [{ readonly paths: readonly string[]; readonly deep: boolean }, readonly CheckpointFacts[]];
  explain: [ExplainParams, ExplainResult];
  /** Changes the priority of an explanation that waits for its turn; nothing happens where it does not wait. */
  prioritise: [{ readonly id: string; readonly priority: Priority }, null];
  /** Activations and gradients of every layer for one image. */
  checkHealth: [Question, HealthReport];
  encode: [EncodeParams, readonly EncodedFile[]];
  /** Writes a preprocessing into the whylight.json beside the checkpoint and answers that file's path. Absent: the one in use now. */
  keepPreprocessing: [
    { readonly checkpoint: string; readonly preprocessing?: Preprocessing },
    { readonly path: string },
  ];
  /** Writes the name of the value to explain in place of the logits into the whylight.json beside the checkpoint; answers that file's path. */
  keepLogits: [{ readonly checkpoint: string; readonly logits: string }, { readonly path: string }];
  /**
   * Writes labels into the whylight.json beside the checkpoint: the name of a file in the same folder, or the names of the classes in class
   * order. Answers that file's path.
   */
  keepLabels: [{ readonly checkpoint: string; readonly labels: string | readonly string[] }, { readonly path: string }];
  /** The names of classes in a file; `named` when a whylight.json beside the checkpoint can name the file instead of repeating them. */
  readLabels: [
    { readonly checkpoint: string; readonly file: string },
    { readonly names: readonly string[]; readonly named: boolean },
  ];
}

/** Notifications from the engine to the extension host. */
export interface EngineNotifications {
  explainEvent: ExplainEvent;
  /** Files of an `encode` request that are ready. */
  encodeProgress: { readonly id: string; readonly done: number; readonly total: number };
  log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'; readonly message: string };
}

export interface Versions {
  readonly whylight: string;
  readonly node: string;
  /** The runtime that was chosen. */
  readonly runtime: { readonly id: string; readonly version: string };
  readonly sharp: string;
}

/** The `data` of a JSON-RPC error. */
export interface FailureData {
  readonly kind: FailureKind | 'bug';
  /** Of an UnsupportedOperatorError. */
  readonly operator?: string;
  readonly node?: string;
  readonly cut?: string | null;
  readonly stack?: string;
}

/** JSON-RPC error codes of the engine and of the panel. */
export const failureCode = { expected: 1, bug: 2 } as const;
