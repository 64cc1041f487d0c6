import {
  AbstractMessageReader,
  AbstractMessageWriter,
  CancellationTokenSource,
  createMessageConnection,
  type DataCallback,
  type Message,
  type MessageConnection,
  NotificationType,
  ParameterStructures,
  RequestType,
  ResponseError,
} from 'vscode-jsonrpc';
import { CancelledError, UnsupportedOperatorError, WhylightError } from '../errors';
import type { PanelHostNotifications, PanelPageNotifications, PanelRequests } from './panel';
import { type EngineNotifications, type EngineRequests, type FailureData, failureCode } from './protocol';

/*
 * Typed JSON-RPC over any channel that carries structured messages: `child_process` IPC between the host and the engine,
 * `postMessage` between the host and the panel page. Typed arrays travel as they are.
 *
 * vscode-jsonrpc wants its platform layer installed once per program: the entry point imports `vscode-jsonrpc/node`
 * (host, engine) or `vscode-jsonrpc/browser` (page).
 */

export interface Disposable {
  dispose(): void;
}

/** One end of a channel of structured messages. */
export interface Port {
  /** Sends a message; a promise when the channel can tell that sending failed. */
  post(message: unknown): unknown;
  onMessage(listener: (message: unknown) => void): Disposable;
  /** The other end is gone; absent where the channel cannot tell. */
  onClose?(listener: () => void): Disposable;
}

type Requests<T> = { [K in keyof T]: [unknown, unknown] };
type Name<T> = keyof T & string;

/** The message maps of a side that sends, or answers, nothing of a kind. */
export type None = Record<never, never>;

/**
 * One end of a connection: `Calls` and `Sends` are the requests and notifications that go out, `Answers` and `Hears` those
 * that come in. Requests are maps name → [params, result], notifications name → params.
 */
export class Rpc<Calls extends Requests<Calls>, Answers extends Requests<Answers>, Sends, Hears> implements Disposable {
  private readonly connection: MessageConnection;
  private disposed = false;

  constructor(port: Port) {
    this.connection = createMessageConnection(new PortReader(port), new PortWriter(port));
    // A lost message shows as a rejected request; without a listener here the connection would print it as well.
    this.connection.onError(() => {});
    this.connection.onClose(() => this.dispose());
  }

  /** Starts to listen; register handlers first. */
  listen(): this {
    this.connection.listen();
    return this;
  }

