import { expect, it } from 'vitest';
import { fileNames } from './fileNames';

const pngs = (...cards: [method: string, key: string][]) =>
  fileNames(cards.map(([method, key]) => ({ method, key }))).map(({ overlay }) => overlay);

it('names the files of a method that is there once by the method, whatever its key', () => {
  expect(pngs(['gradient', 'gradient'], ['grad-cam', 'x7'])).toEqual(['gradient.png', 'grad-cam.png']);
  expect(fileNames([{ method: 'grad-cam++', key: 'a' }])).toEqual([
    { npy: 'grad-cam++.npy', overlay: 'grad-cam++.png' },
  ]);
});

it('names several cards of a method by their keys, in any order and beside any other card', () => {
  const [first, second, third] = [
    ['grad-cam', 'grad-cam'] as [string, string],
    ['grad-cam', 'grad-cam-2'] as [string, string],
    ['grad-cam', 'star'] as [string, string],
  ];
  expect(pngs(first, second, third)).toEqual(['grad-cam.png', 'grad-cam-2.png', 'grad-cam.star.png']);
  expect(pngs(third, ['gradient', 'gradient'], second)).toEqual([
    'grad-cam.star.png',
    'gradient.png',
    'grad-cam-2.png',
  ]);
});

it('names the cards of a comparison by their row', () => {
  expect(pngs(['grad-cam', 'grad-cam'], ['grad-cam', 'e05/grad-cam'], ['grad-cam', 'e05/grad-cam-2'])).toEqual([
    'grad-cam.png',
    'grad-cam.e05.png',
    'grad-cam-2.e05.png',
  ]);
});

it('ends in the name of the format', () => {
  expect(fileNames([{ method: 'gradient', key: 'gradient' }], 'jpeg')).toEqual([
    { npy: 'gradient.npy', overlay: 'gradient.jpg' },
  ]);
});

it('gives names that no file system confuses, and never one twice', () => {
  const odd: [string, string][] = ['a/../b', 'a/b', 'A', 'a', '', 'ü', 'x'.repeat(300), `${'x'.repeat(300)}y`].map(
    (key) => ['m', key],
  );
  const names = pngs(...odd, ['m', 'm'], ['m', 'm.a']);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^m[a-z0-9+._-]{0,99}\.png$/);
  // A method whose id is what another one's card would be called.
  const [one, two] = pngs(['grad', 'grad'], ['grad', 'grad-cam'], ['grad-cam', 'x']).slice(1);
  expect(one).toMatch(/^grad-cam-[0-9a-f]{8}\.png$/);
  expect(two).toBe('grad-cam.png');
});
