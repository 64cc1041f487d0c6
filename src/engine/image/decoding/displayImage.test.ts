import { expect, it } from 'vitest';
import { displayImage } from './displayImage';

const flat = (width: number, height: number) => ({ width, height, data: new Uint8Array(width * height * 3).fill(90) });

it('shrinks the longer side to the limit', () => {
  const { pixels, scale } = displayImage(flat(300, 100), 150);
  expect([pixels.width, pixels.height, scale]).toEqual([150, 50, 0.5]);
  expect(pixels.data.length).toBe(150 * 50 * 3);
  expect(pixels.data.every((value) => value === 90)).toBe(true);
});

it('never enlarges and keeps at least one pixel', () => {
  const small = flat(20, 10);
  expect(displayImage(small, 1600)).toEqual({ pixels: small, scale: 1 });
  expect(displayImage(flat(1000, 1), 100).pixels).toMatchObject({ width: 100, height: 1 });
});
