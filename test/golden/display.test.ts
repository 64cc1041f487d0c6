import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNpy } from '../../src/engine/files/npy';
import { percentile } from '../../src/shared/rendering/percentile';
import { reduceChannels } from '../../src/shared/rendering/reduceChannels';

const folder = join(__dirname, '../data/display');

function load(name: string): { data: Float32Array; dims: readonly number[] } {
  const { data, dims } = parseNpy(readFileSync(join(folder, `${name}.npy`)));
  if (!(data instanceof Float32Array)) throw new TypeError(`${name} does not hold float32 values.`);
  return { data, dims };
}

/** The two visualisers of PAIR's saliency, from our channel sum and our percentile (numpy's definition). */
describe.each(['pair.vanilla', 'pair.ig.zero', 'pair.occlusion.15'])('%s as PAIR shows it', (name) => {
  const { data, dims } = load(name);
  const [height, width, channels] = dims as [number, number, number];

  function compare(actual: Float32Array, golden: string): void {
    const expected = load(golden).data;
    expect(actual).toHaveLength(expected.length);
    let worst = 0;
    for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
    expect(worst).toBeLessThan(2e-6);
  }

  it('grey: the sum of magnitudes from its smallest value to its 99th percentile', () => {
    const sums = reduceChannels({ data: data.map(Math.abs), width, height, channels });
    const top = percentile(sums, 99);
    const least = sums.reduce((a, b) => Math.min(a, b));
    compare(
      sums.map((value) => Math.min(1, Math.max(0, (value - least) / (top - least)))),
      `${name}.grayscale`,
    );
  });

  it('diverging: the sum over twice its 99th percentile, from the middle', () => {
    const sums = reduceChannels({ data, width, height, channels });
    const span = Math.abs(percentile(sums, 99));
    compare(
      sums.map((value) => Math.min(1, Math.max(-1, (value + span) / (2 * span)))),
      `${name}.diverging`,
    );
  });
});
