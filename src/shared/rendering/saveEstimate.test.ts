import { describe, expect, it } from 'vitest';
import { estimateSave, limitedSize, overlaySize, type QuestionToSave } from './saveEstimate';

/** Nine methods at 224×224: five with a value for each colour, four of one channel. */
const maps = Array.from({ length: 9 }, (_, i) => ({ width: 224, height: 224, channels: i < 5 ? 3 : 1 }));
const photograph = (width: number, height: number): QuestionToSave => ({
  imageSize: { width, height },
  region: { x: (width - height) / 2, y: 0, width: height, height },
  maps,
});

describe('overlaySize', () => {
  it('is that of the image, of what the model saw of it, and no more than asked for', () => {
    const question = photograph(6000, 4000);
    expect(overlaySize(question, { view: 'auto' })).toEqual({
      full: { width: 6000, height: 4000 },
      overlay: { width: 6000, height: 4000 },
    });
    expect(overlaySize(question, { view: 'model', longestSide: 2048 })).toEqual({
      full: { width: 4000, height: 4000 },
      overlay: { width: 2048, height: 2048 },
    });
    expect(overlaySize({ ...question, maps: [] }, { view: 'model' }).full).toEqual({ width: 6000, height: 4000 });
  });

  it('never grows, and never vanishes', () => {
    expect(limitedSize({ width: 30, height: 20 }, { longestSide: 100 })).toEqual({ width: 30, height: 20 });
    expect(limitedSize({ width: 10_000, height: 2 }, { longestSide: 2048 })).toEqual({ width: 2048, height: 1 });
  });

  it('is no more than JPEG can hold', () => {
    const scan = { width: 131_000, height: 200 };
    expect(limitedSize(scan, {})).toEqual(scan);
    expect(limitedSize(scan, { format: 'jpeg' })).toEqual({ width: 65_500, height: 100 });
  });
});

describe('estimateSave', () => {
  /* Measured: all files of nine methods on three photographs, and on two of them enlarged to 24 megapixels with a camera's noise. */
  it.each([
    [451, 300, undefined, 'png', 9.8],
    [451, 300, undefined, 'jpeg', 8.1],
    [600, 400, undefined, 'png', 11.8],
    [600, 400, undefined, 'jpeg', 8.5],
    [550, 367, undefined, 'png', 10.6],
    [6000, 4000, 1600, 'png', 30.8],
    [6000, 4000, 1600, 'jpeg', 10.6],
    [6000, 4000, 1600, 'png', 28.9],
    [6000, 4000, 1600, 'jpeg', 10.0],
    [6000, 4000, 2048, 'png', 44.0],
    [6000, 4000, 2048, 'png', 41.2],
    [6000, 4000, 2400, 'png', 56.1],
    [6000, 4000, undefined, 'jpeg', 31.0],
    [6000, 4000, 2048, 'jpeg', 11.0],
    [6000, 4000, undefined, 'png', 291],
    [6000, 4000, undefined, 'png', 268],
  ] as const)(
    '%d×%d, longest side %s, as %s: to within 25 %% of %d MB',
    (width, height, longestSide, format, measured) => {
      const { files, bytes } = estimateSave([photograph(width, height)], { view: 'image', longestSide, format });
      expect(files).toBe(20);
      expect(bytes / 1e6 / measured).toBeGreaterThan(0.75);
      expect(bytes / 1e6 / measured).toBeLessThan(1.25);
    },
  );

  it('adds up several questions', () => {
    const one = estimateSave([photograph(451, 300)], { view: 'image' });
    const two = estimateSave([photograph(451, 300), photograph(451, 300)], { view: 'image' });
    expect(two.files).toBe(38);
    expect(two.bytes).toBeCloseTo(2 * one.bytes - 2000, -1);
  });
});
