import { PreprocessingError } from '../../../shared/errors';
import type { Preprocessing } from '../../../shared/question/preprocessing';
import { parseJson } from '../../files/json';
import { checkPreprocessingSpec } from '../notes/whylightNotes';
import { namedPresets } from '../preprocessing/presets';
import { channelNumbers, type FoundSpec, imageNet, lengthOf, type SpecFields } from './foundSpec';

export type Metadata = ReadonlyMap<string, string>;

/** Keys whose value is a preset, a Keras mode or JSON as in whylight.json. */
const specKeys = ['whylight.preprocessing', 'preprocessing', 'preprocess', 'preprocess_mode', 'preprocess_input'];

/** `mode` of keras.applications' preprocess_input; its "torch" is torchvision's values on an image loaded as Keras loads it. */
const kerasModes: Readonly<Record<string, FoundSpec['spec']>> = {
  tf: 'keras-tf',
  caffe: 'keras-caffe',
  torch: { preset: 'torchvision', resize: 'stretch', interpolation: 'nearest' },
};

function fromSpecKey(metadata: Metadata, notes: string[]): FoundSpec | null {
  const key = specKeys.find((each) => metadata.has(each));
  if (key === undefined) return null;
  const text = metadata.get(key)!.trim();
  const how = `the checkpoint's metadata (${key})`;
  if (Object.hasOwn(kerasModes, text)) return { spec: kerasModes[text]!, how, notes };
  if ((namedPresets as readonly string[]).includes(text))
    return { spec: text as (typeof namedPresets)[number], how, notes };
  try {
    return { spec: checkPreprocessingSpec(parseJson(text), `metadata key ${key}`), how, notes };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof PreprocessingError)) throw error;
    const shown = text.length > 80 ? `${text.slice(0, 77)}…` : text;
    notes.push(`The checkpoint's metadata key ${key} (“${shown}”) is not understood and was not used.`);
    return null;
  }
}

/** Numbers of a list such as "[0.485, 0.456, 0.406]", "(0.5, 0.5, 0.5)" or "0.5 0.5 0.5". */
function numbersOf(text: string | undefined): readonly number[] | null {
  const parts = text?.match(/[^\s,;[\](){}]+/g)?.map(Number);
  return parts?.every(Number.isFinite) ? parts : null;
}

const firstKey = (metadata: Metadata, keys: readonly string[]): string | undefined =>
  keys.find((key) => metadata.has(key));

function fromMeanAndStd(metadata: Metadata, channels: number, notes: string[]): FoundSpec | null {
  const meanKey = firstKey(metadata, ['image_mean', 'mean', 'normalize_mean', 'norm_mean', 'pixel_mean']);
  const stdKey = firstKey(metadata, ['image_std', 'std', 'normalize_std', 'norm_std', 'pixel_std']);
  if (meanKey === undefined || stdKey === undefined) return null;
  const mean = channelNumbers(numbersOf(metadata.get(meanKey)), channels);
  const std = channelNumbers(numbersOf(metadata.get(stdKey)), channels);
  if (!mean || !std || std.some((each) => each <= 0)) {
    notes.push(
      `The checkpoint's metadata keys ${meanKey} and ${stdKey} do not hold ${channels} numbers each and were not used.`,
    );
    return null;
  }
  const scaleKey = firstKey(metadata, ['rescale_factor', 'scale']);
  const [stated] = numbersOf(metadata.get(scaleKey ?? '')) ?? [];
  const keys = [meanKey, stdKey, ...(stated ? [scaleKey] : [])].join(', ');
  const order = metadata.get(firstKey(metadata, ['channel_order', 'color_format', 'color_order']) ?? '')?.toLowerCase();
  const values = {
    channelOrder: channels === 1 ? 'grey' : order === 'bgr' ? 'bgr' : 'rgb',
    // Means above 1 are meant for pixels of 0..255.
    scale: stated || (Math.max(...mean, ...std) > 1 ? 1 : 1 / 255),
    mean,
    std,
  } as const;
  const how = `the checkpoint's metadata (${keys})`;
  const same = (a: readonly number[], b: readonly number[]) => a.every((value, i) => value === b[i]);
  if (values.channelOrder === 'rgb' && same(mean, imageNet.mean) && same(std, imageNet.std)) {
    return { spec: 'torchvision', how: `${how}, which has torchvision's values`, notes };
  }
  notes.push("The checkpoint's metadata does not say how images are resized; they are stretched.");
  return { spec: { ...values, resize: 'stretch', interpolation: 'bilinear' }, how, notes };
}

/** Ultralytics' classifiers: shorter side to the input's size, centre crop, pixel / 255 (ultralytics/data/augment.py, classify_transforms). */
function fromUltralytics(metadata: Metadata): FoundSpec | null {
  if (metadata.get('task') !== 'classify' || !/ultralytics/i.test(metadata.get('author') ?? '')) return null;
  const [height, width = height] = numbersOf(metadata.get('imgsz')) ?? [];
  const spec: Partial<Preprocessing> = {
    preset: 'zero-one',
    ...(lengthOf(width) && lengthOf(height) ? { width, height } : {}),
    resize: 'shorter-side-and-centre-crop',
  };
  return { spec, how: "the checkpoint's metadata (task and author of an Ultralytics classifier)", notes: [] };
}

/** The standard image keys of ONNX (onnx/docs/MetadataProps.md). */
function fromOnnxImageKeys(metadata: Metadata, channels: number, notes: string[]): FoundSpec | null {
  const range = metadata.get('Image.NominalPixelRange');
  const format = metadata.get('Image.BitmapPixelFormat');
  if (range === undefined) return null;
  const ranges: Readonly<Record<string, Pick<SpecFields, 'scale'> & { readonly shift: number }>> = {
    NominalRange_0_255: { scale: 1, shift: 0 },
    Normalized_0_1: { scale: 1 / 255, shift: 0 },
    Normalized_1_1: { scale: 1 / 127.5, shift: 1 },
  };
  const known = ranges[range];
  if (!known) {
    notes.push(
      `The checkpoint's metadata key Image.NominalPixelRange (“${range}”) is not understood and was not used.`,
    );
    return null;
  }
  const spec: SpecFields = {
    resize: 'stretch',
    interpolation: 'bilinear',
    channelOrder: channels === 1 ? 'grey' : /^bgr/i.test(format ?? '') ? 'bgr' : 'rgb',
    scale: known.scale,
    mean: Array(channels).fill(known.shift),
    std: Array(channels).fill(1),
  };
  notes.push("The checkpoint's metadata does not say how images are resized; they are stretched.");
  return { spec, how: "the checkpoint's metadata (Image.NominalPixelRange)", notes };
}

/**
 * Looks through a checkpoint's own metadata for a preprocessing. What is there but not understood is told in `notes`, whether or not something else was found.
 */
export function fromMetadata(
  metadata: Metadata,
  channels: number,
): { readonly found: FoundSpec | null; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const found =
    fromSpecKey(metadata, notes) ??
    fromUltralytics(metadata) ??
    fromMeanAndStd(metadata, channels, notes) ??
    fromOnnxImageKeys(metadata, channels, notes);
  return { found, notes };
}
