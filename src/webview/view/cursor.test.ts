import { describe, expect, it } from 'vitest';
import { centreOf, cursorAt, follow, inFrame, movePixel, pixelAt, wholeImage, zoomAt } from './cursor';

const pixels = { width: 100, height: 50 };

describe('cursor', () => {
  it('finds the pixel under a point, and its centre again', () => {
    expect(pixelAt(cursorAt({ x: 0.125, y: 0.99 }, wholeImage), pixels)).toEqual({ x: 12, y: 49 });
    expect(pixelAt(cursorAt({ x: 1.2, y: -0.1 }, wholeImage), pixels)).toEqual({ x: 99, y: 0 });
    expect(inFrame(centreOf({ x: 12, y: 49 }, pixels), wholeImage)).toEqual({ x: 0.125, y: 0.99 });
    const zoom = { scale: 4, x: 0.3, y: 0.6 };
    for (const pixel of [
      { x: 25, y: 28 },
      { x: 30, y: 32 },
    ]) {
      expect(pixelAt(cursorAt(inFrame(centreOf(pixel, pixels), zoom), zoom), pixels)).toEqual(pixel);
    }
  });

  it('is the same place on images of different sizes', () => {
    const cursor = centreOf({ x: 25, y: 10 }, pixels);
    expect(pixelAt(cursor, { width: 1000, height: 7 })).toEqual({ x: 255, y: 1 });
  });

  it('moves by keys and stays inside', () => {
    const from = { x: 98, y: 1 };
    expect(movePixel(from, 'ArrowRight', false, pixels, 1)).toEqual({ x: 99, y: 1 });
    expect(movePixel(from, 'ArrowRight', true, pixels, 1)).toEqual({ x: 99, y: 1 });
    expect(movePixel(from, 'ArrowUp', true, pixels, 2)).toEqual({ x: 98, y: 0 });
    expect(movePixel(from, 'Home', false, pixels, 1)).toEqual({ x: 0, y: 1 });
    expect(movePixel(from, 'PageDown', false, pixels, 1)).toEqual({ x: 98, y: 49 });
    expect(movePixel(null, 'ArrowLeft', false, pixels, 1)).toEqual({ x: 49, y: 25 });
    expect(movePixel(from, 'Tab', false, pixels, 1)).toBeNull();
  });
});

describe('zoom', () => {
  it('keeps the pixel under the pointer where it is', () => {
    const at = { x: 0.3, y: 0.7 };
    let zoom = wholeImage;
    for (const factor of [1.5, 2, 1.7, 0.8]) {
      zoom = zoomAt(zoom, factor, at);
      const found = cursorAt(at, zoom);
      expect(found.x).toBeCloseTo(0.3, 12);
      expect(found.y).toBeCloseTo(0.7, 12);
    }
  });

  it('never shows what is beside the image, nor goes beyond its limits', () => {
    const corner = zoomAt(wholeImage, 4, { x: 0, y: 1 });
    expect(corner).toEqual({ scale: 4, x: 0.125, y: 0.875 });
    expect(zoomAt(corner, 0.01, { x: 0.5, y: 0.5 })).toEqual(wholeImage);
    expect(zoomAt(corner, 1000, { x: 0.5, y: 0.5 }).scale).toBe(32);
  });

  it('follows a cursor that leaves the frame, and only then', () => {
    const zoom = { scale: 4, x: 0.5, y: 0.5 };
    expect(follow(zoom, { x: 55, y: 25 }, pixels)).toEqual(zoom);
    const moved = follow(zoom, { x: 99, y: 25 }, pixels);
    expect(moved.x).toBeCloseTo(0.875, 10);
    const { x } = inFrame(centreOf({ x: 99, y: 25 }, pixels), moved);
    expect(x).toBeLessThanOrEqual(1);
  });
});
