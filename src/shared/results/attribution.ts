/** A parameter's value: what a number field, a tick box or a drop-down holds. */
export type ParameterValue = number | boolean | string;
export type Parameters = Record<string, ParameterValue>;

/** How one parameter of a method is named, edited and checked. */
export interface ParameterInfo {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'choice';
  readonly default: ParameterValue;
  readonly minimum?: number;
  readonly maximum?: number;
  /** For `choice`: the allowed values, with a word on each. */
  readonly choices?: readonly { readonly value: string; readonly description: string }[];
}

/** A named set of parameter values that reproduces a published library's numbers. */
export interface PresetInfo {
  /** `pair`, `captum`, `torchcam`, `pytorch-grad-cam`, `tf-explain` or `tf-keras-vis`. */
  readonly name: string;
  readonly title: string;
  /** What the library does differently from the paper, in one sentence. */
  readonly description: string;
  readonly parameters: Readonly<Parameters>;
}

/** A method as the panel, the command line and the documentation present it. */
export interface MethodInfo {
  readonly id: string;
  readonly title: string;
  readonly family: 'gradient' | 'path' | 'cam' | 'perturbation';
  /** Two or three sentences: what the map shows and what to beware of. */
  readonly description: string;
  /** The formula in plain text. */
  readonly formula: string;
  readonly source: { readonly paper: string; readonly url: string };
  /** The cost in words, e.g. "one gradient" or "samples × gradient". */
  readonly cost: string;
  readonly needsLayer: boolean;
  readonly parameters: readonly ParameterInfo[];
  readonly presets: readonly PresetInfo[];
}

/** A raw map, before any normalisation or colour. */
export interface RawMap {
  /** Row-major H×W (channels 1) or H×W×C, float32, in model-input pixels. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** What a method found, with everything needed to reproduce it. */
export interface Attribution {
  /** Key of the card that asked for it. */
  readonly key: string;
  /** Method id. */
  readonly method: string;
  readonly preset: string | null;
  /** All parameters as used. */
  readonly parameters: Readonly<Parameters>;
  /** The target layer's name, or null when the method has none. */
  readonly layer: string | null;
  readonly map: RawMap;
  /** Wall time of this method in seconds. */
  readonly seconds: number;
  /** Images sent forward, and images sent forward and backward, for this method (shared passes are counted by each method that used them). */
  readonly evaluations: { readonly forward: number; readonly gradient: number };
  /** Smallest and largest finite raw value. */
  readonly min: number;
  readonly max: number;
  /** Σ map − (S(x) − S(baseline)), for methods with a completeness axiom. */
  readonly convergenceDelta?: number;
  /** S(x) − S(baseline), which the convergence delta is measured against; present with it. */
  readonly scoreDifference?: number;
  /** Findings in words: blank map, NaN, all negative, poor convergence … */
  readonly notes: readonly string[];
}

export interface ClassScore {
  readonly index: number;
  readonly label: string | null;
  readonly logit: number;
  /** Softmax (or sigmoid, for one-logit models) of the logits, 0..1. */
  readonly probability: number;
}

/** All classes of a model, for one image. */
export interface ClassList {
  readonly count: number;
  /** By class index, 0..1; null of more than {@link listedClasses} classes. */
  readonly probabilities: Float32Array | null;
  /** By class index; null when nothing says them, and of more than {@link listedClasses} classes. */
  readonly labels: readonly string[] | null;
}

/** The most classes that are sent to be listed and searched by name. */
export const listedClasses = 100_000;

/** Which part of the image the model saw, in pixels of the upright image. */
export interface ImageRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An upright 8-bit sRGB image. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Row-major RGB, 3 bytes a pixel. */
  readonly data: Uint8Array;
}
