import type { FailureKind } from '../errors';
import type { FoundPreprocessing, Preprocessing } from '../question/preprocessing';
import type { DisplayOptions } from '../rendering/display';
import type {
  Attribution,
  ClassScore,
  ImageRegion,
  MethodInfo,
  MethodRequest,
  RawMap,
  RgbImage,
} from '../results/attribution';
import type { Finding, HealthReport } from '../results/health';

/** Which class to explain: the most probable one, an index, or a label (exact, then unique case-insensitive part). */
export type TargetRequest =
  | { readonly kind: 'top1' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'label'; readonly label: string };

export interface LayerInfo {
  /** The name users give: the value's name in the source format. */
  readonly name: string;
  /** The operator that computes it, e.g. `Conv`. */
  readonly operator: string;
  /** Shape with the batch left out, e.g. [256, 7, 7]. */
  readonly shape: readonly number[];
  /** True when it has spatial extent, so that a class activation map can be drawn from it. */
  readonly spatial: boolean;
  /** What cuts its values off at 0, where something does: a quantisation may do the work of a ReLU by its range. */
  readonly rectifier?: 'Relu' | 'Clip' | 'QuantizeLinear';
}

export interface ChosenLayer {
  readonly name: string;
  /** One sentence: why this layer. */
  readonly why: string;
}

/** What `inspect` tells of a checkpoint. */
export interface ModelSummary {
  readonly path: string;
  readonly format: string;
  readonly producer: string;
  readonly sha256: string;
  readonly bytes: number;
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
  readonly logits: { readonly name: string; readonly classes: number; readonly how: string } | null;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer: ChosenLayer | null;
  /** Operator → number of nodes, after import. */
  readonly operators: Readonly<Record<string, number>>;
  /** Number of weights. */
  readonly parameters: number;
  readonly preprocessing: FoundPreprocessing | null;
  readonly labels: { readonly count: number; readonly how: string; readonly names: readonly string[] } | null;
  readonly unsupported: readonly { readonly operator: string; readonly node: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

export interface ExplainParams {
  /** Chosen by the caller; events carry it. */
  readonly id: string;
  /** Absolute path of the checkpoint. */
  readonly checkpoint: string;
  readonly image: ImageSource;
  readonly methods: readonly MethodRequest[];
  readonly target: TargetRequest;
  readonly layer?: string;
  /** Overrides what is found in and beside the checkpoint. */
  readonly preprocessing?: Preprocessing;
  /** Name of the value that is explained; overrides what is found in and beside the checkpoint. */
  readonly logits?: string;
  readonly seed?: number;
  readonly runtime?: RuntimeChoice;
}

/** What a health check looks at. */
export interface HealthParams {
  /** Absolute path of the checkpoint. */
  readonly checkpoint: string;
  readonly image: ImageSource;
  readonly target: TargetRequest;
  /** The layer of the class activation maps; the default one when absent. */
  readonly layer?: string;
  readonly preprocessing?: Preprocessing;
  /** Name of the value that is explained; overrides what is found in and beside the checkpoint. */
  readonly logits?: string;
  readonly runtime?: RuntimeChoice;
}

export type ImageSource = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };
export type RuntimeChoice = 'auto' | 'onnxruntime' | 'tfjs';

/** A preprocessing that the model may have been trained with, and its five most probable classes under it. */
export interface PreprocessingAlternative {
  readonly preprocessing: Preprocessing;
  readonly top5: readonly ClassScore[];
}

/** Everything about one explanation that is known before any method has run. */
export interface Prediction {
  readonly model: Pick<ModelSummary, 'path' | 'format' | 'sha256' | 'layers'>;
  readonly runtime: { readonly id: string; readonly why: string };
  readonly input: {
    /** Shape of the model's input without the batch. */
    readonly size: readonly number[];
    readonly preprocessing: Preprocessing | null;
    readonly how: string;
    readonly guessed: boolean;
    /** When it was guessed: what the model says under each plausible preset, the one in use included; otherwise empty. */
    readonly alternatives: readonly PreprocessingAlternative[];
  };
  readonly top5: readonly ClassScore[];
  readonly target: ClassScore;
  readonly layer: ChosenLayer | null;
  /** The upright image for display, at most 1600 pixels on its longer side. */
  readonly pixels: RgbImage;
  /** The part of the upright image that the model saw, in the image's own pixels (see `imageSize`), which may be more than the image's. */
  readonly region: ImageRegion;
  /** Size of the upright image itself. */
  readonly imageSize: { readonly width: number; readonly height: number };
  readonly notes: readonly string[];
}

/** Sent by the engine while an `explain` request runs. */
export type ExplainEvent =
  | { readonly id: string; readonly kind: 'stage'; readonly text: string }
  | { readonly id: string; readonly kind: 'prediction'; readonly prediction: Prediction }
  | { readonly id: string; readonly kind: 'started'; readonly method: string }
  | {
      readonly id: string;
      readonly kind: 'progress';
      readonly method: string;
      readonly done: number;
      readonly total: number;
      readonly partial?: RawMap;
    }
  | { readonly id: string; readonly kind: 'result'; readonly attribution: Attribution }
  | { readonly id: string; readonly kind: 'failed'; readonly method: string; readonly message: string }
  /** After the methods, when there are any: what they got from the model tells of its health. */
  | { readonly id: string; readonly kind: 'findings'; readonly findings: readonly Finding[] };

export interface ExplainResult {
  readonly seconds: number;
  readonly finished: readonly string[];
  readonly failed: readonly string[];
}

/** A method's results as files: `<method>.png`, `<method>.npy`, `figure.png`, `result.json`. */
export interface EncodeParams {
  readonly image: ImageSource;
  /** `image` may be left out: the image is decoded again at its own size. */
  readonly prediction: Omit<Prediction, 'pixels'>;
  readonly attributions: readonly Attribution[];
  /** None when absent. */
  readonly findings?: readonly Finding[];
  readonly display: DisplayOptions;
  /** The seed of the methods that draw noise, for `result.json`; 0 when absent. */
  readonly seed?: number;
}

export interface EncodedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Requests from the extension host to the engine: name → [params, result]. Failures carry {@link FailureData}. */
export interface EngineRequests {
  methods: [undefined, readonly MethodInfo[]];
  versions: [undefined, Versions];
  inspect: [{ readonly checkpoint: string }, ModelSummary];
  explain: [ExplainParams, ExplainResult];
  /** Activations and gradients of every layer for one image. */
  checkHealth: [HealthParams, HealthReport];
  encode: [EncodeParams, readonly EncodedFile[]];
  /** Writes a preprocessing into the whylight.json beside the checkpoint and answers that file's path. Absent: the one in use now. */
  keepPreprocessing: [
    { readonly checkpoint: string; readonly preprocessing?: Preprocessing },
    { readonly path: string },
  ];
  /** Writes the name of the value to explain in place of the logits into the whylight.json beside the checkpoint; answers that file's path. */
  keepLogits: [{ readonly checkpoint: string; readonly logits: string }, { readonly path: string }];
}

/** Notifications from the engine to the extension host. */
export interface EngineNotifications {
  explainEvent: ExplainEvent;
  log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'; readonly message: string };
}

export interface Versions {
  readonly whylight: string;
  readonly node: string;
  readonly onnxruntime: string;
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