  /**
   * Sends a request and waits for its answer. An aborted `signal` tells the other side, which decides how to end: the promise
   * settles with its answer.
   * @throws WhylightError for an expected failure on the other side (CancelledError when cancelled) or a closed connection;
   * any other failure keeps the other side's message and stack.
   */
  async request<K extends Name<Calls>>(name: K, params: Calls[K][0], signal?: AbortSignal): Promise<Calls[K][1]> {
    if (signal?.aborted) throw new CancelledError();
    if (this.disposed) throw new ConnectionClosedError();
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const type = new RequestType<unknown, Calls[K][1], FailureData>(name, ParameterStructures.byPosition);
      return await this.connection.sendRequest(type, params ?? null, source.token);
    } catch (error) {
      if (this.disposed) throw new ConnectionClosedError({ cause: error });
      throw fromResponseError(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** Answers a request. The signal is aborted when the caller cancels. What the handler throws reaches the caller. */
  handle<K extends Name<Answers>>(
    name: K,
    handler: (params: Answers[K][0], signal: AbortSignal) => Answers[K][1] | Promise<Answers[K][1]>,
  ): Disposable {
    const type = new RequestType<unknown, unknown, FailureData>(name, ParameterStructures.byPosition);
    return this.connection.onRequest(type, async (params, token) => {
      const controller = new AbortController();
      if (token.isCancellationRequested) controller.abort();
      const subscription = token.onCancellationRequested(() => controller.abort());
      try {
        return await handler(params as Answers[K][0], controller.signal);
      } catch (error) {
        throw toResponseError(error);
      } finally {
        subscription.dispose();
      }
    });
  }

  /** Sends a notification. Nothing happens when the connection is closed: there is nobody to tell. */
  notify<K extends Name<Sends>>(name: K, params: Sends[K]): void {
    if (this.disposed) return;
    const type = new NotificationType<unknown>(name, ParameterStructures.byPosition);
    this.connection.sendNotification(type, params).catch((error: unknown) => {
      if (!this.disposed) throw error;
    });
  }

  on<K extends Name<Hears>>(name: K, listener: (params: Hears[K]) => void): Disposable {
    const type = new NotificationType<unknown>(name, ParameterStructures.byPosition);
    return this.connection.onNotification(type, (params) => listener(params as Hears[K]));
  }

  /** Called once when the connection is closed by either side. */
  onClosed(listener: () => void): Disposable {
    return this.connection.onDispose(listener);
  }

  /** Closes this end; requests that wait are rejected with {@link ConnectionClosedError}. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.connection.dispose();
  }
}

/** The host's end towards the engine, and the engine's. */
export type EngineCaller = Rpc<EngineRequests, None, None, EngineNotifications>;
export type EngineServer = Rpc<None, EngineRequests, EngineNotifications, None>;
/** The host's end towards the panel page, and the page's. */
export type PanelServer = Rpc<None, PanelRequests, PanelHostNotifications, PanelPageNotifications>;
export type PanelCaller = Rpc<PanelRequests, None, PanelPageNotifications, PanelHostNotifications>;

/** The other side went away before it answered. */
export class ConnectionClosedError extends WhylightError {
  constructor(options?: ErrorOptions) {
    super('engine', 'The connection was closed before the answer came.', options);
  }
}

/** A Node process (a child, or this one towards its parent) as far as IPC goes. */
export interface IpcProcess {
  send?(message: unknown, callback?: (error: Error | null) => void): boolean;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** The IPC channel of a forked process. Fork with `serialization: 'advanced'`, or typed arrays turn into plain objects. */
export function ipcPort(process: IpcProcess): Port {
  const subscribe = (event: string, listener: (...values: unknown[]) => void): Disposable => {
    process.on(event, listener);
    return { dispose: () => void process.off(event, listener) };
  };
  return {
    post: (message) =>
      new Promise<void>((resolve, reject) => {
        if (process.send === undefined) reject(new ConnectionClosedError());
        else process.send(message, (error) => (error === null || error === undefined ? resolve() : reject(error)));
      }),
    onMessage: (listener) => subscribe('message', listener),
    onClose: (listener) => subscribe('disconnect', listener),
  };
}

class PortReader extends AbstractMessageReader {
  constructor(private readonly port: Port) {
    super();
    port.onClose?.(() => this.fireClose());
  }

  listen(callback: DataCallback): Disposable {
    return this.port.onMessage((message) => {
      if (isJsonRpc(message)) callback(message);
    });
  }
}

class PortWriter extends AbstractMessageWriter {
  private failures = 0;

  constructor(private readonly port: Port) {
    super();
  }

  async write(message: Message): Promise<void> {
    try {
      await this.port.post(message);
    } catch (error) {
      this.failures++;
      this.fireError(error, message, this.failures);
      throw error;
    }
  }

  end(): void {}
}

/** Windows receive messages from others too (browser tools, VS Code's own frames). */
function isJsonRpc(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && (message as { jsonrpc?: unknown }).jsonrpc === '2.0';
}

function toResponseError(error: unknown): ResponseError<FailureData> {
  if (error instanceof UnsupportedOperatorError) {
    const { kind, operator, node, cut } = error;
    return new ResponseError(failureCode.expected, error.message, { kind, operator, node, cut });
  }
  if (error instanceof WhylightError) {
    return new ResponseError(failureCode.expected, error.message, { kind: error.kind });
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return new ResponseError<FailureData>(failureCode.bug, message, { kind: 'bug', stack });
}

function fromResponseError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const data = error.data as FailureData | undefined;
  if (error.code === failureCode.expected && data !== undefined && data.kind !== 'bug') {
    if (data.kind === 'cancelled') return new CancelledError();
    if (data.kind === 'unsupported-operator') {
      return new UnsupportedOperatorError(data.operator ?? '', data.node ?? '', error.message, data.cut ?? null);
    }
    return new WhylightError(data.kind, error.message);
  }
  const bug = new Error(error.message);
  if (data?.stack !== undefined) bug.stack = data.stack;
  return bug;
}
