export type PreprocessingPreset = 'torchvision' | 'keras-tf' | 'keras-caffe' | 'raw-0-255' | 'zero-one' | 'custom';
export type ResizeRule = 'stretch' | 'shorter-side-and-centre-crop';
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3';

/**
 * How an image becomes the model's input. Value of channel c: (pixel[0..255] · scale − mean[c]) / std[c], in `channelOrder`
 * (mean and std are listed in that order too).
 */
export interface Preprocessing {
  readonly preset: PreprocessingPreset;
  /** Model-input size in pixels. */
  readonly width: number;
  readonly height: number;
  readonly resize: ResizeRule;
  /** For `shorter-side-and-centre-crop`: length of the shorter side before the crop (256 for torchvision's 224). */
  readonly shorterSide?: number;
  readonly interpolation: Interpolation;
  /** `grey` for one-channel models: luma (ITU-R 601-2). */
  readonly channelOrder: 'rgb' | 'bgr' | 'grey';
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A preprocessing as files and metadata state it: a preset, a preset with some fields replaced, or the fields of a custom one. */
export type PreprocessingSpec = PreprocessingPreset | Partial<Preprocessing>;

/** A preprocessing with the reason it was chosen, in words ("from whylight.json beside the checkpoint", "guessed: …"). */
export interface FoundPreprocessing {
  readonly preprocessing: Preprocessing;
  readonly how: string;
  /** True when nothing in or beside the checkpoint says it. */
  readonly guessed: boolean;
}

/** `whylight.json`, kept beside a checkpoint. Every field is optional; the file may also hold one such object per checkpoint under `checkpoints`. */
export interface WhylightFile extends CheckpointNotes {
  readonly $schema?: string;
  /** Per-checkpoint notes by file name; they win over the top-level ones. */
  readonly checkpoints?: Readonly<Record<string, CheckpointNotes>>;
}

export interface CheckpointNotes {
  /** A preset by name, or a preset with overridden fields, or all fields of a custom one. */
  readonly preprocessing?: PreprocessingSpec;
  /** Labels in class order, or the name of a text file (one label a line) in the same folder. */
  readonly labels?: readonly string[] | string;
  /** Name of the value that holds the logits, when detection is wrong. */
  readonly logits?: string;
  /** Default target layer. */
  readonly layer?: string;
  /** Of a model with several answers for an image: which is explained, as `parseOutput` reads it. */
  readonly output?: string;
}
