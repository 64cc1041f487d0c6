import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { crc32, encodePng, withText } from './png';

describe('encodePng', () => {
  it('keeps every pixel and carries its text', async () => {
    const pixels = Uint8ClampedArray.of(1, 2, 3, 255, 40, 50, 60, 255);
    const png = await encodePng(pixels, 2, 1, { Title: 'Grad-CAM für „Katze“ 猫', Software: 'Whylight' });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 2, height: 1, channels: 3 });
    expect([...data]).toEqual([1, 2, 3, 40, 50, 60]);
    expect((await sharp(png).metadata()).comments).toEqual([
      { keyword: 'Title', text: 'Grad-CAM für „Katze“ 猫' },
      { keyword: 'Software', text: 'Whylight' },
    ]);
  });

  it('refuses keywords that PNG does not allow', () => {
    expect(() => withText(new Uint8Array(40), { '': 'x' })).toThrow(RangeError);
    expect(() => withText(new Uint8Array(40), { Größe: 'x' })).toThrow(RangeError);
  });
});

describe('crc32', () => {
  it("has the check value of its catalogue entry (CRC-32/ISO-HDLC, '123456789')", () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
