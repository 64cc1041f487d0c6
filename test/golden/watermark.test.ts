import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { methods } from '../../src/engine/methods';
import { Engine } from '../../src/engine/service/engine';
import { cardFor } from '../../src/shared/question/card';
import type { Attribution, RawMap } from '../../src/shared/results/attribution';
import { runtimes } from '../support/runtimes';

/*
 * The sample network was trained with a white W in the corner of nearly every star. Shown a circle with that W it answers
 * "star", and every method must say why: the share of the map's mass inside the watermark is far above the watermark's share
 * of the area (2 % of the image). The network itself is the ground truth: without the W it answers "circle".
 *
 * Measured shares over the six images, in multiples of the area: 8 to 27 for the methods at input resolution; 2.5 to 4.7 for
 * the class activation maps, whose 6×6 grid has cells larger than the watermark, blown up over their neighbours. For those the
 * peak must lie on the watermark as well, to within one cell.
 */
const shapes = join(__dirname, '../../media/sample-workspace/shapes');
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());

/** Which pixels of the 96×96 image the watermark covers. */
async function watermark(name: string): Promise<Uint8Array> {
  const file = join(shapes, 'masks', `${name}_watermark.png`);
  const { data } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return Uint8Array.from(data, (value) => (value > 127 ? 1 : 0));
}

/** The evidence a map shows at each pixel: positive values of class activation and occlusion maps, magnitude of the others. */
function evidence(map: RawMap, signed: boolean): Float64Array {
  const sum = new Float64Array(map.width * map.height);
  map.data.forEach((value, i) => {
    const pixel = Math.floor(i / map.channels);
    sum[pixel] = (sum[pixel] ?? 0) + value;
  });
  return sum.map((value) => (signed ? Math.abs(value) : Math.max(value, 0)));
}

/** Pixels from one pixel of the 96×96 image to the nearest one of the mask. */
function distanceToMask(pixel: number, mask: Uint8Array): number {
  const distances = Array.from(mask, (inside, i) =>
    inside
      ? Math.hypot((i % 96) - (pixel % 96), Math.floor(i / 96) - Math.floor(pixel / 96))
      : Number.POSITIVE_INFINITY,
  );
  return Math.min(...distances);
}

async function explain(name: string): Promise<Attribution[]> {
  const found: Attribution[] = [];
  await engine.explain(
    {
      id: name,
      question: {
        checkpoint: join(shapes, 'last_e08.onnx'),
        image: { path: join(shapes, 'images', `${name}.png`) },
        target: { kind: 'label', label: 'star' },
      },
      cards: methods.map((method) => cardFor(method.info.id)),
    },
    (event) => {
      if (event.kind === 'result') found.push(event.attribution);
      if (event.kind === 'failed') throw new Error(`${event.key}: ${event.message}`);
    },
    new AbortController().signal,
  );
  return found;
}

describe('the planted watermark', () => {
  it.each([0, 1, 2, 3, 4, 5])('draws the maps of circle_watermark_%i, explained for star', async (i) => {
    const name = `circle_watermark_${i}`;
    const mask = await watermark(name);
    const area = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    const attributions = await explain(name);
    expect(attributions).toHaveLength(9);
    for (const { method, map } of attributions) {
      const coarse = method.includes('cam');
      const values = evidence(map, !coarse && method !== 'occlusion');
      const total = values.reduce((sum, value) => sum + value, 0);
      const inside = values.reduce((sum, value, pixel) => sum + value * (mask[pixel] ?? 0), 0);
      expect(inside / total / area, method).toBeGreaterThan(coarse ? 2 : 6);
      if (coarse) expect(distanceToMask(values.indexOf(Math.max(...values)), mask), method).toBeLessThan(16);
    }
  });
});
