import { expect, it } from 'vitest';
import type { EncodeParams } from '../../shared/protocol/protocol';
import { defaultDisplay } from '../../shared/rendering/display';
import { isLong, isReduced, sizesOf } from './sizes';

const attribution = { map: { width: 224, height: 224 } };

function params(width: number, height: number, maps: number, longestSide?: number, view: 'image' | 'model' = 'image') {
  return {
    prediction: { imageSize: { width, height }, region: { x: 0, y: 0, width: height, height } },
    attributions: Array.from({ length: maps }, () => attribution),
    display: { ...defaultDisplay, view },
    ...(longestSide !== undefined && { longestSide }),
  } as unknown as EncodeParams;
}

it('gives the size of the image where it is no longer than the limit', () => {
  const sizes = sizesOf(params(1600, 1000, 9, 2048));
  expect(sizes).toMatchObject({ count: 9, overlay: { width: 1600, height: 1000 } });
  expect(isReduced(sizes)).toBe(false);
  expect(isReduced(sizesOf(params(6000, 4000, 9)))).toBe(false);
});

it('keeps the proportions of a longer one', () => {
  const sizes = sizesOf(params(6000, 4000, 9, 2048));
  expect(sizes).toMatchObject({ overlay: { width: 2048, height: 1365 }, full: { width: 6000, height: 4000 } });
  expect(isReduced(sizes)).toBe(true);
  expect(sizesOf(params(10_000, 2, 1, 2048)).overlay).toEqual({ width: 2048, height: 1 });
});

it('gives the size of what the model saw in that view', () => {
  expect(sizesOf(params(6000, 4000, 9, 2048, 'model'))).toMatchObject({
    overlay: { width: 2048, height: 2048 },
    full: { width: 4000, height: 4000 },
  });
});

it('counts the maps of other questions, too', () => {
  const one = params(100, 100, 2);
  const { count, pixels } = sizesOf({ ...one, others: [params(10, 10, 3)] });
  expect(count).toBe(5);
  expect(pixels).toBe(3 * 100 * 100 + 4 * 10 * 10);
});

it('knows what takes long', () => {
  expect(isLong(sizesOf(params(500, 333, 9, 2048)))).toBe(false);
  expect(isLong(sizesOf(params(6000, 4000, 1, 2048)))).toBe(true);
  expect(isLong(sizesOf(params(2048, 1365, 9, 2048)))).toBe(true);
});
