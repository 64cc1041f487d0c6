import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { pictureOf } from './picture';

/** A panorama of 400 × 20 pixels, shown at half its size, of which the model saw the middle as a square of 10 × 10. */
const prediction = (region: Prediction['region'], imageSize = { width: 400, height: 20 }): Prediction =>
  ({
    pixels: {
      width: imageSize.width / 2,
      height: imageSize.height / 2,
      data: new Uint8Array(imageSize.width * imageSize.height),
    },
    imageSize,
    region,
    input: { size: [3, 10, 10], preprocessing: null },
  }) as unknown as Prediction;

describe('pictureOf', () => {
  it('shows what the model saw of a strip, and the image where the reader says so', () => {
    const strip = prediction({ x: 190, y: 0, width: 20, height: 20 });
    const seen = pictureOf(strip, { view: 'auto' });
    expect(seen).toMatchObject({ view: 'model', image: { width: 10, height: 10 }, distortion: { stretched: null } });
    expect(seen.imagePixel({ x: 0, y: 9 })).toEqual({ x: 191, y: 19 });
    expect(pictureOf(strip, { view: 'auto' })).toBe(seen);
    const whole = pictureOf(strip, { view: 'image' });
    expect(whole).toMatchObject({ view: 'image', region: { x: 95, y: 0, width: 10, height: 10 } });
    expect(whole.imagePixel({ x: 95, y: 0 })).toEqual({ x: 191, y: 1 });
  });

  it('says by how much the model saw an image stretched', () => {
    const stretched = prediction({ x: 0, y: 0, width: 400, height: 200 }, { width: 400, height: 200 });
    expect(pictureOf(stretched, { view: 'auto' })).toMatchObject({
      view: 'image',
      distortion: { factor: 2, stretched: 'height' },
    });
    expect(pictureOf(stretched, { view: 'model' }).image).toMatchObject({ width: 200, height: 200 });
  });
});
