import 'vscode-jsonrpc/node';
import { describe, expect, it } from 'vitest';
import { CancelledError, CheckpointError, throwIfCancelled, UnsupportedOperatorError, WhylightError } from '../errors';
import { ConnectionClosedError, type None, type Port, Rpc } from './rpc';

interface Calls {
  double: [{ readonly values: Float32Array }, Float32Array];
  fail: [{ readonly how: 'expected' | 'unsupported' | 'bug' }, null];
  wait: [undefined, null];
}

interface Notes {
  said: { readonly text: string };
}

/** Two ends of one channel; messages are copied as the real channels copy them. */
function channel(): { left: Port; right: Port; close(): void } {
  const listeners = { left: new Set<(message: unknown) => void>(), right: new Set<(message: unknown) => void>() };
  const closers = new Set<() => void>();
  const end = (mine: 'left' | 'right', other: 'left' | 'right'): Port => ({
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of listeners[other]) listener(copy);
      });
    },
    onMessage: (listener) => {
      listeners[mine].add(listener);
      return { dispose: () => void listeners[mine].delete(listener) };
    },
    onClose: (listener) => {
      closers.add(listener);
      return { dispose: () => void closers.delete(listener) };
    },
  });
  return {
    left: end('left', 'right'),
    right: end('right', 'left'),
    close: () => {
      for (const listener of closers) listener();
    },
  };
}

function connect() {
  const { left, right, close } = channel();
  const server = new Rpc<None, Calls, Notes, None>(right);
  server.handle('double', ({ values }) => values.map((value) => value * 2));
  server.handle('fail', ({ how }) => {
    if (how === 'expected') throw new CheckpointError('model.onnx is empty.');
    if (how === 'unsupported')
      throw new UnsupportedOperatorError('NonZero', '/nz', 'NonZero is not supported.', 'scores');
    throw new TypeError('x is not a function');
  });
  server.handle('wait', async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throwIfCancelled(signal);
    return null;
  });
  server.listen();
  const client = new Rpc<Calls, None, None, Notes>(left);
  return { client: client.listen(), server, close };
}

describe('Rpc', () => {
  it('carries typed arrays both ways', async () => {
    const { client } = connect();
    const answer = await client.request('double', { values: new Float32Array([1, Number.NaN, 3]) });
    expect(answer).toBeInstanceOf(Float32Array);
    expect(Array.from(answer)).toEqual([2, Number.NaN, 6]);
  });

  it('gives back an expected failure with its kind and words', async () => {
    const { client } = connect();
    const failure = await client.request('fail', { how: 'expected' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WhylightError);
    expect(failure).toMatchObject({ kind: 'checkpoint', message: 'model.onnx is empty.' });
  });

  it('gives back an unsupported operator with what can be explained in front of it', async () => {
    const { client } = connect();
    const failure = await client.request('fail', { how: 'unsupported' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnsupportedOperatorError);
    expect(failure).toMatchObject({
      kind: 'unsupported-operator',
      operator: 'NonZero',
      node: '/nz',
      message: 'NonZero is not supported.',
      cut: 'scores',
    });
  });

  it('gives back a bug with the stack of where it happened', async () => {
    const { client } = connect();
    const failure = (await client.request('fail', { how: 'bug' }).catch((error: unknown) => error)) as Error;
    expect(failure).not.toBeInstanceOf(WhylightError);
    expect(failure.message).toBe('x is not a function');
    expect(failure.stack).toContain('rpc.test.ts');
  });

  it('tells the other side about an abort', async () => {
    const { client } = connect();
    const controller = new AbortController();
    const answer = client.request('wait', undefined, controller.signal);
    setTimeout(() => controller.abort(), 5);
    await expect(answer).rejects.toBeInstanceOf(CancelledError);
  });

  it('does not send a request that was aborted before', async () => {
    const { client } = connect();
    await expect(client.request('wait', undefined, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  });

  it('rejects what waits when the other side goes away', async () => {
    const { client, close } = connect();
    const answer = client.request('wait', undefined);
    setTimeout(close, 5);
    await expect(answer).rejects.toBeInstanceOf(ConnectionClosedError);
    await expect(client.request('wait', undefined)).rejects.toBeInstanceOf(ConnectionClosedError);
  });

  it('delivers notifications before the answer that follows them', async () => {
    const { left, right } = channel();
    const server = new Rpc<None, Calls, Notes, None>(right);
    server.handle('double', ({ values }) => {
      server.notify('said', { text: 'one' });
      server.notify('said', { text: 'two' });
      return values;
    });
    server.listen();
    const client = new Rpc<Calls, None, None, Notes>(left);
    const heard: string[] = [];
    client.on('said', ({ text }) => heard.push(text));
    await client.listen().request('double', { values: new Float32Array(1) });
    expect(heard).toEqual(['one', 'two']);
  });
});
