import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../shared/errors';
import { SerialQueue } from './queue';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('SerialQueue', () => {
  it('runs one task at a time, in order, and goes on after a failure', async () => {
    const queue = new SerialQueue();
    const log: string[] = [];
    const { signal } = new AbortController();
    const task = (name: string, ms: number, fails = false) =>
      queue.add(async () => {
        log.push(`+${name}`);
        await pause(ms);
        log.push(`-${name}`);
        if (fails) throw new Error(name);
        return name;
      }, signal);
    const answers = await Promise.allSettled([task('a', 20), task('b', 10, true), task('c', 0)]);
    expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not begin what was cancelled while it waited', async () => {
    const queue = new SerialQueue();
    const controller = new AbortController();
    const first = queue.add(() => pause(20), new AbortController().signal);
    let begun = false;
    const second = queue.add(async () => {
      begun = true;
    }, controller.signal);
    controller.abort();
    await expect(second).rejects.toBeInstanceOf(CancelledError);
    await first;
    expect(begun).toBe(false);
  });
});
