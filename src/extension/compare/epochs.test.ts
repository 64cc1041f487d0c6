import { describe, expect, it } from 'vitest';
import { evenlySpaced, inTrainingOrder, listed, shortNames } from './epochs';

const ordered = (...names: string[]) =>
  inTrainingOrder(
    names.map((name) => `/e9/${name}`),
    '/e9',
  ).map((path) => path.slice(4));

describe('inTrainingOrder', () => {
  it('goes by the epoch in the name, whatever stands before it', () => {
    expect(ordered('early_e02.onnx', 'last_e08.onnx', 'middle_e05.onnx')).toEqual([
      'early_e02.onnx',
      'middle_e05.onnx',
      'last_e08.onnx',
    ]);
  });

  it('goes by numbers, not by digits', () => {
    expect(ordered('epoch_10.onnx', 'epoch_9.onnx', 'epoch_100.onnx')).toEqual([
      'epoch_9.onnx',
      'epoch_10.onnx',
      'epoch_100.onnx',
    ]);
    expect(ordered('v10.onnx', 'v9.onnx')).toEqual(['v9.onnx', 'v10.onnx']);
  });

  it('goes by epoch, then by step', () => {
    const names = ['epoch=1-step=300.onnx', 'epoch=0-step=900.onnx', 'epoch=1-step=30.onnx', 'epoch=1.onnx'];
    expect(ordered(...names)).toEqual([names[1], names[3], names[2], names[0]]);
    expect(ordered(...[...names].reverse())).toEqual([names[1], names[3], names[2], names[0]]);
  });

  it('reads the numbers of folders, one for each step', () => {
    expect(ordered('checkpoint-1500/model.onnx', 'checkpoint-500/model.onnx')).toEqual([
      'checkpoint-500/model.onnx',
      'checkpoint-1500/model.onnx',
    ]);
  });

  it('puts what has no such number last, by name', () => {
    expect(ordered('best.onnx', 'a_e3.onnx', 'average.onnx', 'z_e1.onnx')).toEqual([
      'z_e1.onnx',
      'a_e3.onnx',
      'average.onnx',
      'best.onnx',
    ]);
  });

  it('takes numbers inside words for part of the name', () => {
    expect(ordered('mobile3.onnx', 'resnet50.onnx', 'lite2.onnx')).toEqual([
      'lite2.onnx',
      'mobile3.onnx',
      'resnet50.onnx',
    ]);
  });
});

describe('evenlySpaced', () => {
  it('keeps the ends and spreads the others', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const chosen = evenlySpaced(items, 12);
    expect(chosen).toHaveLength(12);
    expect(new Set(chosen).size).toBe(12);
    expect([chosen[0], chosen.at(-1)]).toEqual([0, 99]);
    const steps = chosen.slice(1).map((each, index) => each - chosen[index]!);
    expect(steps.every((step) => step === 9)).toBe(true);
    expect(new Set(evenlySpaced(items.slice(0, 13), 12)).size).toBe(12);
  });

  it('keeps all when there are few, and the last when there is room for one', () => {
    expect(evenlySpaced([1, 2, 3], 3)).toEqual([1, 2, 3]);
    expect(evenlySpaced([], 3)).toEqual([]);
    expect(evenlySpaced([1, 2, 3], 1)).toEqual([3]);
  });
});

describe('names in a line', () => {
  it('are short, and told apart by their folders where they repeat', () => {
    expect(shortNames(['/a/early_e02.onnx', '/a/last_e08.onnx'])).toEqual(['early_e02', 'last_e08']);
    expect(shortNames(['/a/1/model.onnx', '/a/2/model.onnx', '/a/x.onnx'])).toEqual(['1/model', '2/model', 'x']);
  });

  it('are cut in the middle when they are many', () => {
    expect(listed(['a', 'b', 'c'])).toBe('a, b, c');
    expect(listed(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])).toBe('a, b, c, d, e, …, h');
  });
});
