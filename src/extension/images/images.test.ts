import { describe, expect, it } from 'vitest';
import { imagesInFolder, imagesOf, isImagePath } from './images';

const item = (path: string) => ({ path, toString: () => `file://${path}` });

describe('isImagePath', () => {
  it('goes by the extension in any case', () => {
    expect(['/a/cat.png', '/a/cat.JPEG', 'C:\\x\\cat.tif', '/a.b/scan.TIFF'].every(isImagePath)).toBe(true);
    expect(['/a/model.onnx', '/a/png', '/a.png/readme', '/a/.png/x', ''].some(isImagePath)).toBe(false);
  });
});

describe('imagesOf', () => {
  it('keeps the images of a mixed selection, each once', () => {
    const [cat, dog, notes] = [item('/cat.png'), item('/dog.jpg'), item('/notes.md')];
    expect(imagesOf(cat, [dog, notes, cat, item('/cat.png')])).toEqual([dog, cat]);
  });

  it('takes the clicked item when there is no selection', () => {
    const cat = item('/cat.png');
    expect(imagesOf(cat, undefined)).toEqual([cat]);
    expect(imagesOf(cat, [])).toEqual([cat]);
    expect(imagesOf(undefined, undefined)).toEqual([]);
  });
});

describe('imagesInFolder', () => {
  it('lists files that are images in natural order, links to files too', () => {
    const entries = [
      ['star_10.png', 1],
      ['star_9.PNG', 1],
      ['linked.jpg', 1 | 64],
      ['folder.png', 2],
      ['linked-folder.png', 2 | 64],
      ['model.onnx', 1],
    ] as const;
    expect(imagesInFolder(entries, 10)).toEqual(['linked.jpg', 'star_9.PNG', 'star_10.png']);
    expect(imagesInFolder(entries, 1)).toEqual(['linked.jpg']);
  });
});
