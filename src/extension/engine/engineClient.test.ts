import 'vscode-jsonrpc/node';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { CancelledError, type WhylightError } from '../../shared/errors';
import type { ExplainEvent } from '../../shared/explanation/events';
import type { ExplainParams } from '../../shared/protocol/protocol';
import { cardFor } from '../../shared/question/card';
import type { EngineSettings } from '../host/settings';
import { english } from '../host/translate';
import { EngineClient, type EngineState, type EngineTiming } from './engineClient';

const entry = resolve('test/fixtures/engine.mjs');
const clients: EngineClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

function start(timing: Partial<EngineTiming> = {}, settings: Partial<EngineSettings> = {}) {
  const lines: string[] = [];
  const missing: string[] = [];
  const states: EngineState[] = [];
  const write = (message: string | Error) => void lines.push(String(message));
  const client = new EngineClient({
    entry,
    settings: () => ({ nodePath: '', memory: 512, threads: 1, memoryBudget: 0, idleMinutes: 0, ...settings }),
    surroundings: { execPath: process.execPath, env: process.env, exists: existsSync },
    log: { trace: write, debug: write, info: write, warn: write, error: write },
    translate: english,
    timing: { grace: 300, firstBackOff: 20, longestBackOff: 200, minute: 60_000, ...timing },
    onMissingNode: (path) => missing.push(path),
  });
  clients.push(client);
  client.onStateChanged((state) => states.push(state));
  return { client, lines, missing, states };
}

const ask = (checkpoint: string): ExplainParams => ({
  id: `run-${checkpoint}`,
  question: { checkpoint, image: { path: '/cat.png' }, target: { kind: 'top1' } },
  cards: [cardFor('gradient')],
});
const ignore = () => {};
const explain = (client: EngineClient, checkpoint: string, signal?: AbortSignal) =>
  client.explain(ask(checkpoint), ignore, signal);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('It should have failed.');
    },
    (error: unknown) => error as WhylightError,
  );

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number, withinMs = 3000): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

