import { expect, it } from 'vitest';
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import { float32, int64 } from '../../../graph/ir/tensor';
import { MemorySource } from '../bytes/byteSource';
import { derivedTensor, reshaped, transposed } from './derivedTensor';
import { storedTensor } from './storedTensor';

const counted = (dims: readonly number[]) =>
  float32(
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );

it('moves axes as numpy does', () => {
  expect(transposed(counted([2, 3]), [1, 0])).toMatchObject({ dims: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) });
  const kernel = counted([2, 3, 4, 5]);
  const moved = transposed(kernel, [3, 2, 0, 1]);
  expect(moved.dims).toEqual([5, 4, 2, 3]);
  const at = (o: number, i: number, h: number, w: number) => moved.data[((o * 4 + i) * 2 + h) * 3 + w];
  for (const [o, i, h, w] of [
    [0, 0, 0, 0],
    [4, 3, 1, 2],
    [2, 1, 0, 2],
    [3, 0, 1, 1],
  ] as const)
    expect(at(o, i, h, w)).toBe(((h * 3 + w) * 4 + i) * 5 + o);
  expect(transposed(int64([1, 2], [3, 4]), [1, 0]).data).toEqual(BigInt64Array.of(3n, 4n));
  expect(transposed(counted([0, 3]), [1, 0])).toMatchObject({ dims: [3, 0], data: new Float32Array() });
});

it('moves any axes of any lengths, those too that do not fit into squares', () => {
  const cases: [number[], number[]][] = [
    [
      [1, 1, 70, 130],
      [3, 2, 0, 1],
    ],
    [
      [3, 3, 65, 67],
      [3, 2, 0, 1],
    ],
    [
      [2, 70, 1, 66],
      [0, 3, 1, 2],
    ],
    [
      [3, 1, 5, 2, 4],
      [2, 4, 1, 0, 3],
    ],
    [
      [70, 80, 3],
      [1, 0, 2],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
  ];
  for (const [dims, perm] of cases) {
    const { data, dims: moved } = transposed(counted(dims), perm);
    const stride = (lengths: readonly number[], axis: number) => lengths.slice(axis + 1).reduce((a, b) => a * b, 1);
    const wanted = Float32Array.from({ length: data.length }, (_, place) =>
      perm.reduce((from, axis, i) => {
        const index = Math.floor(place / stride(moved, i)) % (moved[i] as number);
        return from + index * stride(dims, axis);
      }, 0),
    );
    expect(data).toEqual(wanted);
  }
});

it('leaves the elements where they are when only axes of length 1 move', () => {
  const tensor = counted([1, 1, 4, 2]);
  expect(transposed(tensor, [2, 0, 3, 1]).data).toBe(tensor.data);
  expect(reshaped(tensor, [8]).data).toBe(tensor.data);
});

it('computes when asked, and no more than the shape says', () => {
  let made = 0;
  const tensor = derivedTensor('float32', [2], () => {
    made++;
    return Float32Array.of(1, 2);
  });
  expect(made).toBe(0);
  expect(tensor.data).toEqual(Float32Array.of(1, 2));
  expect(made).toBe(1);
  expect(() => derivedTensor('float32', [3], () => new Float32Array(2)).data).toThrow(RangeError);
  expect(() => transposed(counted([2, 3]), [0, 0])).toThrow(RangeError);
  expect(() => reshaped(counted([2, 3]), [5])).toThrow(RangeError);
});

it('keeps the place in the file of what is only reshaped', () => {
  const source = new MemorySource('memory', new Uint8Array(24));
  const stored = storedTensor('float32', [2, 3], { source, start: 0, end: 24 });
  expect(reshaped(stored, [3, 2]).dims).toEqual([3, 2]);
  expect(LazyTensor.storedBytes(reshaped(stored, [6]))).toBe(LazyTensor.storedBytes(stored));
});
