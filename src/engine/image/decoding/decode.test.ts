import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../../shared/errors';
import type { RgbImage } from '../../../shared/results/attribution';
import { crc32 } from '../../export/png';
import { decodeImage } from './decode';

const folder = 'test/data/images';
const torture = `${folder}/torture`;
const decode = (name: string) => decodeImage({ path: `${torture}/${name}` });

interface Expected {
  readonly error?: string;
  readonly size_after_exif: readonly [number, number];
  readonly mean_rgb: readonly [number, number, number];
  readonly pixel_0_0: readonly [number, number, number];
  readonly pixel_centre: readonly [number, number, number];
}
const { files } = JSON.parse(readFileSync(`${folder}/torture.json`, 'utf8')) as { files: Record<string, Expected> };

const pixel = ({ data, width }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

function meanOf({ data }: RgbImage): number[] {
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) sums[i % 3]! += data[i]!;
  return sums.map((sum) => (sum * 3) / data.length);
}

function worst(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

const formats: Record<string, string> = { jpg: 'jpeg', tif: 'tiff' };
const extension = (name: string) => name.split('.').at(-1)!;

describe('every readable odd file gives what Pillow gives', () => {
  const readable = Object.entries(files).filter(([, { error }]) => !error);

  it('there are 26 of them', () => expect(readable).toHaveLength(26));

  it.each(readable)('%s', async (name, expected) => {
    const { pixels, format } = await decode(name);
    const [width, height] = expected.size_after_exif;
    expect([pixels.width, pixels.height]).toEqual([width, height]);
    expect(pixels.data).toHaveLength(width * height * 3);
    // torture.json rounds means to three digits; lossy decoders may differ by a level at single pixels.
    const lossy = /\.jpg$|lossy|jpeg_named/.test(name);
    expect(worst(meanOf(pixels), expected.mean_rgb)).toBeLessThanOrEqual(lossy ? 0.05 : 0.00051);
    const levels = lossy ? 1 : 0;
    expect(worst(pixel(pixels, 0, 0), expected.pixel_0_0)).toBeLessThanOrEqual(levels);
    expect(worst(pixel(pixels, width >> 1, height >> 1), expected.pixel_centre)).toBeLessThanOrEqual(levels);
    expect(format).toBe(name === 'jpeg_named_png.png' ? 'jpeg' : (formats[extension(name)] ?? extension(name)));
  });

  it.each(['rgb16.png', 'rgb24.bmp', 'rgba.png', 'lossless.webp'])(
    '%s has the pixels of base_225x150.png',
    async (name) => {
      const base = await decode('base_225x150.png');
      expect(Buffer.compare((await decode(name)).pixels.data, base.pixels.data)).toBe(0);
    },
  );

  it('a 16-bit grey image has the pixels of the 8-bit one', async () => {
    const grey = await decode('gray8.png');
    expect(Buffer.compare((await decode('gray16.png')).pixels.data, grey.pixels.data)).toBe(0);
  });
});

it('16-bit grey TIFF keeps the high byte', async () => {
  const { pixels } = await decodeImage({ path: `${folder}/grey16.tif` });
  expect([...pixels.data]).toEqual(Array.from({ length: 12 }, (_, i) => Array(3).fill((i * 5000) >> 8)).flat());
});

describe('what was done is told', () => {
  it.each([
    ['base_225x150.png', []],
    ['gray16.png', []],
    ['baseline_420.jpg', []],
    ['animated.gif', ['The image is an animation of 3 frames; the first one is used.']],
    ['exif_orientation6.jpg', ['The image was turned upright by its EXIF orientation (6).']],
    ['cmyk.jpg', ['The CMYK colours have no profile; they were converted to RGB by the plain formula.']],
    [
      'rgba.png',
      ['The image has transparent parts; transparency was dropped and the colours stored under it are used.'],
    ],
    ['vector.svg', ['The SVG drawing was rasterised at its own size, 64×64 pixels, on white.']],
  ])('%s', async (name, notes) => {
    expect((await decode(name)).notes).toEqual(notes);
  });

  it('a JPEG whose data is broken in the middle', async () => {
    const bytes = await readFile(`${torture}/baseline_420.jpg`);
    // A restart marker where none belongs: the rest of the row is lost, the end of the file is there.
    bytes.set([0xff, 0xd3], 4500);
    const { pixels, notes } = await decodeImage({ name: 'x.jpg', bytes });
    expect([pixels.width, pixels.height]).toEqual([225, 150]);
    expect(notes).toEqual([
      expect.stringMatching(
        /^The decoder warned that the file is irregular and parts may be wrong: .*Corrupt JPEG data/,
      ),
    ]);
  });

  it('a fully transparent image', async () => {
    const data = new Uint8Array([10, 20, 30, 0, 40, 50, 60, 0]);
    const bytes = await sharp(data, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const { pixels, notes } = await decodeImage({ name: 'clear.png', bytes });
    expect([...pixels.data]).toEqual([10, 20, 30, 40, 50, 60]);
    expect(notes).toEqual([
      'Every pixel is fully transparent; transparency was dropped and the colours stored under it are used.',
    ]);
  });
});

describe('colour', () => {
  const largest = (a: RgbImage, b: RgbImage) => worst([...a.data], [...b.data]);
  const mean = (a: RgbImage, b: RgbImage) =>
    a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;

  it('a Display P3 profile is converted to sRGB', async () => {
    const bytes = await sharp(`${torture}/base_225x150.png`).withIccProfile('p3').png().toBuffer();
    const base = (await decode('base_225x150.png')).pixels;
    const stored = { ...base, data: await sharp(bytes, { ignoreIcc: true }).raw().toBuffer() };
    expect(mean(stored, base)).toBeGreaterThan(3);
    const { pixels, notes } = await decodeImage({ name: 'p3.png', bytes });
    expect(largest(pixels, base)).toBeLessThanOrEqual(2);
    expect(notes).toEqual([expect.stringMatching(/^The colours were converted from the profile “.*P3.*” to sRGB\.$/)]);
  });

  it('CMYK with a profile goes through it', async () => {
    const bytes = await sharp(`${torture}/base_225x150.png`)
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .tiff({ compression: 'none' })
      .toBuffer();
    const { pixels, notes } = await decodeImage({ name: 'press.tif', bytes });
    // The perceptual intent moves colours by 8.5 levels here, as LittleCMS does by itself; the plain formula would by 18.4.
    expect(mean(pixels, (await decode('base_225x150.png')).pixels)).toBeLessThan(9);
    expect(notes).toEqual([expect.stringMatching(/^The colours were converted from the profile “.+” to sRGB\.$/)]);
  });

  it('an sRGB profile changes nothing', async () => {
    const { pixels, notes } = await decode('base_225x150.png');
    const stored = await sharp(`${torture}/base_225x150.png`, { ignoreIcc: true }).raw().toBuffer();
    expect(Buffer.compare(pixels.data, stored)).toBe(0);
    expect(notes).toEqual([]);
  });
});

describe('an SVG drawing', () => {
  it('is rasterised on white', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="2" height="2" fill="#102030"/></svg>';
    const { pixels } = await decodeImage({ name: 'half.svg', bytes: new TextEncoder().encode(svg) });
    expect(pixel(pixels, 0, 0)).toEqual([16, 32, 48]);
    expect(pixel(pixels, 3, 1)).toEqual([255, 255, 255]);
    expect(pixel((await decode('vector.svg')).pixels, 32, 32)).toEqual([200, 50, 30]);
  });
});

describe('one clear sentence for', () => {
  it.each([
    ['empty.png', /^empty\.png is empty \(0 bytes\)\.$/],
    ['text_renamed.png', /^text_renamed\.png is not an image: its content is text; JPEG, PNG/],
    [
      'truncated.jpg',
      /^truncated\.jpg is a damaged or cut off JPEG file \(.*premature end of JPEG image\); copy or save it again\.$/,
    ],
    ['truncated.png', /^truncated\.png is a damaged or cut off PNG file \(.*\); copy or save it again\.$/],
    ['bad_crc.png', /^bad_crc\.png is a damaged or cut off PNG file \(.*\); copy or save it again\.$/],
    [
      'huge_header_60000x60000.png',
      /^huge_header_60000x60000\.png claims 60000×60000 pixels \(3600 million\); at most 134 million are decoded, so make a smaller copy\.$/,
    ],
  ])('%s', async (name, message) => {
    const decoding = decode(name);
    await expect(decoding).rejects.toBeInstanceOf(ImageError);
    await expect(decoding).rejects.toThrow(message);
  });

  it('a missing file and a folder', async () => {
    await expect(decode('none.png')).rejects.toThrow(/torture\/none\.png does not exist\.$/);
    await expect(decodeImage({ path: torture })).rejects.toThrow(/torture is a folder, not a file\.$/);
  });

  it.each(['lossless.webp', 'lossy.webp', 'rgb_lzw_256.tif', 'progressive.jpg', 'palette.png', 'cmyk.jpg'])(
    '%s cut in half',
    async (name) => {
      const bytes = await readFile(`${torture}/${name}`);
      const decoding = decodeImage({ name, bytes: bytes.subarray(0, bytes.length >> 1) });
      await expect(decoding).rejects.toBeInstanceOf(ImageError);
      await expect(decoding).rejects.toThrow(new RegExp(`^${name} is a damaged or cut off`));
    },
  );

  it('a GIF cut off inside its first frame', async () => {
    const bytes = (await readFile(`${torture}/animated.gif`)).subarray(0, 4000);
    await expect(decodeImage({ name: 'x.gif', bytes })).rejects.toThrow(/^x\.gif is a damaged or cut off GIF file/);
  });

  it('floating-point pixels', async () => {
    await expect(decodeImage({ path: `${folder}/float.tif` })).rejects.toThrow(
      'float.tif stores float values, whose range no image format fixes; save it with 8 or 16 bits a channel.',
    );
  });
});

describe('a PNG whose header promises too much', () => {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  /** Colour type 2 is RGB, 6 RGBA. */
  const png = (side: number, bits: number, colourType: number, interlaced: boolean): Buffer => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(side, 0);
    header.writeUInt32BE(side, 4);
    header.set([bits, colourType, 0, 0, interlaced ? 1 : 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const pixels = deflateSync(Buffer.alloc(1 << 16));
    return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
  };
  const decoding = (bytes: Buffer) => decodeImage({ name: 'bomb.png', bytes });

  it('is refused before anything is allocated for it', async () => {
    const before = process.resourceUsage().maxRSS;
    await expect(decoding(png(16_383, 8, 2, false))).rejects.toThrow(
      'bomb.png claims 16383×16383 pixels (268 million); at most 134 million are decoded, so make a smaller copy.',
    );
    await expect(decoding(png(11_000, 16, 6, true))).rejects.toThrow(
      'bomb.png would take 1385 MiB to decode (11000×11000 pixels, stored so that all of them are needed at once); at most 1024 MiB are given, so make a smaller copy.',
    );
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000);
  });
});

it('15 megapixels decode in well below a second', async () => {
  const started = performance.now();
  await decode('large_5000x3000.jpg');
  expect(performance.now() - started).toBeLessThan(900);
});
