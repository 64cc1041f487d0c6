import type { CheckpointFile } from '../../kit/bytes/checkpointFiles';
import type { TfProgram } from '../graph/graphDef';

/** What a container of TensorFlow's holds, before its operators are brought into the graph. */
export interface Opened {
  readonly program: TfProgram;
  /** Such as `TensorFlow 2.21.0`; empty when it does not say. */
  readonly producer: string;
  readonly files: readonly CheckpointFile[];
  readonly notes: readonly string[];
  readonly details: Readonly<Record<string, string>>;
}

export function producerOfVersion(version: string): string {
  return version === '' ? '' : `TensorFlow ${version}`;
}
