import { expect, it } from 'vitest';
import { CancelledError } from '../../shared/errors';
import type { Priority } from '../../shared/protocol/protocol';
import { Turns } from './turns';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const { signal } = new AbortController();

function start() {
  const turns = new Turns();
  const log: string[] = [];
  const take = (name: string, priority: Priority = 'foreground', fails = false, wanted: AbortSignal = signal) =>
    turns.take(name, priority, wanted, async () => {
      log.push(`+${name}`);
      await pause(5);
      log.push(`-${name}`);
      if (fails) throw new Error(name);
      return name;
    });
  return { turns, log, take };
}

it('runs one after the other in the order of arrival, and goes on after a failure', async () => {
  const { turns, log, take } = start();
  expect(turns.busy).toBe(false);
  const answers = Promise.allSettled([take('a'), take('b', 'foreground', true), take('c')]);
  expect(turns.busy).toBe(true);
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
  expect(turns.busy).toBe(false);
});

it('lets the foreground overtake those that wait in the background, but never what runs', async () => {
  const { log, take } = start();
  const all = [take('a', 'background'), take('b', 'background'), take('c', 'background'), take('d'), take('e')];
  await Promise.all(all);
  expect(log.filter((line) => line.startsWith('+'))).toEqual(['+a', '+d', '+e', '+b', '+c']);
  expect(log.slice(0, 2)).toEqual(['+a', '-a']);
});

it('hears of another priority while it waits', async () => {
  const { turns, log, take } = start();
  const all = [take('a'), take('b'), take('c', 'background'), take('d', 'background')];
  turns.prioritise('d', 'foreground');
  turns.prioritise('b', 'background');
  turns.prioritise('a', 'background');
  turns.prioritise('nobody', 'foreground');
  await Promise.all(all);
  expect(log.filter((line) => line.startsWith('+'))).toEqual(['+a', '+d', '+b', '+c']);
});

it('ends at once what is cancelled while it waits, and never begins it', async () => {
  const { log, take } = start();
  const controller = new AbortController();
  const first = take('a');
  const cancelled = take('b', 'foreground', false, controller.signal);
  const last = take('c');
  controller.abort();
  await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
  expect(log).toEqual(['+a']);
  await Promise.all([first, last]);
  expect(log).toEqual(['+a', '-a', '+c', '-c']);
});

it('passes the turn on when it is cancelled in the moment in which it comes', async () => {
  const { log, take } = start();
  const controller = new AbortController();
  controller.abort();
  // Nothing runs: its turn comes at once, and the signal was aborted before.
  const cancelled = take('a', 'foreground', false, controller.signal);
  const next = take('b');
  await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
  await next;
  expect(log).toEqual(['+b', '-b']);
});
