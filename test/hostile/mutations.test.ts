/** Real files with a few bytes changed are described, or end in one sentence: never in anything else, and never in hundreds of megabytes. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Engine } from '../../src/engine/service/engine';
import { WhylightError } from '../../src/shared/errors';
import { temporaryFolder } from '../support/folder';
import { mutated } from '../support/hostile/mutations';
import { runtimes } from '../support/runtimes';

const folder = temporaryFolder();
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());

const tiny = join(__dirname, '../data/models/tiny');
const originals = readdirSync(tiny, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.onnx'))
  .sort()
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(tiny, name))) }))
  .filter(({ bytes }) => bytes.length < 100_000);

const seeds = 60;

async function described(bytes: Uint8Array): Promise<{ readonly notes: readonly string[]; readonly read: boolean }> {
  const path = join(folder, 'mutated.onnx');
  writeFileSync(path, bytes);
  try {
    const { notes, unsupported } = await engine.inspect(path);
    return { notes: [...notes, ...unsupported.map(({ reason }) => reason)], read: true };
  } catch (error) {
    if (!(error instanceof WhylightError)) throw error;
    return { notes: [error.message], read: false };
  }
}

it.each(originals)('$name', async ({ name, bytes }) => {
  const index = originals.findIndex((each) => each.name === name);
  const other = originals[(index + 1) % originals.length]?.bytes ?? bytes;
  const before = process.memoryUsage().rss;
  let read = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const mutation = seed + seeds * index;
    const result = await described(mutated(bytes, mutation, other)).catch((cause: unknown) => {
      throw new Error(`Mutation ${mutation} of ${name} ended in something else than a sentence.`, { cause });
    });
    if (result.read) read++;
    for (const note of result.notes) {
      expect(note, `mutation ${mutation}`).toMatch(/\.$/);
      expect(note, `mutation ${mutation}`).not.toMatch(/\bundefined\b|\bNaN\b|\[object /);
    }
  }
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(seeds);
  expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 ** 2);
});
