import { type Beside, isObject, readJsonBeside, readTextBeside, stemOf } from '../notes/beside';
import { readCheckpointNotes } from '../notes/whylightJson';
import { datasetLabels } from './datasetLabels';
import { guessedLabels } from './guessedLabels';
import { arePlaceholders, labelsFromLiteral, labelsFromText } from './labelLists';
import { labelsFromTable } from './labelTables';
import type { Metadata } from './metadataPreprocessing';
import { assetTexts, foldersInside, whereIs } from './placesBeside';
import { fromJson, parseJsonOrPython } from './pythonLiteral';

export interface LabelSearch {
  readonly checkpointPath: string;
  /** Key → value, as the checkpoint stores it. */
  readonly metadata: Metadata;
  /** Number of classes of the logits. */
  readonly classes: number;
  /** What the checkpoint's format gives, in class order, and where it was found (to follow “from”). */
  readonly stated?: { readonly names: readonly string[]; readonly where: string };
}

/**
 * `names`: as many names as the model has classes, in class order. `how`: where they come from, e.g. "from labels.txt beside the checkpoint".
 * `guessed`: nothing says that they belong to this model, but their number does. `notes`: label lists that were seen and not used, and why; one
 * sentence each.
 */
export type FoundLabels =
  | {
      readonly names: readonly string[];
      readonly how: string;
      readonly guessed: boolean;
      readonly notes: readonly string[];
    }
  | { readonly names: null; readonly how: null; readonly guessed: false; readonly notes: readonly string[] };

/** A list of names with the place it was found in. */
interface Candidate {
  readonly names: readonly string[];
  readonly where: string;
}

/** What a place gave: a candidate, a reason why not, or null for nothing. */
export type Look = Candidate | { readonly problem: string } | null;

const metadataKeys = ['labels', 'classes', 'names', 'class_names', 'label_names', 'id2label', 'class_labels'];

