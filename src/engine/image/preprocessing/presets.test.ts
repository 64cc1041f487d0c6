import { describe, expect, it } from 'vitest';
import { PreprocessingError } from '../../../shared/errors';
import type { Preprocessing } from '../../../shared/question/preprocessing';
import { plausiblePresets, presetPreprocessing } from './presets';
import { presetLike, resolvePreprocessing } from './resolvePreprocessing';

const colour = { channels: 3, width: 224, height: 224 };
const grey = { channels: 1, width: 28, height: 28 };
/** The model's input for a white pixel of each channel, as the preset computes it. */
const white = ({ scale, mean, std }: Preprocessing) => mean.map((each, c) => (255 * scale - each) / std[c]!);

describe('presets', () => {
  it('map white to the values that their libraries give', () => {
    const values = (preset: Parameters<typeof presetPreprocessing>[0]) => white(presetPreprocessing(preset, colour));
    const close = (numbers: readonly number[]) => numbers.map((each) => expect.closeTo(each, 10));
    expect(values('torchvision')).toEqual(close([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225]));
    expect(values('keras-tf')).toEqual(close([1, 1, 1]));
    expect(values('keras-caffe')).toEqual(close([151.061, 138.221, 131.32]));
    expect(values('raw-0-255')).toEqual([255, 255, 255]);
    expect(values('zero-one')).toEqual(close([1, 1, 1]));
  });

  it('take the size of the model', () => {
    const torchvision = presetPreprocessing('torchvision', { channels: 3, width: 299, height: 299 });
    expect(torchvision).toMatchObject({ width: 299, height: 299, shorterSide: 342, interpolation: 'bilinear' });
    expect(presetPreprocessing('torchvision', colour).shorterSide).toBe(256);
    expect(presetPreprocessing('zero-one', { channels: 3, width: 320, height: 200 })).toMatchObject({
      width: 320,
      height: 200,
    });
    expect(presetPreprocessing('zero-one', { channels: 3, width: null, height: null })).toMatchObject({
      width: 224,
      height: 224,
    });
    expect(presetPreprocessing('zero-one', { channels: 3, width: null, height: 64 })).toMatchObject({
      width: 64,
      height: 64,
    });
  });

  it('are grey for models of one channel', () => {
    expect(presetPreprocessing('torchvision', grey)).toMatchObject({
      channelOrder: 'grey',
      mean: [0.449],
      std: [0.226],
    });
    expect(presetPreprocessing('keras-caffe', grey)).toMatchObject({ channelOrder: 'grey', mean: [114.799333] });
    expect(() => presetPreprocessing('zero-one', { ...grey, channels: 4 })).toThrow(
      /takes 4 channels; an image gives 1 .* or 3/,
    );
  });

  it('plausible ones begin with the likeliest', () => {
    expect(plausiblePresets(colour).map(({ preset }) => preset)).toEqual([
      'torchvision',
      'keras-tf',
      'keras-caffe',
      'zero-one',
      'raw-0-255',
    ]);
    expect(plausiblePresets(grey)[0]).toMatchObject({ preset: 'zero-one', channelOrder: 'grey', width: 28 });
  });
});

describe('a preset with replaced fields', () => {
  const resolve = (spec: Parameters<typeof resolvePreprocessing>[0], input = colour) =>
    resolvePreprocessing(spec, input, 'w.json: preprocessing');

  it('keeps the others', () => {
    expect(resolve({ preset: 'torchvision', interpolation: 'bicubic', shorterSide: 232 })).toEqual({
      ...presetPreprocessing('torchvision', colour),
      interpolation: 'bicubic',
      shorterSide: 232,
    });
    expect(resolve('keras-tf')).toEqual(presetPreprocessing('keras-tf', colour));
  });

  it('loses the shorter side when it stretches, and gets one when it crops', () => {
    expect('shorterSide' in resolve({ preset: 'torchvision', resize: 'stretch' })).toBe(false);
    expect(resolve({ preset: 'keras-tf', resize: 'shorter-side-and-centre-crop' }).shorterSide).toBe(224);
  });

  it('takes mean and std the other way round in the other channel order', () => {
    const bgr = resolve({ preset: 'torchvision', channelOrder: 'bgr' });
    expect(bgr.mean).toEqual([0.406, 0.456, 0.485]);
    expect(bgr.std).toEqual([0.225, 0.224, 0.229]);
    expect(resolve({ preset: 'keras-caffe', channelOrder: 'rgb' }).mean).toEqual([123.68, 116.779, 103.939]);
    expect(resolve({ preset: 'torchvision', channelOrder: 'bgr', mean: [1, 2, 3] }).mean).toEqual([1, 2, 3]);
  });

  it('may set a size that the model leaves open', () => {
    const open = { channels: 3, width: null, height: null };
    expect(resolvePreprocessing({ preset: 'torchvision', width: 448, height: 448 }, open, 'x')).toMatchObject({
      width: 448,
      shorterSide: 512,
    });
  });

  it.each<[Parameters<typeof resolvePreprocessing>[0], RegExp]>([
    [
      { preset: 'zero-one', width: 96 },
      /^w\.json: preprocessing: width is 96, but the model takes images whose width is 224/,
    ],
    [
      { preset: 'zero-one', channelOrder: 'grey' },
      /channelOrder is "grey", but the model takes 3 channels; it must be "rgb" or "bgr"/,
    ],
    [{ preset: 'zero-one', mean: [0] }, /mean has 1 value\(s\), but the model takes 3 channel/],
    [
      { preset: 'torchvision', shorterSide: 100 },
      /shorterSide is 100, smaller than the 224×224 crop; it must be at least 224/,
    ],
    [{ preset: 'zero-one', shorterSide: 256 }, /shorterSide has no meaning with resize "stretch"/],
    [{ scale: 1 }, /must also state resize, interpolation, channelOrder, mean, std; or name one of the presets/],
    ['custom', /must also state resize/],
  ])('is refused when it does not fit: %j', (spec, message) => {
    expect(() => resolve(spec)).toThrow(PreprocessingError);
    expect(() => resolve(spec)).toThrow(message);
  });

  it('is recognised by its values', () => {
    for (const each of plausiblePresets(colour)) expect(presetLike(each, colour)).toBe(each.preset);
    expect(presetLike({ ...presetPreprocessing('zero-one', colour), std: [2, 2, 2] }, colour)).toBe('custom');
  });
});
