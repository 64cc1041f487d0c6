import type { Checkpoint } from '../formats';
import { findPreprocessing, type PreprocessingFinding } from '../image';
import type { ImageInput } from '../model/analysis/imageInput';
import { inputConvention } from '../model/analysis/inputConvention';

/** How images are prepared for a checkpoint, by the files beside it, its metadata and its first nodes. Throws as findPreprocessing does. */
export function preprocessingOf(
  path: string,
  checkpoint: Checkpoint,
  input: ImageInput,
): Promise<PreprocessingFinding> {
  return findPreprocessing({
    checkpointPath: path,
    metadata: checkpoint.metadata,
    input,
    hint: inputConvention(checkpoint.graph, input.name) ?? undefined,
  });
}
