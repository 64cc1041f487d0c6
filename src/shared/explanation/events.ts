import type { ChosenOutput } from '../question/output';
import type { Preprocessing } from '../question/preprocessing';
import type { Attribution, ClassList, ClassScore, ImageRegion, RawMap, RgbImage } from '../results/attribution';
import type { Finding } from '../results/health';
import type { ChosenLayer, LayerInfo } from '../results/layers';

/** A preprocessing that the model may have been trained with, and its five most probable classes under it. */
export interface PreprocessingAlternative {
  readonly preprocessing: Preprocessing;
  readonly top5: readonly ClassScore[];
}

/** Everything about one explanation that is known before any method has run. */
export interface Prediction {
  readonly model: {
    readonly path: string;
    readonly format: string;
    readonly sha256: string;
    readonly layers: readonly LayerInfo[];
  };
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
  readonly classes: ClassList;
  /** Where the labels come from, in words ("from whylight.json beside the checkpoint"); null without labels. */
  readonly labelsHow: string | null;
  /** True when nothing names the classes and the labels are a guess by their number; absent otherwise. */
  readonly labelsGuessed?: boolean;
  readonly target: ClassScore;
  /** Which answer is explained, of a model that gives several for an image. */
  readonly output?: ChosenOutput;
  readonly layer: ChosenLayer | null;
  /** The upright image for display, at most 1600 pixels on its longer side. */
  readonly pixels: RgbImage;
  /** The part of the upright image that the model saw, in the image's own pixels (see `imageSize`), which may be more than the image's. */
  readonly region: ImageRegion;
  /** Size of the upright image itself. */
  readonly imageSize: { readonly width: number; readonly height: number };
  readonly notes: readonly string[];
  /** Absolute paths of the files, there or not, whose change makes this out of date; the image is not among them. */
  readonly dependsOn: readonly string[];
}

/** Sent by the engine while an `explain` request runs; `id` is the request's, `key` a card's. */
export type ExplainEvent =
  /** Its turn has come: until then it waits for other requests, as a stage says. */
  | { readonly id: string; readonly kind: 'begun' }
  | { readonly id: string; readonly kind: 'stage'; readonly text: string }
  | {
      readonly id: string;
      readonly kind: 'prediction';
      /** Keys of the cards that it holds for; that of the run's own question comes first, even when no card asks it. */
      readonly cards: readonly string[];
      readonly prediction: Prediction;
    }
  | { readonly id: string; readonly kind: 'started'; readonly key: string }
  | {
      readonly id: string;
      readonly kind: 'progress';
      readonly key: string;
      readonly done: number;
      readonly total: number;
      readonly partial?: RawMap;
    }
  | { readonly id: string; readonly kind: 'result'; readonly attribution: Attribution }
  | { readonly id: string; readonly kind: 'failed'; readonly key: string; readonly message: string }
  /** A question of its own that these cards brought could not be answered, so none of them gets a result; one sentence. */
  | { readonly id: string; readonly kind: 'unanswered'; readonly cards: readonly string[]; readonly message: string }
  /** After the methods, when there are any: what they got from the model tells of its health. `cards` as with the prediction. */
  | {
      readonly id: string;
      readonly kind: 'findings';
      readonly cards: readonly string[];
      readonly findings: readonly Finding[];
    };
