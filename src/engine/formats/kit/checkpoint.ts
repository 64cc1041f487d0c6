import type { Graph } from '../../graph/ir/graph';

/** What a reader makes of a checkpoint. */
export interface Checkpoint {
  readonly format: string;
  /** Who wrote it, e.g. `pytorch 2.13.0`; empty when it does not say. */
  readonly producer: string;
  /** Operators that no rule knows are kept under their names, those of other domains as `domain::Operator`. */
  readonly graph: Graph;
  /** Free key–value notes of the checkpoint. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Size of the checkpoint with the files that its weights lie in. */
  readonly bytes: number;
  /** What was changed on import, in sentences. */
  readonly notes: readonly string[];
  /** Facts of the format, such as its version, for people. */
  readonly details: Readonly<Record<string, string>>;
}
