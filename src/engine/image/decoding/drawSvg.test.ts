import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../../shared/errors';
import { decodeImage } from './decode';
import { drawingLimits, drawSvg } from './drawSvg';

const svg = (size: number, content: string) =>
  new TextEncoder().encode(`<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${content}</svg>`);
const noise = svg(
  4000,
  '<filter id="f"><feTurbulence baseFrequency=".9" numOctaves="99"/></filter><rect width="4000" height="4000" filter="url(#f)"/>',
);

describe('drawSvg', () => {
  it('draws on white', async () => {
    const drawing = await drawSvg(svg(3, '<rect width="1" height="3" fill="#102030"/>'), 'x.svg');
    expect(drawing).toMatchObject({ width: 3, height: 3, channels: 3 });
    expect([...(drawing as { data: Uint8Array }).data.subarray(0, 6)]).toEqual([16, 32, 48, 255, 255, 255]);
  });

  it('tells what is no SVG', async () => {
    expect(await drawSvg(new TextEncoder().encode('shopping list'), 'x')).toBe('unknown');
    expect(await drawSvg(readFileSync('test/data/images/torture/one_pixel.png'), 'x')).toBeNull();
  });

  it('refuses a size that nobody needs before it draws', async () => {
    const drawing = decodeImage({ name: 'huge.svg', bytes: svg(16_000, '<rect width="9" height="9"/>') });
    await expect(drawing).rejects.toThrow(
      'huge.svg claims 16000×16000 pixels (256 million); at most 34 million are decoded, so make a smaller copy.',
    );
  });

  it('ends a drawing that takes too long', async () => {
    const started = Date.now();
    const drawing = drawSvg(noise, 'noise.svg', { ...drawingLimits, seconds: 1 });
    await expect(drawing).rejects.toThrow(
      new ImageError('noise.svg takes more than 1 s to draw, as SVG may; save it as PNG.'),
    );
    expect(Date.now() - started).toBeLessThan(5000);
  });

  it('ends a drawing that takes too much memory', async () => {
    const limits = { ...drawingLimits, memory: 200 * 2 ** 20, pixels: 2 ** 28 };
    await expect(drawSvg(svg(16_000, '<rect width="9" height="9"/>'), 'huge.svg', limits)).rejects.toThrow(
      new ImageError('huge.svg takes more than 200 MiB of memory to draw, as SVG may; save it as PNG.'),
    );
  });

  it('says what is wrong with a damaged one', async () => {
    await expect(drawSvg(svg(10, '<g>'), 'open.svg')).rejects.toThrow(/^open\.svg is an SVG drawing that cannot/);
    let copies = '';
    for (let i = 1; i < 10; i++) copies += `<g id="a${i}">${`<use href="#a${i - 1}"/>`.repeat(10)}</g>`;
    const bomb = svg(99, `<defs><rect id="a0" width="9" height="9"/>${copies}</defs><use href="#a9"/>`);
    await expect(drawSvg(bomb, 'bomb.svg')).rejects.toThrow(/^bomb\.svg .*; save it as PNG\.$/);
  });
});
