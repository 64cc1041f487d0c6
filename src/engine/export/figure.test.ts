import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { attribution, decode, find, params, pixels, versions } from '../../../test/support/savedExplanation';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import { encodeFiles } from './encodeFiles';

describe('figure.png', () => {
  const draw = async (count: number, changes: Partial<Attribution> = {}, shown = pixels) => {
    const attributions = Array.from({ length: count }, (_, i) => attribution(`method-${i}`, changes));
    const request = params(attributions);
    const imageSize = { width: shown.width, height: shown.height };
    const prediction = { ...request.prediction, imageSize, region: { x: 0, y: 0, ...imageSize } };
    const files = await encodeFiles({ ...request, prediction }, { decode: async () => shown, versions });
    return sharp(find(files, 'figure.png')).raw().toBuffer({ resolveWithObject: true });
  };
  /** Share of a rectangle (in figure units, two pixels each) that is not white. */
  const ink = (
    { data, info }: Awaited<ReturnType<typeof draw>>,
    x: number,
    y: number,
    w: number,
    h: number,
  ): number => {
    let dark = 0;
    for (let row = 2 * y; row < 2 * (y + h); row++) {
      for (let column = 2 * x; column < 2 * (x + w); column++) {
        const i = (row * info.width + column) * 3;
        if (data[i]! + data[i + 1]! + data[i + 2]! < 720) dark++;
      }
    }
    return dark / (4 * w * h);
  };

  it('grows with the number of panels', async () => {
    for (const [count, columns] of [
      [0, 1],
      [1, 2],
      [4, 5],
      [5, 3],
      [11, 4],
    ] as const) {
      const { info } = await draw(count);
      expect(info.width).toBe(2 * (56 + columns * 280 + (columns - 1) * 24));
      expect(info.channels).toBe(3);
    }
  });

  it('has words, images and a colour bar at their places, and white margins', async () => {
    const figure = await draw(1);
    const width = figure.info.width / 2;
    const height = figure.info.height / 2;
    expect(ink(figure, 28, 28, 120, 30)).toBeGreaterThan(0.05);
    const top = 143;
    expect(ink(figure, 28, top + 40, 280, 100)).toBeGreaterThan(0.8);
    expect(ink(figure, 332, top + 40, 280, 100)).toBeGreaterThan(0.8);
    expect(ink(figure, 0, 0, 27, height)).toBe(0);
    expect(ink(figure, width - 27, 0, 27, height)).toBe(0);
    expect(ink(figure, 0, 0, width, 24)).toBe(0);
    expect(ink(figure, 0, height - 12, width, 12)).toBe(0);
  });

  it('keeps long names and findings inside its margins', async () => {
    const name = 'a_very_long_name_without_any_space_'.repeat(20);
    const figure = await draw(2, { method: name, layer: name, notes: [name, 'words and '.repeat(60)] });
    expect(ink(figure, figure.info.width / 2 - 27, 0, 27, figure.info.height / 2)).toBe(0);
    expect(ink(figure, 309, 0, 22, figure.info.height / 2 - 30) - ink(figure, 309, 0, 22, 110)).toBeLessThan(0.02);
  });

  const rows = async (count: number, scale: 'own' | 'shared') => {
    const cards = (row: string) => ['a', 'b', 'c'].map((key) => attribution(key, { key: row + key }));
    const about = (i: number) => {
      const { prediction, image } = params([]);
      return { image, prediction: { ...prediction, model: { ...prediction.model, path: `/models/e${i}.onnx` } } };
    };
    const others = Array.from({ length: count - 1 }, (_, i) => ({ ...about(i), attributions: cards(`e${i}/`) }));
    const display = { ...defaultDisplay, scale };
    const files = await encodeFiles({ ...params(cards('')), others, display }, { decode, versions });
    return sharp(find(files, 'figure.png')).raw().toBuffer({ resolveWithObject: true });
  };

  it('tells a card from the first one of its method by what was changed', async () => {
    const draw = async (steps: number) => {
      const second = attribution('a', { key: 'a-2', parameters: { ...attribution('a').parameters, steps } });
      const files = await encodeFiles(params([attribution('a'), second]), { decode, versions });
      return sharp(find(files, 'figure.png')).raw().toBuffer({ resolveWithObject: true });
    };
    // The line below the title of the third panel, left of its time.
    const line = async (steps: number) => ink(await draw(steps), 28 + 2 * 304, 117 + 21, 120, 16);
    expect(await line(50)).toBe(0);
    expect(await line(200)).toBeGreaterThan(0.01);
  });

  it('has a row with a heading for each of several questions, the maps below each other', async () => {
    const [two, three] = [await rows(2, 'own'), await rows(3, 'own')];
    expect(two.info.width).toBe(2 * (56 + 4 * 280 + 3 * 24));
    // Heading 36, detail line 22, image 187, colour bar 34, space 16.
    expect(three.info.height - two.info.height).toBe(2 * (36 + 22 + 187 + 34 + 16));
    const second = three.info.height / 2 - 295 * 2 - 34;
    // The second row: its heading on the left, no image below it, a map and its bar in the next column.
    expect(ink(three, 28, second, 280, 36)).toBeGreaterThan(0.01);
    expect(ink(three, 28, second + 60, 280, 187)).toBe(0);
    expect(ink(three, 332, second + 60, 280, 160)).toBeGreaterThan(0.8);
  });

  it('has one colour bar for a column where the scale is shared', async () => {
    const [own, shared] = [await rows(3, 'own'), await rows(3, 'shared')];
    // Bars are 34 high; below the first row 22 stay for the words under its image, below the second a margin of 4.
    expect(own.info.height - shared.info.height).toBe(2 * (34 - 22 + 34 - 4));
  });

  it('is drawn smaller when it would be very large', async () => {
    const { info } = await rows(40, 'shared');
    expect(info.width).toBe(56 + 4 * 280 + 3 * 24);
    expect(info.width * info.height).toBeLessThan(20e6);
  });

  it('takes images of any proportions', async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 300],
      [300, 1],
      [2000, 20],
    ] as const) {
      const shown = { width, height, data: new Uint8Array(width * height * 3).fill(90) };
      expect((await draw(1, {}, shown)).info.width).toBe(1280);
    }
  });
});
