import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeImage } from './encodeImage';

describe('encodeImage', () => {
  it('keeps every pixel and carries its text', async () => {
    const pixels = Uint8ClampedArray.of(1, 2, 3, 255, 40, 50, 60, 255);
    const png = await encodeImage(pixels, 2, 1, {
      Title: 'Grad-CAM für „Katze“ 猫',
      Description: 'Why',
      Software: 'Whylight',
    });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 2, height: 1, channels: 3 });
    expect([...data]).toEqual([1, 2, 3, 40, 50, 60]);
    expect((await sharp(png).metadata()).comments).toEqual([
      { keyword: 'Title', text: 'Grad-CAM für „Katze“ 猫' },
      { keyword: 'Description', text: 'Why' },
      { keyword: 'Software', text: 'Whylight' },
    ]);
  });

  it('as JPEG keeps colours apart, pixel by pixel, and its text in EXIF', async () => {
    // Single red pixels on blue: subsampled colours would mix with their neighbours'.
    const width = 32;
    const pixels = new Uint8ClampedArray(width * width * 4);
    for (let i = 0; i < width * width; i++) pixels.set(i % 2 === 0 ? [200, 40, 40, 255] : [40, 40, 200, 255], 4 * i);
    const text = { Title: 'Occlusion for “star”', Description: 'Explains star.', Software: 'Whylight' };
    const jpeg = await encodeImage(pixels, width, width, text, 'jpeg');
    const { format, chromaSubsampling, exif } = await sharp(jpeg).metadata();
    expect({ format, chromaSubsampling }).toEqual({ format: 'jpeg', chromaSubsampling: '4:4:4' });
    expect(exif?.toString('latin1')).toContain('Occlusion for ?star?. Explains star.\0');
    const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    let worst = 0;
    for (let i = 0; i < width * width; i++) {
      for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(data[3 * i + c]! - pixels[4 * i + c]!));
    }
    expect(worst).toBeLessThan(40);
  });
});
