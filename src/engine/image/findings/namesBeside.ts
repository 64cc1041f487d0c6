import { readCheckpointNotes } from '../notes/whylightJson';
import { labelFileNames } from './findLabels';
import { configNames } from './findPreprocessing';

/**
 * Names of the files in a checkpoint's folder, there or not, that decide its preprocessing and labels: when one of them changes, what was found is out of date.
 * Throws PreprocessingError when whylight.json is not valid.
 */
export async function namesBeside(checkpointPath: string): Promise<readonly string[]> {
  const labels = (await readCheckpointNotes(checkpointPath))?.labels;
  const named = typeof labels === 'string' ? [labels] : [];
  return [...new Set(['whylight.json', ...configNames, ...labelFileNames(checkpointPath), ...named])];
}
