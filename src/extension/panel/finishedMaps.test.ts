import { expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { cardFor } from '../../shared/question/card';
import type { Question } from '../../shared/question/question';
import type { Attribution, RgbImage } from '../../shared/results/attribution';
import { FinishedMaps } from './finishedMaps';

const question: Question<string> = { checkpoint: '/a.onnx', image: 'file:///a.png', target: { kind: 'top1' } };
const image = (bytes: number): RgbImage => ({ width: bytes / 3, height: 1, data: new Uint8Array(bytes) });
const star = (pixels: RgbImage, layer = 'relu9') =>
  ({ target: { index: 3, label: 'star' }, layer: { name: layer, why: '' }, pixels }) as Prediction;
const finished = (prediction: Prediction, floats = 25) => ({
  attribution: { map: { data: new Float32Array(floats) } } as Attribution,
  prediction,
});
const card = cardFor('m');

it('finds a map by every name of its class and layer', () => {
  const maps = new FinishedMaps();
  maps.keep(question, card, finished(star(image(300))), true);
  const targets = [{ kind: 'top1' }, { kind: 'index', index: 3 }, { kind: 'class', index: 3, label: 'star' }] as const;
  for (const target of targets) {
    for (const layer of [{}, { layer: 'relu9' }]) {
      expect(maps.find({ ...question, target, ...layer }, card, true)).toBeDefined();
      expect(maps.predictionFor({ ...question, target, ...layer })).toBeDefined();
    }
  }
  expect(maps.find({ ...question, target: { kind: 'index', index: 4 } }, card, true)).toBeUndefined();
  expect(maps.find({ ...question, layer: 'relu1' }, card, true)).toBeUndefined();
  expect(maps.find({ ...question, checkpoint: '/b.onnx' }, card, true)).toBeUndefined();
  expect(maps.find(question, { ...card, preset: 'captum' }, true)).toBeUndefined();
  expect(maps.find(question, { ...card, parameters: { samples: 2 } }, true)).toBeUndefined();
  expect(maps.find(question, { ...card, key: 'another card' }, true)).toBeDefined();
  expect(maps.predictionFor({ ...question, layer: 'relu1' })).toBeUndefined();
});

it('finds the map of a method without a layer whatever the layer', () => {
  const maps = new FinishedMaps();
  maps.keep({ ...question, layer: 'relu5' }, card, finished(star(image(300))), false);
  expect(maps.find({ ...question, layer: 'relu1' }, card, false)).toBeDefined();
  expect(maps.find(question, card, false)).toBeDefined();
});

it('counts an image once, and forgets what was used longest ago', () => {
  const maps = new FinishedMaps(1000);
  const pixels = image(300);
  const about = (layer: string) => ({ ...question, layer });
  for (const layer of ['a', 'b', 'c']) maps.keep(about(layer), card, finished(star(pixels, layer)), true);
  expect(maps.bytes).toBe(600);
  maps.keep(about('c'), card, finished(star(pixels, 'c')), true);
  expect(maps.bytes).toBe(600);
  maps.find(about('a'), card, true);
  maps.keep(about('d'), card, finished(star(image(300), 'd'), 100), true);
  // 300 + 3 · 100 are there, 300 + 400 come: b, c and a go, in this order, until the rest fits.
  expect(maps.find(about('b'), card, true)).toBeUndefined();
  expect(maps.find(about('c'), card, true)).toBeUndefined();
  expect(maps.find(about('a'), card, true)).toBeUndefined();
  expect(maps.find(about('d'), card, true)).toBeDefined();
  expect(maps.bytes).toBe(700);
});

it('keeps nothing that is larger than all it may keep', () => {
  const maps = new FinishedMaps(1000);
  maps.keep(question, card, finished(star(image(900)), 100), true);
  expect(maps.bytes).toBe(0);
  expect(maps.find(question, card, true)).toBeUndefined();
});
