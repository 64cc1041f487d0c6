import type { PreprocessingSpec } from '../../../shared/question/preprocessing';
import type { Graph } from '../../graph/ir/graph';
import type { Layout } from '../../graph/ir/layout';
import type { CheckpointFile } from './bytes/checkpointFiles';

/** What a reader makes of a checkpoint. */
export interface Checkpoint {
  readonly format: string;
  /** Who wrote it, e.g. `pytorch 2.13.0`; empty when it does not say. */
  readonly producer: string;
  /** Operators that no rule knows are kept under their names, those of other domains as `domain::Operator`. */
  readonly graph: Graph;
  /** Every file that was read, the one that names the checkpoint first: its hash, its size and whether it is out of date are theirs. */
  readonly files: readonly CheckpointFile[];
  /** Free key–value notes of the checkpoint. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly hints: CheckpointHints;
  /** What was changed on import, in sentences. */
  readonly notes: readonly string[];
  /** Facts of the format, such as its version, for people. */
  readonly details: Readonly<Record<string, string>>;
}

/** What the format tells of the images and classes, which others would have to find out from the graph or from files beside it. */
export interface CheckpointHints {
  /** Order of the image input's axes. */
  readonly layout?: Layout;
  readonly preprocessing?: PreprocessingHint;
  readonly labels?: LabelsHint;
  /** What the file calls its network, where that says something: `shapesnet`, `resnet50`. */
  readonly architecture?: string;
}

export interface PreprocessingHint {
  readonly preprocessing: PreprocessingSpec;
  /** Where it was found, to follow “from”: `the model's metadata`. */
  readonly where: string;
  /** True for a convention of the architecture or the library; false where the checkpoint says it. */
  readonly guessed: boolean;
}

export interface LabelsHint {
  /** In class order. */
  readonly names: readonly string[];
  /** Where they were found, to follow “from”: `labels.txt in the model`. */
  readonly where: string;
}
