import { PreprocessingError } from '../../../shared/errors';
import type { Preprocessing, PreprocessingPreset } from '../../../shared/question/preprocessing';

/** What is known of a model's image input. Sizes are null when the checkpoint leaves them open. */
export interface InputSize {
  readonly channels: number;
  readonly height: number | null;
  readonly width: number | null;
}

export type NamedPreset = Exclude<PreprocessingPreset, 'custom'>;

export const namedPresets: readonly NamedPreset[] = ['torchvision', 'keras-tf', 'keras-caffe', 'raw-0-255', 'zero-one'];

/** Side in pixels for models that take any size: the one that most ImageNet classifiers were trained with. */
export const usualSide = 224;

/** Three values for a colour model; their mean for a one-channel one, whose weights are commonly the sum over the colours. */
function perChannel(channels: 1 | 3, rgb: readonly [number, number, number]): readonly number[] {
  return channels === 3 ? rgb : [Math.round(((rgb[0] + rgb[1] + rgb[2]) / 3) * 1e6) / 1e6];
}

/** 1 or 3. Throws PreprocessingError for other channel counts: an image file gives grey or colour and nothing else. */
export function imageChannels(channels: number): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  throw new PreprocessingError(
    `The model takes ${channels} channels; an image gives 1 (grey) or 3 (colour), so give the exact input as a .npy file instead.`,
  );
}

/** The input's size where the checkpoint fixes it; an open side takes the other's length, and 224 when both are open. */
export function boundSize(input: InputSize): { readonly width: number; readonly height: number } {
  return {
    width: input.width ?? input.height ?? usualSide,
    height: input.height ?? input.width ?? usualSide,
  };
}

/** torchvision's resize before the crop: 256 for 224, in the same proportion for other sizes. */
function torchvisionShorterSide(width: number, height: number): number {
  return Math.round((Math.max(width, height) * 256) / 224);
}

/**
 * A preset for a model's input.
 *
 * - `torchvision`: pixel / 255, ImageNet mean and std; shorter side to size · 256 / 224 with antialiased bilinear interpolation, centre crop (torchvision's reference
 *   transforms for classification on PIL images).
 * - `keras-tf`: pixel / 127.5 − 1, and `keras-caffe`: BGR less the ImageNet mean in 0..255 (`preprocess_input` modes of keras.applications); both stretched with
 *   nearest interpolation, which is what `load_img(target_size=…)` does unless told otherwise.
 * - `raw-0-255`: pixels as they are, and `zero-one`: pixel / 255; both stretched with bilinear interpolation.
 *
 * One-channel models get grey images and the mean over the colours of mean and std. Throws PreprocessingError for other channel counts.
 */
export function presetPreprocessing(preset: NamedPreset, input: InputSize): Preprocessing {
  const channels = imageChannels(input.channels);
  const { width, height } = boundSize(input);
  const colour = channels === 1 ? 'grey' : 'rgb';
  const zeros = perChannel(channels, [0, 0, 0]);
  const ones = perChannel(channels, [1, 1, 1]);
  const stretched = { preset, width, height, resize: 'stretch', channelOrder: colour, mean: zeros, std: ones } as const;
  switch (preset) {
    case 'torchvision':
      return {
        preset,
        width,
        height,
        resize: 'shorter-side-and-centre-crop',
        shorterSide: torchvisionShorterSide(width, height),
        interpolation: 'bilinear',
        channelOrder: colour,
        scale: 1 / 255,
        mean: perChannel(channels, [0.485, 0.456, 0.406]),
        std: perChannel(channels, [0.229, 0.224, 0.225]),
      };
    case 'keras-tf':
      return { ...stretched, interpolation: 'nearest', scale: 1 / 127.5, mean: ones };
    case 'keras-caffe':
      return {
        ...stretched,
        interpolation: 'nearest',
        channelOrder: channels === 1 ? 'grey' : 'bgr',
        scale: 1,
        mean: perChannel(channels, [103.939, 116.779, 123.68]),
      };
    case 'raw-0-255':
      return { ...stretched, interpolation: 'bilinear', scale: 1 };
    case 'zero-one':
      return { ...stretched, interpolation: 'bilinear', scale: 1 / 255 };
  }
}

/** The presets that could have been used to train a model with this input, likeliest first: what the panel shows the top-5 under when it had to guess. */
export function plausiblePresets(input: InputSize): readonly Preprocessing[] {
  const order: readonly NamedPreset[] =
    input.channels === 1
      ? ['zero-one', 'keras-tf', 'raw-0-255', 'torchvision']
      : ['torchvision', 'keras-tf', 'keras-caffe', 'zero-one', 'raw-0-255'];
  return order.map((preset) => presetPreprocessing(preset, input));
}
