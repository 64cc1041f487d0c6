import { PreprocessingError } from '../../../shared/errors';
import type { FoundPreprocessing, Preprocessing, PreprocessingSpec } from '../../../shared/question/preprocessing';
import { readJsonBeside } from '../notes/beside';
import { readCheckpointNotes } from '../notes/whylightJson';
import { boundSize, type InputSize, imageChannels, usualSide } from '../preprocessing/presets';
import { presetLike, resolvePreprocessing } from '../preprocessing/resolvePreprocessing';
import type { FoundSpec } from './foundSpec';
import { fromHuggingFaceConfig } from './huggingFaceConfig';
import { fromMetadata, type Metadata } from './metadataPreprocessing';
import { fromTimmConfig } from './timmConfig';

export interface PreprocessingSearch {
  readonly checkpointPath: string;
  /** Key → value, as the checkpoint stores it. */
  readonly metadata: Metadata;
  readonly input: InputSize;
  /**
   * What the checkpoint's format says, and where (to follow “from”): as good as metadata, or, when it is a guess by conventions of its
   * architecture or library, better than none.
   */
  readonly stated?: { readonly preprocessing: PreprocessingSpec; readonly where: string; readonly guessed: boolean };
  /** What the graph's own conventions suggest; used when no file and no metadata says it. */
  readonly hint?: { readonly preprocessing: PreprocessingSpec; readonly how: string; readonly guessed: boolean };
}

export interface PreprocessingFinding extends FoundPreprocessing {
  /** What was seen on the way and not used, or not as it stands; one sentence each. */
  readonly notes: readonly string[];
}

/** A size that contradicts the model's gives way to it, and the resize before the crop keeps its proportion. */
function fittedToModel(spec: PreprocessingSpec, input: InputSize, notes: string[]): PreprocessingSpec {
  if (typeof spec === 'string' || spec.width === undefined || spec.height === undefined) return spec;
  const { width, height, shorterSide, ...rest } = spec;
  const fixed = boundSize({ channels: input.channels, width: input.width ?? width, height: input.height ?? height });
  if (fixed.width === width && fixed.height === height) return spec;
  notes.push(
    `It is meant for ${width}×${height} pixels; the model takes ${fixed.width}×${fixed.height}, which is used.`,
  );
  const grown = Math.max(fixed.width, fixed.height) / Math.max(width, height);
  return { ...rest, ...fixed, ...(shorterSide === undefined ? {} : { shorterSide: Math.round(shorterSide * grown) }) };
}

/** A specification that a foreign file gave: made to fit the model, and named after the preset whose values it has. */
function bind(found: FoundSpec, input: InputSize): PreprocessingFinding {
  const notes = [...found.notes];
  const fitted = fittedToModel(found.spec, input, notes);
  const bound = resolvePreprocessing(fitted, input, found.how);
  const preprocessing: Preprocessing =
    bound.preset === 'custom' ? { ...bound, preset: presetLike(bound, input) } : bound;
  return { preprocessing, how: `from ${found.how}`, guessed: false, notes };
}

const configReaders = [
  ['preprocessor_config.json', fromHuggingFaceConfig],
  ['config.json', fromTimmConfig],
] as const;

/** The files beside a checkpoint, other than whylight.json, that {@link findPreprocessing} reads. */
export const configNames: readonly string[] = configReaders.map(([name]) => name);

async function fromConfigsBeside(checkpointPath: string, channels: number, notes: string[]): Promise<FoundSpec[]> {
  const found: FoundSpec[] = [];
  for (const [name, read] of configReaders) {
    const file = await readJsonBeside(checkpointPath, name);
    if (file && 'problem' in file) notes.push(file.problem);
    const spec = file && 'value' in file ? read(file.value, channels) : null;
    if (spec) found.push(spec);
  }
  return found;
}

function guess(input: InputSize): Omit<FoundPreprocessing, 'guessed'> {
  const reason = 'guessed: nothing in or beside the checkpoint says how its images were prepared';
  const open =
    input.width === null && input.height === null ? `, at ${usualSide}×${usualSide} because any size is taken` : '';
  return imageChannels(input.channels) === 1
    ? {
        preprocessing: resolvePreprocessing('zero-one', input, 'guess'),
        how: `${reason}; it takes one channel, so grey pixels / 255${open}`,
      }
    : {
        preprocessing: resolvePreprocessing('torchvision', input, 'guess'),
        how: `${reason}; it takes three channels, so torchvision's ImageNet recipe${open}`,
      };
}

/**
 * Finds how images are prepared for a checkpoint, in this order: `whylight.json` beside it, the checkpoint's metadata, what its format states, `preprocessor_config.json`
 * (Hugging Face) and `config.json` (timm) beside it, what the graph suggests, what its format suggests, and at last a guess that says it is one.
 *
 * Throws PreprocessingError when whylight.json is not valid or does not fit the model, and when the model takes neither 1 nor 3 channels. Other files that
 * cannot be used are told in `notes`.
 */
export async function findPreprocessing(search: PreprocessingSearch): Promise<PreprocessingFinding> {
  const { checkpointPath, metadata, input, hint, stated } = search;
  const channels = imageChannels(input.channels);
  const notes: string[] = [];

  const beside = await readCheckpointNotes(checkpointPath);
  if (beside?.unknownFields.length) {
    notes.push(`whylight.json has fields that are not known: ${beside.unknownFields.join(', ')}.`);
  }
  if (beside?.preprocessing) {
    const preprocessing = resolvePreprocessing(beside.preprocessing, input, `${beside.path}: preprocessing`);
    return { preprocessing, how: 'from whylight.json beside the checkpoint', guessed: false, notes };
  }

  const inside = fromMetadata(metadata, channels);
  notes.push(...inside.notes);
  const ofFormat = stated && { spec: stated.preprocessing, how: stated.where, notes: [] };
  const bound = (each: FoundSpec | null | undefined): PreprocessingFinding | null => {
    if (!each) return null;
    try {
      const found = bind(each, input);
      return { ...found, notes: [...new Set([...notes, ...found.notes])] };
    } catch (error) {
      if (!(error instanceof PreprocessingError)) throw error;
      notes.push(`Not used: ${error.message}`);
      return null;
    }
  };
  const beforeConfigs = [inside.found, stated?.guessed ? null : ofFormat];
  for (const each of [...beforeConfigs, ...(await fromConfigsBeside(checkpointPath, channels, notes))]) {
    const found = bound(each);
    if (found) return found;
  }
  if (hint) {
    const preprocessing = resolvePreprocessing(hint.preprocessing, input, hint.how);
    return { preprocessing, how: hint.how, guessed: hint.guessed, notes };
  }
  const convention = stated?.guessed ? bound(ofFormat) : null;
  if (convention) return { ...convention, how: `guessed ${convention.how}`, guessed: true };
  return { ...guess(input), guessed: true, notes };
}
