import { basename, dirname, resolve } from 'node:path';
import { PreprocessingError } from '../../../shared/errors';
import { parseJson } from '../../files/json';
import { FileProblem, readRegularFile } from '../../files/regularFile';
import { isObject } from '../notes/beside';
import { namedLabels } from './findLabels';
import { arePlaceholders, labelsFromLiteral, labelsFromText } from './labelLists';
import { fromJson } from './pythonLiteral';

/** Files of labels are small; a larger one is something else. */
const largestFile = 16 * 1024 * 1024;

/** Where configurations keep the names of classes. */
const keys = ['id2label', 'labels', 'names', 'classes', 'class_names', 'label_names'];

export interface LabelFile {
  /** In class order. */
  readonly names: readonly string[];
  /** A whylight.json beside the checkpoint can name the file: it lies in the same folder and is read alike from there. */
  readonly named: boolean;
}

/**
 * Reads the names of classes from a file that somebody chose: JSON (a list, an object by index or by name, or a configuration with one of
 * them), or text with a name a line, as `index,name` also below a head line. Throws PreprocessingError, one sentence, when it holds none.
 */
export async function readLabels(checkpointPath: string, file: string): Promise<LabelFile> {
  const names = namesIn(await textOf(file), file);
  if (names === null || names.length === 0) {
    throw new PreprocessingError(
      `${file} holds no list of labels that is understood; it needs one name a line, or a JSON list or object of names.`,
    );
  }
  if (resolve(dirname(file)) !== resolve(dirname(checkpointPath))) return { names, named: false };
  const there = await namedLabels(checkpointPath, basename(file));
  const alike = there !== null && 'names' in there && there.names.length === names.length;
  return { names, named: alike && there.names.every((name, index) => name === names[index]) };
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readRegularFile(file, largestFile)).toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new PreprocessingError(`${file} ${error.what}.`, { cause: error });
  }
}

function namesIn(text: string, file: string): readonly string[] | null {
  // No text.
  if (text.includes('\0')) return null;
  if (/^\s*[[{]/.test(text)) return namesInJson(text, file);
  const [, ...below] = text.split(/\r\n|\r|\n/);
  const indexed = below.filter((line) => line.trim() !== '');
  const hasHead = indexed.length > 0 && !/^\s*\d/.test(text) && indexed.every((line) => /^\s*\d+\s*[,;\t]/.test(line));
  return labelsFromText(hasHead ? indexed.join('\n') : text);
}

function namesInJson(text: string, file: string): readonly string[] | null {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PreprocessingError(`${file} is not valid JSON.`, { cause: error });
  }
  const inside = isObject(value) ? keys.map((key) => (value as Record<string, unknown>)[key]) : [];
  for (const each of [value, ...inside]) {
    const names = each === undefined ? null : labelsFromLiteral(fromJson(each));
    if (names !== null && !arePlaceholders(names)) return names;
  }
  return null;
}
