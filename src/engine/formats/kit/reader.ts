import type { CheckpointFormat } from '../../../shared/formats/checkpointNames';
import type { ByteSource } from './bytes/byteSource';
import type { Checkpoint } from './checkpoint';
import type { FileKind } from './kinds/kind';

/** What a path leads to, for a reader to say whether it is one of its checkpoints. */
export type Candidate =
  /** A file of at least one byte and what its bytes tell; `source` is open as long as the reader looks. */
  | { readonly kind: 'file'; readonly path: string; readonly source: ByteSource; readonly is: FileKind }
  /** A folder, and the names of what lies in it. */
  | { readonly kind: 'folder'; readonly path: string; readonly names: readonly string[] };

/** Reads one format. Its title and names are what menus, discovery and messages go by; `match` goes by the bytes. */
export interface Reader extends CheckpointFormat {
  /**
   * Whether this is a checkpoint of the format, whole or damaged, told by its bytes (usually by `candidate.is.id`) and never by its name
   * alone. Readers are asked in the order of the registry.
   */
  match(candidate: Candidate): boolean;
  /**
   * @param path of what `match` took.
   * @throws CheckpointError in one sentence; operators that have no rule are no reason.
   */
  read(path: string): Promise<Checkpoint>;
}

/** Looks into a checkpoint that no reader takes, such as a pickle of weights, and says what is in it. */
export interface Describer {
  /**
   * What it is and the way out, for the sentence that refuses it; null when it is nothing that is known here.
   *
   * @throws CheckpointError when it is damaged.
   */
  describe(candidate: Candidate): Promise<Pick<FileKind, 'what' | 'way' | 'noCheckpoint'> | null>;
}