function fromMetadataKey(metadata: Metadata, key: string, classes: number): Look {
  const text = metadata.get(key);
  if (text === undefined || text.trim() === '') return null;
  // A bare number under `classes` is their count.
  if (/^\s*\d+\s*$/.test(text)) return null;
  const where = `the checkpoint's metadata (${key})`;
  const names = labelsFromLiteral(parseJsonOrPython(text));
  if (names) return { names, where };
  if (/^\s*[[({]/.test(text)) return { problem: `The labels in ${where} are not understood and were not used.` };
  const lines = labelsFromText(text);
  if (lines.length > 1) return { names: lines, where };
  const parts = text.split(/[,;|]/).map((part) => part.trim());
  return { names: parts.length === classes ? parts : lines, where };
}

function seen<T>(file: Beside<T>, read: (value: T) => Look): Look {
  if (!file) return null;
  return 'problem' in file ? file : read(file.value);
}

async function fromText(checkpointPath: string, name: string): Promise<Look> {
  const file = await readTextBeside(checkpointPath, name, true);
  return seen(file, (text) => ({
    names: labelsFromTable(text) ?? labelsFromText(text),
    where: whereIs(checkpointPath, name),
  }));
}

async function fromJsonFile(checkpointPath: string, name: string): Promise<Look> {
  return seen(await readJsonBeside(checkpointPath, name, true), (value) => {
    const names = labelsFromLiteral(fromJson(value));
    if (names) return { names, where: whereIs(checkpointPath, name) };
    return { problem: `${whereIs(checkpointPath, name)} holds no list of labels that is understood; it was not used.` };
  });
}

async function fromConfig(checkpointPath: string, name = 'config.json'): Promise<Look> {
  return seen(await readJsonBeside(checkpointPath, name, true), (config) => {
    if (!isObject(config)) return null;
    for (const key of ['id2label', 'label_names']) {
      const names = labelsFromLiteral(fromJson(config[key]));
      if (names && !arePlaceholders(names)) return { names, where: `${whereIs(checkpointPath, name)} (${key})` };
    }
    return null;
  });
}

/** The labels that whylight.json gives. Its own list is exact; its text file is read as any other. */
async function fromNotes(checkpointPath: string): Promise<Look> {
  const notes = await readCheckpointNotes(checkpointPath);
  if (notes?.labels === undefined) return null;
  if (typeof notes.labels !== 'string') return { names: notes.labels, where: 'whylight.json beside the checkpoint' };
  const { labels: file } = notes;
  const look = await namedLabels(checkpointPath, file);
  return look ?? { problem: `whylight.json names the labels file ${file}, which does not exist beside it.` };
}

/** What a file beside the checkpoint gives when whylight.json names it. */
export function namedLabels(checkpointPath: string, file: string): Promise<Look> {
  return file.endsWith('.json') ? fromJsonFile(checkpointPath, file) : fromText(checkpointPath, file);
}

const commonTexts = [
  'labels.txt',
  'classes.txt',
  'class_names.txt',
  'classnames.txt',
  'label_names.txt',
  'labels.csv',
  'classes.csv',
  'synset_words.txt',
  'synset.txt',
  'synsets.txt',
  'labelmap.txt',
  'label_map.pbtxt',
  'obj.names',
];
const commonJson = [
  'labels.json',
  'class_names.json',
  'classes.json',
  'class_indices.json',
  'class_to_idx.json',
  'idx_to_class.json',
  'id2label.json',
  'label_map.json',
  'imagenet_class_index.json',
];

const ownText = (checkpointPath: string): string => `${stemOf(checkpointPath)}.labels.txt`;
const ownJson = (checkpointPath: string): string => `${stemOf(checkpointPath)}.labels.json`;

/** The files of labels that {@link findLabels} looks for beside a checkpoint, but for one that whylight.json names. */
export function labelFileNames(checkpointPath: string): readonly string[] {
  const common = ['config.json', ...commonTexts, ...commonJson];
  const inside = foldersInside(checkpointPath).flatMap((folder) => common.map((name) => `${folder}${name}`));
  return [ownText(checkpointPath), ownJson(checkpointPath), ...inside, ...common];
}

/** Every place, the most explicit first. */
function* places({ checkpointPath, metadata, classes, stated }: LabelSearch): Generator<Promise<Look> | Look> {
  yield fromNotes(checkpointPath);
  for (const key of metadataKeys) yield fromMetadataKey(metadata, key, classes);
  if (stated) yield stated;
  yield fromText(checkpointPath, ownText(checkpointPath));
  yield fromJsonFile(checkpointPath, ownJson(checkpointPath));
  for (const folder of [...foldersInside(checkpointPath), '']) {
    yield fromConfig(checkpointPath, `${folder}config.json`);
    for (const name of commonTexts) yield fromText(checkpointPath, `${folder}${name}`);
    for (const name of commonJson) yield fromJsonFile(checkpointPath, `${folder}${name}`);
  }
}

/** Files of any name among the assets of a folder that is a checkpoint; only those that fit are told of. */
async function fromAssets({ checkpointPath, classes }: LabelSearch): Promise<Candidate | null> {
  for (const name of await assetTexts(checkpointPath)) {
    const look = await fromText(checkpointPath, name);
    if (look && 'names' in look && look.names.length === classes) return look;
  }
  return null;
}

/** ImageNet lists of 1001 begin with a class for the background that most models lack. */
function mismatch({ names, where }: Candidate, classes: number): string {
  const background = names.length === classes + 1 && /^(background|dummy|unused)$/i.test(names[0] ?? '');
  const hint = background ? ` Its first line “${names[0]}” is probably one too many for this model.` : '';
  return `${where} has ${names.length} label${names.length === 1 ? '' : 's'} and the model ${classes} class${classes === 1 ? '' : 'es'}, so it was not used.${hint}`;
}

/**
 * Finds the classes' names, in this order: `whylight.json`, the checkpoint's metadata (JSON, Python's dictionary form as Ultralytics writes it, or lines),
 * what its format gives, `<checkpoint>.labels.txt` or `.json`, `config.json` (id2label), lists as text, table or JSON inside a checkpoint that is a folder and beside
 * it. A list counts only when it has exactly as many names as the model has classes; one that has not is told in `notes`. At last, said to be
 * guessed: the folders of a data set beside it, one for each class, and the names of ImageNet where the number of classes is its own.
 * Throws PreprocessingError when whylight.json is not valid.
 */
export async function findLabels(search: LabelSearch): Promise<FoundLabels> {
  const notes: string[] = [];
  for (const place of places(search)) {
    const look = await place;
    if (!look) continue;
    if ('problem' in look) notes.push(look.problem);
    else if (look.names.length === search.classes)
      return { names: look.names, how: `from ${look.where}`, guessed: false, notes };
    else notes.push(mismatch(look, search.classes));
  }
  const asset = await fromAssets(search);
  if (asset) return { names: asset.names, how: `from ${asset.where}`, guessed: false, notes };
  const guess = (await datasetLabels(search.checkpointPath, search.classes)) ?? (await guessedLabels(search.classes));
  if (guess?.names) return { names: guess.names, how: `guessed: ${guess.why}`, guessed: true, notes };
  return { names: null, how: null, guessed: false, notes: guess ? [...notes, guess.why] : notes };
}
