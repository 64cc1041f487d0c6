import { PreprocessingError } from '../../../shared/errors';
import type { Preprocessing, PreprocessingPreset, PreprocessingSpec } from '../../../shared/question/preprocessing';
import { type InputSize, imageChannels, type NamedPreset, namedPresets, presetPreprocessing } from './presets';

/** Without a preset to fall back on, these must be given. */
export const customFields = ['resize', 'interpolation', 'channelOrder', 'scale', 'mean', 'std'] as const;

const isNamed = (preset: PreprocessingPreset): preset is NamedPreset => preset !== 'custom';

/** What the fields of `spec` replace: the preset, or for a custom one nothing but the size. */
function baseOf(fields: Partial<Preprocessing>, size: InputSize, where: string): Preprocessing {
  const { preset = 'custom' } = fields;
  if (isNamed(preset)) return presetPreprocessing(preset, size);
  const missing = customFields.filter((field) => fields[field] === undefined);
  if (missing.length > 0) {
    throw new PreprocessingError(
      `${where}: a custom preprocessing must also state ${missing.join(', ')}; or name one of the presets ${namedPresets.join(', ')}.`,
    );
  }
  return { ...presetPreprocessing('raw-0-255', size), preset: 'custom' };
}

/** Mean and std of a preset are listed in its channel order; another order takes them the other way round. */
function reordered(base: Preprocessing, channelOrder: Preprocessing['channelOrder']): Preprocessing {
  if (base.channelOrder === channelOrder || channelOrder === 'grey' || base.channelOrder === 'grey') return base;
  return { ...base, mean: base.mean.toReversed(), std: base.std.toReversed() };
}

function checkSize(fields: Partial<Preprocessing>, input: InputSize, where: string): void {
  for (const side of ['width', 'height'] as const) {
    const wanted = fields[side];
    const fixed = input[side];
    if (wanted !== undefined && fixed !== null && wanted !== fixed) {
      throw new PreprocessingError(
        `${where}: ${side} is ${wanted}, but the model takes images whose ${side} is ${fixed}; leave ${side} out or set it to ${fixed}.`,
      );
    }
  }
}

function checkFit(found: Preprocessing, channels: number, where: string): void {
  const { channelOrder, width, height, shorterSide } = found;
  if ((channelOrder === 'grey') !== (channels === 1)) {
    const allowed = channels === 1 ? '"grey"' : '"rgb" or "bgr"';
    throw new PreprocessingError(
      `${where}: channelOrder is "${channelOrder}", but the model takes ${channels} channel${channels === 1 ? '' : 's'}; it must be ${allowed}.`,
    );
  }
  for (const field of ['mean', 'std'] as const) {
    if (found[field].length !== channels) {
      throw new PreprocessingError(
        `${where}: ${field} has ${found[field].length} value(s), but the model takes ${channels} channel(s); give one for each.`,
      );
    }
  }
  if (shorterSide !== undefined && shorterSide < Math.max(width, height)) {
    throw new PreprocessingError(
      `${where}: shorterSide is ${shorterSide}, smaller than the ${width}×${height} crop; it must be at least ${Math.max(width, height)}.`,
    );
  }
}

/**
 * All fields of a preprocessing for a model's input. Open sizes are 224 unless the specification gives them; `shorterSide` of a crop that states none is the
 * preset's, else the crop's own longer side. `where` begins the messages: the file and field, or the key.
 * Throws PreprocessingError when the specification is incomplete or does not fit the model.
 */
export function resolvePreprocessing(spec: PreprocessingSpec, input: InputSize, where: string): Preprocessing {
  const fields: Partial<Preprocessing> = typeof spec === 'string' ? { preset: spec } : spec;
  const channels = imageChannels(input.channels);
  checkSize(fields, input, where);
  const size = {
    channels: input.channels,
    width: fields.width ?? input.width,
    height: fields.height ?? input.height,
  };
  const base = baseOf(fields, size, where);
  const { shorterSide, ...found } = {
    ...reordered(base, fields.channelOrder ?? base.channelOrder),
    ...definedFields(fields),
  };
  if (found.resize === 'stretch') {
    if (fields.shorterSide !== undefined) {
      throw new PreprocessingError(
        `${where}: shorterSide has no meaning with resize "stretch"; leave it out or set resize to "shorter-side-and-centre-crop".`,
      );
    }
    checkFit(found, channels, where);
    return found;
  }
  const cropped = { ...found, shorterSide: shorterSide ?? Math.max(found.width, found.height) };
  checkFit(cropped, channels, where);
  return cropped;
}

function definedFields(fields: Partial<Preprocessing>): Partial<Preprocessing> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** The preset that has the same scale, mean, std and channel order, or `custom`. */
export function presetLike(
  values: Pick<Preprocessing, 'scale' | 'mean' | 'std' | 'channelOrder'>,
  input: InputSize,
): PreprocessingPreset {
  const same = namedPresets.find((name) => {
    const preset = presetPreprocessing(name, input);
    return (
      preset.channelOrder === values.channelOrder &&
      Math.abs(preset.scale - values.scale) < 1e-6 * preset.scale &&
      sameNumbers(preset.mean, values.mean) &&
      sameNumbers(preset.std, values.std)
    );
  });
  return same ?? 'custom';
}