describe('EngineClient', () => {
  it('starts the process with the first request and keeps it for the next', async () => {
    const { client } = start();
    expect(client.state).toBe('stopped');
    expect(client.pid).toBeUndefined();
    const first = await explain(client, 'fine');
    expect(first.finished).toEqual([String(client.pid)]);
    expect((await explain(client, 'fine')).finished).toEqual(first.finished);
    expect(client.state).toBe('running');
  });

  it('hands on the events of its own run only, typed arrays intact', async () => {
    const { client } = start();
    const events: ExplainEvent[] = [];
    await client.explain(ask('fine'), (event) => events.push(event));
    expect(events.map((event) => event.kind)).toEqual(['begun', 'result']);
    const [, event] = events;
    if (event?.kind !== 'result') throw new Error('No result.');
    expect(event.attribution.map.data).toEqual(new Float32Array([1, 2, 3, 4]));
  });

  it('passes an expected failure on and keeps the process', async () => {
    const { client } = start();
    const error = await failure(client.request('inspect', { checkpoint: 'model.onnx' }));
    expect(error).toMatchObject({ kind: 'checkpoint', message: 'model.onnx is empty.' });
    expect(client.state).toBe('running');
  });

  it('says in one sentence that the process crashed, and serves the next request with a fresh one', async () => {
    const { client, lines, states } = start();
    await explain(client, 'fine');
    const before = client.pid;
    const error = await failure(explain(client, 'crash'));
    expect(error).toMatchObject({ kind: 'engine' });
    expect(error.message).toBe(
      'The engine stopped unexpectedly (SIGSEGV); try again, and look into the log if it happens again.',
    );
    expect(lines).toContain('[engine] about to fall over');
    await explain(client, 'fine');
    expect(client.pid).not.toBe(before);
    expect(states).toEqual(['running', 'failed', 'waiting', 'running']);
  });

  it('survives a process that is killed from outside in mid-run', async () => {
    const { client } = start();
    const run = failure(explain(client, 'wait'));
    await client.methods();
    process.kill(client.pid!, 'SIGKILL');
    expect((await run).message).toContain('stopped unexpectedly (SIGKILL)');
    await explain(client, 'fine');
  });

  it('waits longer after each crash and gives up after three in a row until it is restarted', async () => {
    const { client } = start({ firstBackOff: 100, longestBackOff: 1000 });
    const waits: number[] = [];
    for (let crash = 0; crash < 3; crash++) {
      const begin = Date.now();
      expect((await failure(explain(client, 'exit'))).message).toContain('(exit code 7)');
      waits.push(Date.now() - begin);
    }
    expect(waits[1]).toBeGreaterThanOrEqual(95);
    expect(waits[2]).toBeGreaterThanOrEqual(195);
    const refused = await failure(explain(client, 'fine'));
    expect(refused.message).toContain('3 times in a row');
    expect(client.pid).toBeUndefined();
    client.restart();
    await explain(client, 'fine');
  });

  it('forgets crashes once a run has worked', async () => {
    const { client } = start();
    for (let round = 0; round < 4; round++) {
      await failure(explain(client, 'exit'));
      await explain(client, 'fine');
    }
  });

  it('lets a run end itself when it obeys the cancel', async () => {
    const { client } = start();
    await client.methods();
    const pid = client.pid;
    const controller = new AbortController();
    const run = failure(explain(client, 'wait', controller.signal));
    setTimeout(() => controller.abort(), 50);
    expect(await run).toBeInstanceOf(CancelledError);
    expect(client.pid).toBe(pid);
  });

  it('kills a process that does not obey, and does not count that as a crash', async () => {
    const { client, states } = start({ grace: 100 });
    await client.methods();
    const pid = client.pid!;
    const controller = new AbortController();
    const run = failure(explain(client, 'hang', controller.signal));
    setTimeout(() => controller.abort(), 50);
    expect(await run).toBeInstanceOf(CancelledError);
    expect(await gone(pid)).toBe(true);
    expect((await explain(client, 'fine')).finished).not.toEqual([String(pid)]);
    expect(states).toEqual(['running', 'stopped', 'running']);
  });

  it('tells the other requests why the process under them was stopped', async () => {
    const { client } = start({ grace: 100 });
    await client.methods();
    const controller = new AbortController();
    const other = failure(explain(client, 'wait'));
    const hung = failure(explain(client, 'hang', controller.signal));
    setTimeout(() => controller.abort(), 150);
    expect(await hung).toBeInstanceOf(CancelledError);
    expect((await other).message).toContain('a cancelled run did not end');
  });

  it('ends a waiting request at once when it is cancelled, and lets the process be, even one that hears nothing', async () => {
    const { client } = start({ grace: 100 });
    await client.methods();
    const pid = client.pid!;
    const controllers = [new AbortController(), new AbortController()] as const;
    const waiting = failure(explain(client, `queued ${pid}`, controllers[0].signal));
    const hung = failure(explain(client, 'hang', controllers[1].signal));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const asked = Date.now();
    controllers[0].abort();
    expect(await waiting).toBeInstanceOf(CancelledError);
    expect(Date.now() - asked).toBeLessThan(80);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isAlive(pid)).toBe(true);
    controllers[1].abort();
    expect(await hung).toBeInstanceOf(CancelledError);
  });

  it('asks the next process what had not begun when the one before went down', async () => {
    const { client } = start();
    await client.methods();
    const pid = client.pid!;
    const waiting = explain(client, `queued ${pid}`);
    expect((await failure(explain(client, 'crash'))).message).toContain('stopped unexpectedly');
    const { finished } = await waiting;
    expect(finished).toEqual([String(client.pid)]);
    expect(client.pid).not.toBe(pid);
  });

  it('passes on priorities: with the request as they are then, and each change after it', async () => {
    const { client } = start();
    const params = { ...ask('priorities'), priority: 'foreground' } as const;
    const first = client.explain(params, ignore);
    // The process is not there yet.
    client.prioritise(params.id, 'background');
    expect((await first).finished).toEqual(['background']);
    const second = client.explain(params, ignore);
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.prioritise(params.id, 'background');
    expect((await second).finished).toEqual(['foreground', `${params.id} background`]);
    client.prioritise(params.id, 'foreground');
    client.prioritise('nobody', 'foreground');
    expect((await client.explain(params, ignore)).finished).toHaveLength(2);
  });

  it('cancels while it waits for the next start', async () => {
    const { client } = start({ firstBackOff: 5000, longestBackOff: 5000 });
    await failure(explain(client, 'exit'));
    const controller = new AbortController();
    const run = failure(explain(client, 'fine', controller.signal));
    setTimeout(() => controller.abort(), 20);
    const begin = Date.now();
    expect(await run).toBeInstanceOf(CancelledError);
    expect(Date.now() - begin).toBeLessThan(1000);
  });

  it('stops the process after idling, not while it works, and starts it again', async () => {
    const { client, states } = start({ minute: 100 }, { idleMinutes: 1 });
    await client.methods();
    const pid = client.pid!;
    await explain(client, 'slow');
    expect(client.pid).toBe(pid);
    expect(await gone(pid)).toBe(true);
    await explain(client, 'fine');
    expect(states).toEqual(['running', 'stopped', 'running']);
  });

  it('restarts on request in mid-run', async () => {
    const { client } = start();
    await client.methods();
    const pid = client.pid!;
    const run = failure(explain(client, 'wait'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.restart();
    expect((await run).message).toContain('was restarted');
    await explain(client, 'fine');
    expect(client.pid).not.toBe(pid);
  });

  it('leaves no process behind when it is disposed', async () => {
    const { client } = start();
    await client.methods();
    const pid = client.pid!;
    client.dispose();
    expect(await gone(pid)).toBe(true);
    expect((await failure(explain(client, 'fine'))).message).toContain('shutting down');
  });

  it('uses its own binary, with a word to the user, when the configured one is missing', async () => {
    const { client, missing } = start({}, { nodePath: '/nowhere/node' });
    await explain(client, 'fine');
    expect(missing).toEqual(['/nowhere/node']);
  });

  it('names the binary that cannot be started', async () => {
    const { client } = start({}, { nodePath: resolve('package.json') });
    const error = await failure(explain(client, 'fine'));
    expect(error.message).toContain(`could not be started with ${resolve('package.json')}`);
    expect(error.message).toContain('whylight.nodePath');
  });

  it('takes the process down with a killed parent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whylight-parent-'));
    const outfile = join(folder, 'parent.mjs');
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    await build({
      entryPoints: ['test/fixtures/parent.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: banner },
    });
    const parent = spawn(process.execPath, [outfile, entry], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data) => resolve(Number(data))));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await gone(pid)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
