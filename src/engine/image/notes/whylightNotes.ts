import { PreprocessingError } from '../../../shared/errors';
import { outputNotation, parseOutput } from '../../../shared/question/output';
import type {
  CheckpointNotes,
  Preprocessing,
  PreprocessingSpec,
  WhylightFile,
} from '../../../shared/question/preprocessing';
import { namedPresets } from '../preprocessing/presets';
import { customFields } from '../preprocessing/resolvePreprocessing';

/** Checks one value: null when it is right, else what is allowed. */
type Rule = (value: unknown) => string | null;

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf =
  (...allowed: readonly string[]): Rule =>
  (value) =>
    typeof value === 'string' && allowed.includes(value)
      ? null
      : `one of ${allowed.map((each) => `"${each}"`).join(', ')}`;

const pixels: Rule = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 16384 ? null : 'a whole number from 1 to 16384';

const nonZero: Rule = (value) => (Number.isFinite(value) && value !== 0 ? null : 'a number other than 0');

const numbers =
  (what: string, fits: (value: number) => boolean): Rule =>
  (value) => {
    const right =
      Array.isArray(value) &&
      (value.length === 1 || value.length === 3) &&
      value.every((each) => Number.isFinite(each) && fits(each));
    return right ? null : `a list of 1 or 3 ${what}`;
  };

const output: Rule = (value) => (typeof value === 'string' && parseOutput(value) ? null : outputNotation);

const name: Rule = (value) => (typeof value === 'string' && value !== '' ? null : 'a text that is not empty');

/** A file name without a folder, so that the file never leads out of its own folder. */
const plainFileName = /^(?!\.{1,2}$)[^/\\]+$/;

const labels: Rule = (value) => {
  const list = Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
  const file = typeof value === 'string' && plainFileName.test(value);
  return list || file ? null : 'a list of texts in class order, or the name of a text file in the same folder';
};

const preprocessingRules: Readonly<Record<keyof Preprocessing, Rule>> = {
  preset: oneOf(...namedPresets, 'custom'),
  width: pixels,
  height: pixels,
  resize: oneOf('stretch', 'shorter-side-and-centre-crop'),
  shorterSide: pixels,
  interpolation: oneOf('nearest', 'bilinear', 'bicubic', 'lanczos3'),
  channelOrder: oneOf('rgb', 'bgr', 'grey'),
  scale: nonZero,
  mean: numbers('numbers', () => true),
  std: numbers('numbers above 0', (each) => each > 0),
};

const notesRules: Readonly<Record<Exclude<keyof CheckpointNotes, 'preprocessing'>, Rule>> = {
  labels,
  logits: name,
  layer: name,
  output,
};

/** Collects unknown fields by their paths and stops at the first wrong value. */
class Checker {
  readonly unknown: string[] = [];

  constructor(private readonly file: string) {}

  fail(field: string, value: unknown, allowed: string): never {
    const shown = JSON.stringify(value);
    const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
    throw new PreprocessingError(`${this.file}: ${field} is ${short}; it must be ${allowed}.`);
  }

  object(value: unknown, field: string): JsonObject {
    if (!isObject(value)) this.fail(field, value, 'an object');
    return value;
  }

  fields(value: JsonObject, rules: Readonly<Record<string, Rule>>, at: string, handled: readonly string[] = []): void {
    for (const [key, each] of Object.entries(value)) {
      if (handled.includes(key)) continue;
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
      if (!rule) {
        this.unknown.push(at + key);
        continue;
      }
      const allowed = rule(each);
      if (allowed !== null) this.fail(at + key, each, allowed);
    }
  }

  preprocessing(value: unknown, at: string): void {
    if (!isObject(value)) {
      const allowed = oneOf(...namedPresets)(value);
      if (allowed !== null) this.fail(at, value, `${allowed}, or an object with the fields of a preprocessing`);
      return;
    }
    this.fields(value, preprocessingRules, `${at}.`);
    if ((value['preset'] ?? 'custom') !== 'custom') return;
    const missing = customFields.filter((field) => value[field] === undefined);
    if (missing.length > 0) {
      throw new PreprocessingError(
        `${this.file}: ${at} is a custom preprocessing and must also state ${missing.join(', ')}; or give it a preset, one of ${namedPresets.map((each) => `"${each}"`).join(', ')}.`,
      );
    }
  }

  notes(value: JsonObject, at: string, handled: readonly string[] = []): void {
    if (value['preprocessing'] !== undefined) this.preprocessing(value['preprocessing'], `${at}preprocessing`);
    this.fields(value, notesRules, at, ['preprocessing', ...handled]);
  }
}

/**
 * Checks the content of a `whylight.json`, already parsed. `unknownFields` lists by path what the file holds beyond the fields that are known.
 * Throws PreprocessingError naming the file, the field and the allowed values. media/whylight.schema.json says the same to editors.
 */
export function checkWhylightFile(
  value: unknown,
  file: string,
): { readonly content: WhylightFile; readonly unknownFields: readonly string[] } {
  const checker = new Checker(file);
  const top = checker.object(value, 'the file');
  checker.notes(top, '', ['$schema', 'checkpoints']);
  if (top['$schema'] !== undefined && typeof top['$schema'] !== 'string') {
    checker.fail('$schema', top['$schema'], 'a text');
  }
  if (top['checkpoints'] !== undefined) {
    const each = checker.object(top['checkpoints'], 'checkpoints');
    for (const [key, notes] of Object.entries(each)) {
      const at = `checkpoints[${JSON.stringify(key)}]`;
      checker.notes(checker.object(notes, at), `${at}.`);
    }
  }
  return { content: top as WhylightFile, unknownFields: checker.unknown };
}

/** Checks a preprocessing that comes from elsewhere, such as a checkpoint's metadata; errors as {@link checkWhylightFile}. */
export function checkPreprocessingSpec(value: unknown, where: string): PreprocessingSpec {
  const checker = new Checker(where);
  checker.preprocessing(value, 'preprocessing');
  return value as PreprocessingSpec;
}
