import sharp from 'sharp';
import { UsageError } from '../../shared/errors';
import type { ImageSource } from '../../shared/question/question';
import { readNpy } from '../files/npy';
import type { FloatTensor } from '../graph/ir/tensor';

/** Reads the tensor of --input. Throws UsageError when it is not float32 of rank 3 or 4. */
export async function readInput(path: string): Promise<FloatTensor> {
  const tensor = await readNpy(path);
  if (tensor.dtype !== 'float32' || tensor.dims.length < 3 || tensor.dims.length > 4) {
    throw new UsageError(
      `${path} holds ${tensor.dtype} of shape ${tensor.dims.join('×')}; --input takes float32, NCHW or NHWC.`,
    );
  }
  return tensor as FloatTensor;
}

/** An image of a model input, for overlays when no image was given: each value between the smallest and the largest. */
export async function imageOf(input: FloatTensor, name: string): Promise<ImageSource> {
  const [a = 1, b = 1, c = 1] = input.dims.slice(-3);
  const channelsFirst = a <= 4 && c > 4;
  const [channels, height, width] = channelsFirst ? [a, b, c] : [c, a, b];
  const data = input.data;
  const low = data.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let k = 0; k < 3; k++) {
      const channel = Math.min(k, channels - 1);
      const value = data[channelsFirst ? channel * width * height + pixel : pixel * channels + channel] ?? 0;
      rgb[pixel * 3 + k] = Math.round(((value - low) / (high - low || 1)) * 255);
    }
  }
  const bytes = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { name, bytes };
}
