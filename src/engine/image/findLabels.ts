import { readTextBeside, stemOf } from './beside';
import { readCheckpointNotes } from './whylightJson';

export interface LabelsFinding {
  /** In class order; null when nothing usable was found. */
  readonly names: readonly string[];
  readonly how: string;
  readonly notes: readonly string[];
}

const lines = (text: string): string[] => text.replace(/\s+$/, '').split(/\r?\n/);

/** Labels of the classes: whylight.json, then a text file beside the checkpoint. */
export async function findLabels(search: {
  readonly checkpointPath: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly classes: number;
}): Promise<LabelsFinding | null> {
  const { checkpointPath, classes } = search;
  const notes = await readCheckpointNotes(checkpointPath);
  const stated = notes?.labels;
  const names = typeof stated === 'string' ? [stated] : [`${stemOf(checkpointPath)}.labels.txt`, 'labels.txt'];
  if (Array.isArray(stated) && stated.length === classes) return { names: stated, how: 'from whylight.json', notes: [] };
  for (const name of names) {
    const file = await readTextBeside(checkpointPath, name);
    if (file && 'value' in file && lines(file.value).length === classes) return { names: lines(file.value), how: `from ${name}`, notes: [] };
  }
  return null;
}
