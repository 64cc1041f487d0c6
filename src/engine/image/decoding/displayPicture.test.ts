import { expect, it } from 'vitest';
import { displayPicture } from './displayPicture';

const flat = (width: number, height: number) => ({ width, height, data: new Uint8Array(width * height * 3).fill(90) });

it('shrinks the longer side to the limit', () => {
  const { picture, scale } = displayPicture(flat(300, 100), 150);
  expect([picture.width, picture.height, scale]).toEqual([150, 50, 0.5]);
  expect(picture.data.length).toBe(150 * 50 * 3);
  expect(picture.data.every((value) => value === 90)).toBe(true);
});

it('never enlarges and keeps at least one pixel', () => {
  const small = flat(20, 10);
  expect(displayPicture(small, 1600)).toEqual({ picture: small, scale: 1 });
  expect(displayPicture(flat(1000, 1), 100).picture).toMatchObject({ width: 100, height: 1 });
});
