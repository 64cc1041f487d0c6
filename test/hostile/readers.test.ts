/**
 * Mutations of real files of every format end in a graph or in one sentence, soon and in little memory. `npm run fuzz` goes on where this ends, and
 * repeats what it finds by its seed.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkpointFormats } from '../../src/shared/formats/checkpointNames';
import { findOriginals } from '../fuzz/originals';
import { bundleChild, fuzz } from '../fuzz/run';
import { temporaryFolder } from '../support/folder';

const root = join(import.meta.dirname, '../data');
const count = 2000;
const folder = temporaryFolder();
const originals = await findOriginals(root);
const child = await bundleChild(folder);

it('there are files of every format', () => {
  expect([...originals.keys()].length).toBeGreaterThanOrEqual(checkpointFormats.length);
});

it.concurrent.each([...originals.keys()])('%s', { timeout: 900_000 }, async (format) => {
  const report = await fuzz({ child, root, format, first: 0, count, limit: 5000 });
  expect(report.faults).toEqual([]);
  expect(report.graphs).toBeGreaterThan(0);
  expect(report.sentences.size).toBeGreaterThan(0);
  // Four times the largest original and a bit.
  expect(report.megabytes).toBeLessThan(256 + 4);
});
