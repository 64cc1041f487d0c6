import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { type Explanation, emptyCard, emptyExplanation } from '../../shared/explanation/explanation';
import type { Question } from '../../shared/question/question';
import type { Attribution } from '../../shared/results/attribution';
import { StoredExplanations } from './storedExplanations';

const question: Question<string> = { checkpoint: '/a.onnx', image: 'file:///a.png', target: { kind: 'top1' } };
const pixels = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const withMap = (floats: number): Explanation => {
  const data = new Float32Array(floats + 8).subarray(8).fill(0.25);
  const attribution = { key: 'm', map: { data, width: floats, height: 1, channels: 1 } } as unknown as Attribution;
  return {
    ...emptyExplanation(question, []),
    cards: [{ ...emptyCard({ key: 'm', method: 'm' }), phase: 'done', attribution }],
    answers: [1, 2].map((index) => ({
      question,
      prediction: { target: { index }, pixels } as unknown as Prediction,
      findings: [],
    })),
  };
};

let folder: string;
let warnings: string[];
let stored: StoredExplanations;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'whylight-')), 'panels');
  warnings = [];
  stored = new StoredExplanations(folder, (message) => warnings.push(message), 40_000);
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
  expect(warnings).toEqual([]);
});

it('gives back what it was given: maps, images and answers', async () => {
  const explanation = withMap(100);
  await stored.save('p', { explanation, stamps: ['now', undefined] });
  const read = await stored.load('p');
  expect(read).toEqual({ explanation, stamps: ['now', undefined] });
  expect(read?.explanation.cards[0]?.attribution?.map.data).toBeInstanceOf(Float32Array);
  // An image that several answers share is one.
  const [first, second] = read!.explanation.answers;
  expect(first?.prediction.pixels).toBe(second?.prediction.pixels);
});

it('keeps the last of many, and none of a panel that was closed', async () => {
  for (const floats of [1, 2, 3]) void stored.save('p', { explanation: withMap(floats), stamps: [] });
  await stored.settled();
  expect((await stored.load('p'))?.explanation.cards[0]?.attribution?.map.width).toBe(3);
  await stored.remove('p');
  expect(await stored.load('p')).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

it('knows nothing of a panel that was never stored, and writes nowhere else', async () => {
  expect(await stored.load('p')).toBeUndefined();
  await stored.save('../p', { explanation: withMap(1), stamps: [] });
  expect(readdirSync(folder)).toEqual(['___p.explanation']);
  expect(readdirSync(join(folder, '..'))).toEqual(['panels']);
});

it('does not store what is too large, nor leave an earlier file that says something else', async () => {
  await stored.save('p', { explanation: withMap(1), stamps: [] });
  await stored.save('p', { explanation: withMap(5000), stamps: [] });
  expect(await stored.load('p')).toBeUndefined();
});

it('lets the oldest go when all together are too large', async () => {
  const ids = Array.from({ length: 8 }, (_, k) => `p${k}`);
  for (const id of ids) await stored.save(id, { explanation: withMap(2000), stamps: [] });
  const there = await Promise.all(ids.map(async (id) => (await stored.load(id)) !== undefined));
  expect(there.at(-1)).toBe(true);
  expect(there.filter(Boolean).length).toBe(4);
});

it('takes a file of another version, or a damaged one, for none', async () => {
  await stored.save('p', { explanation: withMap(1), stamps: [] });
  writeFileSync(join(folder, 'p.explanation'), serialize({ version: 0 }));
  expect(await stored.load('p')).toBeUndefined();
  writeFileSync(join(folder, 'p.explanation'), 'nothing that was serialised');
  expect(await stored.load('p')).toBeUndefined();
  expect(warnings.splice(0)).toEqual([expect.stringContaining('cannot be read')]);
});
