import { describe, expect, it } from 'vitest';
import { gradientOf, graphOf } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { bind } from '../binding/bind';
import { float32, int64 } from '../ir/tensor';
import { indexingGrid } from './indexing.grid';

testGradients(indexingGrid);

describe('positions along an axis too long for a matrix', () => {
  const length = 5000;
  const seed = (count: number) =>
    float32(
      [1, count, 2],
      Float32Array.from({ length: count * 2 }, (_, i) => (i % 7) - 3),
    );
  const x = float32([1, length, 2], new Float32Array(length * 2));

  it('Gather: repeated positions add up', async () => {
    // 7 and 5000 have no common factor: every position once, and the first hundred twice.
    const positions = Array.from({ length: length + 100 }, (_, i) => (i * 7) % length);
    const constants = { positions: int64([positions.length], positions) };
    const nodes = [{ op: 'Gather', inputs: ['x', 'positions'], attributes: { axis: 1 } }];
    const small = { inputs: { x: [length, 2] }, constants, nodes };
    const v = seed(positions.length);
    const wanted = new Float32Array(length * 2);
    for (const [i, at] of positions.entries()) for (const k of [0, 1]) wanted[2 * at + k]! += v.data[2 * i + k]!;
    expect((await gradientOf(small, { x }, v))['x']?.data).toEqual(wanted);
  });

  it('Slice: every other element backwards', async () => {
    const of = (value: number) => int64([1], [value]);
    const constants = { start: of(length - 1), end: of(-length - 1), axis: of(1), step: of(-1) };
    const nodes = [{ op: 'Slice', inputs: ['x', 'start', 'end', 'axis', 'step'] }];
    const v = seed(length);
    const wanted = Float32Array.from({ length: length * 2 }, (_, i) => v.data[2 * (length - 1 - (i >> 1)) + (i & 1)]!);
    expect((await gradientOf({ inputs: { x: [length, 2] }, constants, nodes }, { x }, v))['x']?.data).toEqual(wanted);
  });
});

describe('constants that contradict their operator', () => {
  const one = float32([1], Float32Array.of(1));
  it.each([
    [
      'Gather',
      { c: int64([2], [3, 4]), i: int64([1], [2]) },
      ['c', 'i'],
      'cannot be computed from its constants: element 2 of 2 does not exist',
    ],
    ['Range', { a: int64([], [0]), b: int64([], [5]), d: int64([], [0]) }, ['a', 'b', 'd'], 'counts in steps of 0'],
    ['ConstantOfShape', { s: int64([2], [-1, -4]) }, ['s'], 'has an output of the shape [-1, -4]'],
    ['Tile', { c: one, r: int64([1], [-2]) }, ['c', 'r'], 'has an output of the shape [-2]'],
  ])('%s', (op, constants, inputs, message) => {
    const graph = graphOf({ inputs: { x: [1] }, constants, nodes: [{ op, inputs }], outputs: ['v0'] });
    expect(() => bind(graph)).toThrow(`The ${op} node “node_0” ${message}`);
  });
});
