import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder';
import type { Family } from '../support/growth/shapes';
import { encode, open, program, wholeWay, writeGrowing } from '../support/growth/steps';

const folder = temporaryFolder();
const path = join(folder, 'growing.onnx');

/** Work that takes no less is told from the noise of the clock. */
const leastMilliseconds = 50;
/** Four times the size takes 4 times as long where time is in proportion, and 16 times where it grows with the square. */
const times = 4;
const mostRatio = 8;
const rounds = 3;

/** Processor time of this process: other processes do not count. */
async function milliseconds(work: () => Promise<void>): Promise<number> {
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** How many times as long four times the size takes: a median of pairs, at a size that takes long enough. */
async function growth(family: Family, work: () => Promise<void>): Promise<number> {
  const take = (n: number) => {
    writeGrowing(path, family, n);
    return milliseconds(work);
  };
  let n = 250;
  do n *= 2;
  while ((await take(n)) < leastMilliseconds || (await take(n)) < leastMilliseconds);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await take(n);
    ratios.push((await take(times * n)) / one);
  }
  return median(ratios);
}

describe('time grows in proportion to the graph', () => {
  it.each<Family>([
    'chain of Sigmoid',
    'chain of sums with one value',
    'chain of rounded values',
    'chain of shape arithmetic',
    'fan into a Sum',
    'fan of Slices',
    'If after If',
    'calls of functions',
    'a sequence from the front',
    'many outputs that are not supported',
    'one name for all nodes',
    'an image that is handed on',
  ])(
    'from the file to the program with a gradient: %s',
    async (family) => {
      expect(await growth(family, () => wholeWay(path))).toBeLessThan(mostRatio);
    },
    300_000,
  );

  it.each<Family>(['chain of diamonds'])(
    'with the gradient and the value of every layer: %s',
    async (family) => {
      const allLayers = async () => {
        const opened = await open(path);
        encode(program(opened, true, opened.layers));
      };
      expect(await growth(family, allLayers)).toBeLessThan(mostRatio);
    },
    300_000,
  );
});
