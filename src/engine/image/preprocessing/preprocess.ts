import { PreprocessingError } from '../../../shared/errors';
import type { Preprocessing } from '../../../shared/question/preprocessing';
import type { ImageRegion, RgbImage } from '../../../shared/results/attribution';
import type { Layout } from '../../graph/ir/layout';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import { type Pixels, resample, type Window } from './resample';

export interface Preprocessed {
  /** [1, C, H, W] or [1, H, W, C]. */
  readonly tensor: FloatTensor;
  /** The part of the image that the model sees, in its pixels; fractions are meant. */
  readonly region: ImageRegion;
}

/** Rounds halves to the even neighbour, as Python's `round` does in torchvision's centre crop. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

interface Placement {
  /** Size of the whole image after resizing. */
  readonly width: number;
  readonly height: number;
  /** The part of it that becomes the input. */
  readonly window: Window;
}

function place(image: RgbImage, preprocessing: Preprocessing): Placement {
  const { width, height } = preprocessing;
  if (preprocessing.resize === 'stretch') return { width, height, window: { x: 0, y: 0, width, height } };
  const short = preprocessing.shorterSide ?? Math.max(width, height);
  if (short < Math.max(width, height)) {
    throw new PreprocessingError(
      `The preprocessing's shorterSide of ${short} pixels is smaller than the ${width}×${height} crop; make it at least ${Math.max(width, height)}.`,
    );
  }
  const shortest = Math.min(image.width, image.height);
  // torchvision truncates the longer side.
  const resized = (side: number): number => (side === shortest ? short : Math.trunc((short * side) / shortest));
  const whole = { width: resized(image.width), height: resized(image.height) };
  const window = {
    x: roundHalfEven((whole.width - width) / 2),
    y: roundHalfEven((whole.height - height) / 2),
    width,
    height,
  };
  return { ...whole, window };
}

/** ITU-R 601-2 luma with Pillow's 16-bit weights. */
function toGrey({ width, height, data }: RgbImage): Pixels {
  const grey = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: grey };
}

/**
 * Turns an image into the model's input: grey conversion where asked for, resize (and crop), then (pixel · scale − mean) / std for each channel.
 *
 * Resizing acts on 8-bit pixels and equals Pillow's byte for byte ({@link resample}), so that `shorter-side-and-centre-crop` with bilinear
 * interpolation gives what torchvision's Resize + CenterCrop give for a PIL image, and `stretch` with nearest what Keras' load_img gives. An image that
 * already has the wanted size is not touched. Throws PreprocessingError when mean or std do not fit the channels or shorterSide is smaller than the crop.
 */
export function preprocess(image: RgbImage, preprocessing: Preprocessing, layout: Layout): Preprocessed {
  const { width, height, channelOrder, scale, mean, std } = preprocessing;
  const channels = channelOrder === 'grey' ? 1 : 3;
  if (mean.length !== channels || std.length !== channels) {
    throw new PreprocessingError(
      `The preprocessing's mean and std have ${mean.length} and ${std.length} values; channel order ${channelOrder} needs ${channels} of each.`,
    );
  }
  const source: Pixels = channels === 1 ? toGrey(image) : { ...image, channels: 3 };
  const placement = place(image, preprocessing);
  const { window } = placement;
  const pixels = resample(source, placement.width, placement.height, preprocessing.interpolation, window).data;

  const area = width * height;
  const values = new Float32Array(area * channels);
  for (let c = 0; c < channels; c++) {
    const level = Float32Array.from({ length: 256 }, (_, pixel) => (pixel * scale - mean[c]!) / std[c]!);
    const from = channelOrder === 'bgr' ? 2 - c : c;
    const [start, step] = layout === 'NCHW' ? [c * area, 1] : [c, channels];
    for (let i = 0; i < area; i++) values[start + i * step] = level[pixels[i * channels + from]!]!;
  }
  const across = image.width / placement.width;
  const down = image.height / placement.height;
  return {
    tensor: float32(layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels], values),
    region: { x: window.x * across, y: window.y * down, width: window.width * across, height: window.height * down },
  };
}
