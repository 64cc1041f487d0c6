import { expect, it } from 'vitest';
import { LazyTensor } from './lazyTensor';

function counted(make: () => Float32Array = () => new Float32Array(2)) {
  const times = { made: 0 };
  const tensor = new LazyTensor('float32', [2], () => {
    times.made++;
    return make();
  });
  return { tensor, times };
}

it('gives the same elements within a turn of the event loop, without making them again', () => {
  const { tensor, times } = counted();
  expect(tensor.data).toBe(tensor.data);
  expect(LazyTensor.passing(tensor)).toBe(tensor.data);
  expect(times.made).toBe(1);
});

it('remembers neither what it was made from nor what is passed on, so that memory can take it at once', () => {
  const source = counted();
  const derived = counted(() => source.tensor.data as Float32Array);
  expect(derived.tensor.data).toBe(derived.tensor.data);
  expect([source.times.made, derived.times.made]).toEqual([1, 1]);
  expect(source.tensor.data).toHaveLength(2);
  expect(source.times.made).toBe(2);

  const passed = counted();
  LazyTensor.passing(passed.tensor);
  LazyTensor.passing(passed.tensor);
  expect(passed.times.made).toBe(2);
});

it('remembers as before when making has failed', () => {
  const failing = counted(() => {
    throw new Error('The file is gone.');
  });
  expect(() => failing.tensor.data).toThrow('gone');
  const { tensor, times } = counted();
  expect(tensor.data).toBe(tensor.data);
  expect(times.made).toBe(1);
});
