import { beforeAll, describe, expect, it } from 'vitest';
import { PreprocessingError } from '../../../shared/errors';
import type { Preprocessing } from '../../../shared/question/preprocessing';
import type { RgbImage } from '../../../shared/results/attribution';
import { readNpy } from '../../files/npy';
import { decodeImage } from '../decoding/decode';
import { preprocess } from './preprocess';
import { presetPreprocessing } from './presets';

const folder = 'test/data/images';
const read = async (name: string): Promise<RgbImage> => (await decodeImage({ path: `${folder}/${name}` })).pixels;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** Pixels as they are, so that a tensor can be compared with an image. */
const plain: Preprocessing = { ...presetPreprocessing('raw-0-255', { channels: 3, width: 224, height: 224 }) };

describe('reproduces the tensors that PyTorch was fed', () => {
  const square = (side: number) => ({ channels: 3, width: side, height: side });
  const shapes: Preprocessing = { ...presetPreprocessing('torchvision', square(96)), resize: 'stretch' };
  const tinyseq: Preprocessing = {
    ...presetPreprocessing('zero-one', square(32)),
    preset: 'custom',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  };
  const mobilenet = presetPreprocessing('keras-tf', square(224));
  it.each([
    ['inputs/shapes_a.png', 'shapes_a', shapes],
    ['inputs/shapes_b.png', 'shapes_b', shapes],
    ['inputs/shapes_c.png', 'shapes_c', shapes],
    ['inputs/shapes_d.png', 'shapes_d', shapes],
    ['inputs/tinyseq_a.png', 'tinyseq_a', tinyseq],
    ['inputs/tinyseq_b.png', 'tinyseq_b', tinyseq],
    ['chelsea_224.png', 'chelsea', mobilenet],
  ] as const)('%s', async (image, input, preprocessing) => {
    const pixels = await read(image);
    const wanted = await readNpy(`${folder}/inputs/${input}.npy`);
    const { tensor, region } = preprocess(pixels, preprocessing, 'NCHW');
    expect(tensor.dims).toEqual(wanted.dims);
    expect(largestDifference(tensor.data, wanted.data as Float32Array)).toBeLessThanOrEqual(1e-6);
    expect(region).toEqual({ x: 0, y: 0, width: pixels.width, height: pixels.height });
  });
});

describe('shorter side and centre crop', () => {
  it('gives the pixels of torchvision', async () => {
    const torchvision = presetPreprocessing('torchvision', { channels: 3, width: 224, height: 224 });
    const raw: Preprocessing = { ...torchvision, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
    const { tensor, region } = preprocess(await read('chelsea.png'), raw, 'NHWC');
    const wanted = await read('resample/chelsea_torchvision_224.png');
    expect(largestDifference(tensor.data, wanted.data)).toBe(0);
    // 451×300 → 384×256; the crop begins at round(80) and round(16).
    expect(region.x).toBeCloseTo((80 * 451) / 384, 10);
    expect(region.y).toBeCloseTo((16 * 300) / 256, 10);
    expect(region.width).toBeCloseTo((224 * 451) / 384, 10);
    expect(region.height).toBeCloseTo((224 * 300) / 256, 10);
  });

  it('rounds half offsets to even, as torchvision does', async () => {
    const crop: Preprocessing = {
      ...plain,
      width: 32,
      height: 32,
      resize: 'shorter-side-and-centre-crop',
      shorterSide: 37,
    };
    const { tensor } = preprocess(await read('torture/thin_4x150.png'), crop, 'NHWC');
    expect(largestDifference(tensor.data, (await read('resample/thin_torchvision_32.png')).data)).toBe(0);
  });

  it('takes the whole shorter side when none is given', () => {
    const pixels: RgbImage = { width: 8, height: 4, data: new Uint8Array(96).map((_, i) => i) };
    const { region } = preprocess(
      pixels,
      { ...plain, width: 4, height: 4, resize: 'shorter-side-and-centre-crop' },
      'NCHW',
    );
    expect(region).toEqual({ x: 2, y: 0, width: 4, height: 4 });
  });

  it('refuses a shorter side below the crop', () => {
    const pixels: RgbImage = { width: 1, height: 1, data: new Uint8Array(3) };
    const small: Preprocessing = { ...plain, resize: 'shorter-side-and-centre-crop', shorterSide: 200 };
    expect(() => preprocess(pixels, small, 'NCHW')).toThrow(/shorterSide of 200 pixels .* at least 224/);
  });
});

describe('channels and layout', () => {
  const pixels: RgbImage = { width: 2, height: 1, data: new Uint8Array([10, 20, 30, 40, 50, 60]) };
  const tiny: Preprocessing = { ...plain, width: 2, height: 1 };

  it.each([
    ['rgb', 'NCHW', [10, 40, 20, 50, 30, 60]],
    ['rgb', 'NHWC', [10, 20, 30, 40, 50, 60]],
    ['bgr', 'NCHW', [30, 60, 20, 50, 10, 40]],
    ['bgr', 'NHWC', [30, 20, 10, 60, 50, 40]],
  ] as const)('%s %s', (channelOrder, layout, wanted) => {
    const { tensor } = preprocess(pixels, { ...tiny, channelOrder }, layout);
    expect([...tensor.data]).toEqual(wanted);
    expect(tensor.dims).toEqual(layout === 'NCHW' ? [1, 3, 1, 2] : [1, 1, 2, 3]);
  });

  it('lists mean and std in channel order', () => {
    const caffe: Preprocessing = { ...tiny, channelOrder: 'bgr', mean: [1, 2, 3], std: [1, 2, 4] };
    expect([...preprocess(pixels, caffe, 'NHWC').tensor.data]).toEqual([29, 9, 7 / 4, 59, 24, 37 / 4]);
  });

  it('makes grey with the luma weights of Pillow', () => {
    const grey: Preprocessing = { ...tiny, channelOrder: 'grey', mean: [0], std: [1] };
    const colours: RgbImage = { width: 2, height: 1, data: new Uint8Array([255, 0, 0, 0, 0, 255]) };
    const { tensor } = preprocess(colours, grey, 'NCHW');
    expect(tensor.dims).toEqual([1, 1, 1, 2]);
    expect([...tensor.data]).toEqual([76, 29]);
  });

  it('refuses a mean that does not fit the channels', () => {
    expect(() => preprocess(pixels, { ...tiny, mean: [0] }, 'NCHW')).toThrow(PreprocessingError);
  });
});

describe('an image of 15 megapixels', () => {
  let pixels: RgbImage;
  beforeAll(async () => {
    pixels = await read('torture/large_5000x3000.jpg');
  });

  it('is ready in well below a second', () => {
    const started = performance.now();
    const { tensor } = preprocess(
      pixels,
      presetPreprocessing('torchvision', { channels: 3, width: 224, height: 224 }),
      'NCHW',
    );
    expect(performance.now() - started).toBeLessThan(900);
    expect(tensor.data.every(Number.isFinite)).toBe(true);
  });
});
