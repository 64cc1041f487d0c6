import { describe, expect, it } from 'vitest';
import { folderName, folderNames } from './folderName';

describe('folderName', () => {
  it.each([
    ['cat.png', 'cat'],
    ['cat.tar.png', 'cat.tar'],
    ['cat', 'cat'],
    ['.png', '.png'],
    ['...png', '___png'],
    ['..png', '__png'],
    ['....', '____'],
    ['..', '__'],
    ['. .png', '___png'],
    ['', '_'],
    ['12:30 a\nb.png', '12:30 a\nb'],
  ])('%j → %s', (name, folder) => {
    expect(folderName(name)).toBe(folder);
  });
});

it('gives every image a folder of its own', () => {
  expect(folderNames(['a.png', 'a.jpg', 'a-2.png', 'b.png', 'a.gif'])).toEqual(['a', 'a-2', 'a-2-2', 'b', 'a-3']);
});
