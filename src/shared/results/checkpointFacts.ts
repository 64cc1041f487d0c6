/** What a list of checkpoints tells of each, found without reading its weights. */
export interface CheckpointFacts {
  /** Absolute, as it was asked for. */
  readonly path: string;
  /** Its format's title; null for what no reader takes. */
  readonly format: string | null;
  readonly architecture: { readonly name: string; readonly guessed: boolean } | null;
  /** Number of classes, where the last layer tells. */
  readonly classes: number | null;
  /** Of all its files, as far as they can be told by their names. */
  readonly bytes: number;
  /** When it was written, in milliseconds since 1970. */
  readonly modified: number;
  /** Why it cannot be opened, to follow “it is” or as a sentence; null when it can. */
  readonly problem: string | null;
  /** False for what nobody calls a checkpoint, such as a settings file. */
  readonly isCheckpoint: boolean;
}
