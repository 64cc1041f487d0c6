import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../results/attribution';
import { chosenView, modelFrame, modelView } from './view';

/** Each pixel's red is its column, its green its row. */
function ramp(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o += 3) data.set([x, y, 7], o);
  }
  return { width, height, data };
}

const pixel = ({ width, data }: RgbImage, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x)).subarray(0, 3),
];
const square = { width: 224, height: 224 };

describe('chosenView', () => {
  it('is the image, but what the model saw of an image that is more than three times as long as wide', () => {
    expect(chosenView({ view: 'auto' }, { width: 300, height: 100 })).toBe('image');
    expect(chosenView({ view: 'auto' }, { width: 301, height: 100 })).toBe('model');
    expect(chosenView({ view: 'auto' }, { width: 20, height: 400 })).toBe('model');
  });

  it('is what was chosen', () => {
    expect(chosenView({ view: 'image' }, { width: 2000, height: 20 })).toBe('image');
    expect(chosenView({ view: 'model' }, { width: 10, height: 10 })).toBe('model');
  });
});

describe('modelView', () => {
  it('crops to the pixels that the model saw', () => {
    const view = modelView(ramp(60, 40), { x: 10, y: 0, width: 40, height: 40 }, square);
    expect(view).toMatchObject({ width: 40, height: 40, distortion: { factor: 1, stretched: null } });
    expect(view.source).toEqual({ x: 10, y: 0, width: 40, height: 40 });
    expect(view.region).toEqual({ x: 0, y: 0, width: 40, height: 40 });
    expect(pixel(view.image, 0, 0)).toEqual([10, 0, 7]);
    expect(pixel(view.image, 39, 39)).toEqual([49, 39, 7]);
  });

  it('hands on the image itself where the model saw all of it as it is', () => {
    const image = ramp(50, 50);
    expect(modelView(image, { x: 0, y: 0, width: 50, height: 50 }, square).image.data).toBe(image.data);
  });

  it('keeps the exact place of the map where the region is not whole', () => {
    const view = modelView(ramp(60, 40), { x: 10.4, y: 0.25, width: 39.5, height: 39.5 }, square);
    expect(view.source).toEqual({ x: 10, y: 0, width: 40, height: 40 });
    expect(view.region.x).toBeCloseTo(0.4, 12);
    expect(view.region).toMatchObject({ y: 0.25, width: 39.5, height: 39.5 });
  });

  it('is black where the model saw what is outside of the image', () => {
    const view = modelView(ramp(4, 2), { x: 0, y: -1, width: 4, height: 4 }, square);
    expect(view.image).toMatchObject({ width: 4, height: 4 });
    expect([0, 1, 2, 3].map((y) => pixel(view.image, 2, y))).toEqual([
      [0, 0, 0],
      [2, 0, 7],
      [2, 1, 7],
      [0, 0, 0],
    ]);
    expect([...modelView(ramp(4, 2), { x: 9, y: 0, width: 2, height: 2 }, square).image.data]).toEqual(
      Array(12).fill(0),
    );
  });

  it('lengthens what the model saw longer: 3:2 into a square is 1.5 : 1 in height', () => {
    const view = modelView(ramp(6, 4), { x: 0, y: 0, width: 6, height: 4 }, square);
    expect(view.image).toMatchObject({ width: 6, height: 6 });
    expect(view.distortion).toEqual({ factor: 1.5, stretched: 'height' });
    // Row y looks at (y + 0.5) · 4 / 6 − 0.5: −1/6 (held at 0), 0.5, 1.17, 1.83, 2.5, 3.17 (held at 3).
    expect([0, 1, 2, 3, 4, 5].map((y) => pixel(view.image, 5, y)[1])).toEqual([0, 1, 1, 2, 3, 3]);
    expect([0, 1, 2, 3, 4, 5].map((x) => pixel(view.image, x, 3)[0])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('and 2:3 in width, for inputs of any proportions', () => {
    const upright = modelView(ramp(4, 6), { x: 0, y: 0, width: 4, height: 6 }, square);
    expect(upright.image).toMatchObject({ width: 6, height: 6 });
    expect(upright.distortion).toEqual({ factor: 1.5, stretched: 'width' });
    expect([0, 1, 2, 3, 4, 5].map((x) => pixel(upright.image, x, 0)[0])).toEqual([0, 1, 1, 2, 3, 3]);
    const wide = modelView(ramp(10, 10), { x: 0, y: 0, width: 10, height: 10 }, { width: 64, height: 16 });
    expect(wide.image).toMatchObject({ width: 40, height: 10 });
    expect(wide.distortion).toEqual({ factor: 4, stretched: 'width' });
  });

  it('resamples the region alone, to fractions of a pixel', () => {
    const { image, region } = modelView(ramp(40, 10), { x: 9.5, y: 2, width: 20, height: 4 }, { width: 20, height: 8 });
    expect(image).toMatchObject({ width: 20, height: 8 });
    expect(region).toEqual({ x: 0, y: 0, width: 20, height: 8 });
    // Columns stand halfway between two pixels: 9.5, 10.5, …, rounded up.
    expect([0, 1, 19].map((x) => pixel(image, x, 0)[0])).toEqual([10, 11, 29]);
    // Rows at 1.75, 2.25, 2.75 … of the image.
    expect([0, 1, 2, 7].map((y) => pixel(image, 0, y)[1])).toEqual([2, 2, 3, 5]);
  });

  it('calls rounding no distortion', () => {
    expect(modelFrame({ x: 0, y: 0, width: 299.4, height: 300.6 }, square).distortion).toEqual({
      factor: 1,
      stretched: null,
    });
  });

  it('does not grow beyond what a screen or a file needs', () => {
    const strip = modelFrame({ x: 0, y: 0, width: 20_000, height: 1000 }, square);
    expect(strip.distortion.factor).toBeCloseTo(20, 9);
    expect(strip.width).toBe(strip.height);
    expect(Math.abs(strip.width * strip.height - 20e6)).toBeLessThan(strip.width);
    expect(modelFrame({ x: 0, y: 0, width: 1600, height: 2 }, square)).toMatchObject({ width: 1600, height: 1600 });
  });
});
