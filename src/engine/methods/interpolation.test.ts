import { describe, expect, it } from 'vitest';
import { type UpsamplingKernel, upsample } from './interpolation';

const line = (data: readonly number[], target: number, kernel: UpsamplingKernel) => [
  ...upsample({ data: Float32Array.from(data), width: data.length, height: 1, channels: 1 }, target, 1, kernel).data,
];

describe('upsample', () => {
  it.each<[UpsamplingKernel, readonly number[]]>([
    ['linear', [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]],
    // Half a source pixel beyond the border the neighbour of the border pixel is seen.
    ['linear-mirror', [0.25, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 2.75]],
    ['nearest', [0, 0, 1, 1, 2, 2, 3, 3]],
  ])('%s doubles a row', (kernel, expected) => {
    expect(line([0, 1, 2, 3], 8, kernel)).toEqual(expected);
  });

  it('puts corners on corners', () => {
    expect(line([0, 1, 2], 5, 'linear-corners')).toEqual([0, 0.5, 1, 1.5, 2]);
  });

  it('takes the pixel at ⌊o · n / N⌋ for nearest', () => {
    expect(line([1, 2, 3], 5, 'nearest')).toEqual([1, 1, 2, 2, 3]);
  });

  it.each<UpsamplingKernel>(['linear', 'linear-mirror', 'linear-corners', 'nearest'])(
    '%s keeps a constant, one pixel and the order of the channels',
    (kernel) => {
      expect(line([5], 4, kernel)).toEqual([5, 5, 5, 5]);
      expect(line([5, 5, 5], 1, kernel)).toEqual([5]);
      const two = { data: Float32Array.of(1, 10, 1, 10), width: 2, height: 1, channels: 2 };
      expect([...upsample(two, 3, 2, kernel).data]).toEqual([1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10]);
    },
  );

  it('treats rows and columns alike', () => {
    const square = { data: Float32Array.of(0, 1, 2, 3), width: 2, height: 2, channels: 1 };
    expect([...upsample(square, 4, 4, 'linear').data.slice(0, 8)]).toEqual([0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5]);
  });
});
