import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../../shared/errors';
import { decodeBmp, isBmp } from './bmp';
import { decodeImage } from './decode';

const folder = 'test/data/images/bmp';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.png'))
  .map((file) => file.slice(0, -4));
const bytesOf = (name: string) => readFile(`${folder}/${name}.bmp`);

describe('reads what the file means', () => {
  it('in every kind of file', () => expect(names).toHaveLength(15));

  it.each(names)('%s', async (name) => {
    const bytes = await bytesOf(name);
    expect(isBmp(bytes)).toBe(true);
    const { pixels: wanted } = await decodeImage({ path: `${folder}/${name}.png` });
    const { pixels, format } = await decodeImage({ name: 'anything.jpg', bytes });
    expect(format).toBe('bmp');
    expect([pixels.width, pixels.height]).toEqual([wanted.width, wanted.height]);
    expect(pixels.data).toEqual(new Uint8Array(wanted.data));
  });

  it('and tells of transparency where a file declares it', async () => {
    expect((await decodeImage({ path: `${folder}/rgba32_v5.bmp` })).notes).toEqual([
      'The image has transparent parts; transparency was dropped and the colours stored under it are used.',
    ]);
    expect((await decodeImage({ path: `${folder}/rgb32.bmp` })).notes).toEqual([]);
  });
});

describe('refuses', () => {
  it.each([
    ['cut_off', /cut_off\.bmp is cut off: 21×14 pixels of 24 bits need 896 bytes and 876 follow/],
    ['huge', /huge\.bmp claims 21×2147483647 pixels .* at most 134 million/],
    ['embedded_png', /embedded_png\.bmp is a BMP file with 0 bits a pixel and an embedded PNG, which is not supported/],
  ])('%s', async (name, message) => {
    const decoding = decodeImage({ path: `${folder}/${name}.bmp` });
    await expect(decoding).rejects.toThrow(message);
    await expect(decoding).rejects.toBeInstanceOf(ImageError);
  });

  it('every prefix of a file, with a plain message', async () => {
    for (const name of ['rgb24', 'rle8', 'fields16_565', 'palette8_os2', 'rgba32_v5']) {
      const bytes = await bytesOf(name);
      // The end mark of RLE data may be missing without loss.
      for (let length = 18; length < bytes.length - 4; length += 3) {
        expect(() => decodeBmp(bytes.subarray(0, length), 'x.bmp'), `${name} cut to ${length}`).toThrow(ImageError);
      }
    }
  });

  it('text that begins with the same two letters', async () => {
    const bytes = new TextEncoder().encode('BM is how this sentence begins, and it is text.');
    await expect(decodeImage({ name: 'note.bmp', bytes })).rejects.toThrow(
      /note\.bmp is not an image: its content is text/,
    );
  });
});
