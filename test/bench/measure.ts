/** Timing that says something on a machine that is not quiet: medians of works that take turns. */
import { type FloatTensor, float32 } from '../../src/engine/graph/ir/tensor';

export type Work = () => Promise<unknown>;

/** `wall`: elapsed time. `cpu`: processor time of all threads of this process, steadier on a busy machine when runs use one thread. */
export type Clock = 'wall' | 'cpu';

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export async function seconds(work: Work, clock: Clock = 'wall'): Promise<number> {
  if (clock === 'cpu') {
    const started = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  }
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

export interface Repetition {
  /** At least this many runs of each work. */
  readonly times: number;
  /** Short works run more often, until this many seconds have passed … */
  readonly leastSeconds?: number;
  /** … or they have run this often. */
  readonly mostTimes?: number;
  readonly clock?: Clock;
}

/** Median seconds of each work; the works take turns, so that they share whatever the machine goes through. */
export async function medians(works: readonly Work[], repetition: Repetition): Promise<number[]> {
  const { times, leastSeconds = 2, mostTimes = 151, clock = 'wall' } = repetition;
  const samples = works.map((): number[] => []);
  const warm = performance.now() + 300;
  do for (const work of works) await work();
  while (performance.now() < warm);
  const end = performance.now() + leastSeconds * 1000;
  for (let round = 0; round < times || (round < mostTimes && performance.now() < end); round++) {
    for (const [index, work] of works.entries()) samples[index]?.push(await seconds(work, clock));
  }
  return samples.map(median);
}

/** Median time of `work` in medians of `unit`, the two taken in turns. */
export async function multiple(unit: Work, work: Work, times = 9): Promise<number> {
  const [one = 0, other = 0] = await medians([unit, work], { times });
  return other / one;
}

/** A fixed pseudo-random image in [−1, 1]; a new tensor each time, so that evaluations are not merged. */
export function image(dims: readonly number[], batch = 1): FloatTensor {
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, batch));
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return float32([batch, ...dims], data);
}
