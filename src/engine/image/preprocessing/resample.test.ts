import { beforeAll, describe, expect, it } from 'vitest';
import type { Interpolation } from '../../../shared/question/preprocessing';
import { readNpy } from '../../files/npy';
import { decodeImage } from '../decoding/decode';
import { type Pixels, resample } from './resample';

const folder = 'test/data/images';
const interpolations: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic', 'lanczos3'];

async function golden(name: string): Promise<Pixels> {
  const { dims, data } = await readNpy(`${folder}/resample/${name}.npy`);
  return { height: dims[0]!, width: dims[1]!, channels: dims.length === 3 ? 3 : 1, data: data as Uint8Array };
}

async function source(name: string): Promise<Pixels> {
  const { pixels } = await decodeImage({ path: `${folder}/torture/${name}` });
  return { ...pixels, channels: 3 };
}

const firstChannel = ({ width, height, data }: Pixels): Pixels => ({
  width,
  height,
  channels: 1,
  data: data.filter((_, i) => i % 3 === 0),
});

describe('equals Pillow byte for byte', () => {
  const sources: Record<string, Pixels> = {};
  beforeAll(async () => {
    sources['down'] = await source('base_225x150.png');
    sources['grey'] = firstChannel(await source('gray8.png'));
    sources['board'] = await golden('board');
    sources['up'] = await source('thin_4x150.png');
    sources['mixed'] = sources['up'];
    sources['one_axis'] = sources['up'];
  });

  const cases = ['down', 'up', 'mixed', 'one_axis', 'grey', 'board'].flatMap((name) =>
    interpolations.map((interpolation) => [name, interpolation] as const),
  );
  it.each(cases)('%s, %s', async (name, interpolation) => {
    const wanted = await golden(`${name}_${interpolation}`);
    expect(resample(sources[name]!, wanted.width, wanted.height, interpolation)).toEqual(wanted);
  });
});

describe('a window', () => {
  it.each(interpolations)('is the same part of the whole, %s', async (interpolation) => {
    const pixels = await source('base_225x150.png');
    for (const [width, height] of [
      [90, 61],
      [301, 220],
      [225, 70],
      [100, 150],
      [225, 150],
    ] as const) {
      const whole = resample(pixels, width, height, interpolation);
      const window = { x: 11, y: 7, width: 50, height: 40 };
      const part = resample(pixels, width, height, interpolation, window);
      const cropped = resample(whole, width, height, interpolation, window);
      expect(part).toEqual(cropped);
      expect(part.data.subarray(0, 3)).toEqual(whole.data.subarray((7 * width + 11) * 3, (7 * width + 11) * 3 + 3));
    }
  });

  it('outside the image is refused', () => {
    const pixels: Pixels = { width: 2, height: 2, channels: 1, data: new Uint8Array(4) };
    expect(() => resample(pixels, 4, 4, 'bilinear', { x: 2, y: 0, width: 3, height: 4 })).toThrow(RangeError);
  });
});

it('leaves an image of the wanted size alone and enlarges one pixel evenly', () => {
  const pixel: Pixels = { width: 1, height: 1, channels: 3, data: new Uint8Array([200, 30, 60]) };
  expect(resample(pixel, 1, 1, 'lanczos3')).toEqual(pixel);
  for (const interpolation of interpolations) {
    const { data } = resample(pixel, 5, 3, interpolation);
    expect([...data]).toEqual(Array.from({ length: 15 }, () => [200, 30, 60]).flat());
  }
});
