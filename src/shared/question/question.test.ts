import { describe, expect, it } from 'vitest';
import type { Preprocessing } from './preprocessing';
import { type ImageSource, type Question, sameQuestion } from './question';
import { readQuestion } from './readQuestion';
import { parseTarget } from './target';

const preprocessing: Preprocessing = {
  preset: 'custom',
  width: 96,
  height: 64,
  resize: 'shorter-side-and-centre-crop',
  shorterSide: 100,
  interpolation: 'bicubic',
  channelOrder: 'bgr',
  scale: 1 / 255,
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.2, 0.2],
};
const question: Required<Question<string>> = {
  checkpoint: '/net.onnx',
  image: 'file:///cat.png',
  target: { kind: 'index', index: 281 },
  layer: 'relu5',
  preprocessing,
  logits: 'scores',
  output: { kind: 'region', start: [1, 2], end: [3, 4] },
  runtime: 'onnxruntime',
};

describe('sameQuestion', () => {
  it('does not mind the order of fields, nor fields that say nothing', () => {
    const { target, layer, ...rest } = question;
    expect(sameQuestion(question, { layer, ...rest, target: { index: 281, kind: 'index' } })).toBe(true);
    const { layer: _, ...plain } = question;
    expect(sameQuestion({ ...plain, layer: undefined }, plain)).toBe(true);
  });

  it.each<[string, Partial<Question<string>>]>([
    ['checkpoint', { checkpoint: '/other.onnx' }],
    ['image', { image: 'file:///dog.png' }],
    ['class', { target: { kind: 'index', index: 282 } }],
    ['class by label', { target: { kind: 'label', label: '281' } }],
    ['layer', { layer: 'relu4' }],
    ['preprocessing', { preprocessing: { ...preprocessing, mean: [0.5, 0.4, 0.31] } }],
    ['logits', { logits: 'other' }],
    ['output', { output: { kind: 'index', indices: [1, 2] } }],
    ['runtime', { runtime: 'auto' }],
  ])('sees another %s', (_, other) => {
    expect(sameQuestion(question, { ...question, ...other })).toBe(false);
  });

  it('compares images without a path by their bytes', () => {
    const about = (image: ImageSource): Question => ({ ...question, image });
    const bytes = Uint8Array.of(1, 2, 3);
    const image = { name: 'cat.png', bytes };
    expect(sameQuestion(about(image), about({ name: 'cat.png', bytes: bytes.slice() }))).toBe(true);
    expect(sameQuestion(about(image), about({ name: 'cat.png', bytes: Uint8Array.of(1, 2, 4) }))).toBe(false);
    expect(sameQuestion(about(image), about({ name: 'dog.png', bytes }))).toBe(false);
    expect(sameQuestion(about(image), about({ path: 'cat.png' }))).toBe(false);
    expect(sameQuestion(about({ path: '/a/cat.png' }), about({ path: '/a/cat.png' }))).toBe(true);
  });
});

describe('readQuestion', () => {
  const read = (value: unknown) => readQuestion(JSON.parse(JSON.stringify(value)));

  it('reads back what was written', () => {
    expect(read(question)).toEqual(question);
  });

  it('refuses what does not say what it is about', () => {
    for (const value of [null, 'x', 3, [], {}, { ...question, image: 3 }, { ...question, checkpoint: undefined }]) {
      expect(read(value)).toBeUndefined();
    }
  });

  it('leaves out fields of the wrong kind', () => {
    const wrong = { target: { kind: 'index', index: 'x' }, layer: 4, logits: {}, runtime: 'torch' };
    const odd = { ...question, ...wrong, output: { kind: 'region', start: [1, 2], end: [3] } };
    const { checkpoint, image } = question;
    expect(read(odd)).toEqual({ checkpoint, image, target: { kind: 'top1' }, preprocessing });
    expect(read({ checkpoint, image, target: { kind: 'index', index: -1 } })).toMatchObject({
      target: { kind: 'top1' },
    });
  });

  it.each<[string, object]>([
    ['a preset that does not exist', { preset: 'imagenet' }],
    ['no width', { width: undefined }],
    ['a side that is too long', { height: 20000 }],
    ['a scale of 0', { scale: 0 }],
    ['a scale that JSON cannot hold', { scale: Number.NaN }],
    ['a deviation of 0', { std: [1, 0, 1] }],
    ['two channels', { mean: [0, 0], std: [1, 1] }],
    ['a crop that is no number', { shorterSide: '256' }],
  ])('takes no part of a preprocessing with %s', (_, wrong) => {
    const { preprocessing: none, ...rest } = question;
    expect(none).toBeDefined();
    expect(read({ ...question, preprocessing: { ...preprocessing, ...wrong } })).toEqual(rest);
  });
});

describe('parseTarget', () => {
  it('reads a number as an index and all else as a label', () => {
    expect(parseTarget(' 281 ')).toEqual({ kind: 'index', index: 281 });
    expect(parseTarget('tiger cat')).toEqual({ kind: 'label', label: 'tiger cat' });
    expect(parseTarget('-1')).toEqual({ kind: 'label', label: '-1' });
    expect(parseTarget('top1')).toEqual({ kind: 'top1' });
    expect(parseTarget('  ')).toBeNull();
  });
});
