import { CancelledError, throwIfCancelled, untilAborted, WhylightError } from '../../shared/errors';
import type { ExplainEvent } from '../../shared/explanation/events';
import type {
  EngineNotifications,
  EngineRequests,
  ExplainParams,
  ExplainResult,
  Priority,
} from '../../shared/protocol/protocol';
import { ConnectionClosedError } from '../../shared/protocol/rpc';
import type { MethodInfo } from '../../shared/results/attribution';
import { DisposableOwner, Emitter } from '../host/dispose';
import type { Log } from '../host/log';
import type { EngineSettings } from '../host/settings';
import type { Translate } from '../host/translate';
import { EngineProcess } from './engineProcess';
import { backOff, planLaunch, type Surroundings } from './launch';

export type EngineState = 'stopped' | 'waiting' | 'running' | 'failed';

/** Waiting times of the supervision in milliseconds. */
export interface EngineTiming {
  /** How long a cancelled request may take to end before the process is killed. */
  readonly grace: number;
  readonly firstBackOff: number;
  readonly longestBackOff: number;
  /** Length of the minute of `idleMinutes`. */
  readonly minute: number;
}

const defaultTiming: EngineTiming = { grace: 3000, firstBackOff: 500, longestBackOff: 8000, minute: 60_000 };

/** Crashes in a row after which the engine is not started again by itself. */
const crashLimit = 3;

/** Requests whose answer shows that the engine is able to work; the light ones would hide a crash in every run. */
const provingRequests: ReadonlySet<string> = new Set(['inspect', 'explain', 'checkHealth', 'encode']);

export interface EngineClientOptions {
  /** Absolute path of the engine's script. */
  readonly entry: string;
  /** Read at every start of the process. */
  settings(): EngineSettings;
  readonly surroundings: Surroundings;
  readonly log: Log;
  readonly translate: Translate;
  /** The configured Node binary is missing and another one is used. */
  onMissingNode?(path: string): void;
  readonly timing?: EngineTiming;
}

/**
 * Keeps the engine's process: starts it with the first request, ends it after idling, starts a fresh one after a crash (later
 * each time, and no more after three crashes in a row), and kills it when it does not obey a cancel.
 */
export class EngineClient extends DisposableOwner {
  private readonly stateChanges = this.register(new Emitter<EngineState>());
  readonly onStateChanged = this.stateChanges.event;
  private readonly events = this.register(new Emitter<ExplainEvent>());
  private readonly encodings = this.register(new Emitter<EngineNotifications['encodeProgress']>());
  /** How many files of an `encode` request are ready. */
  readonly onEncodeProgress = this.encodings.event;
  private readonly timing: EngineTiming;
  /** Of the explanations that are asked for at this moment, by their ids. */
  private readonly priorities = new Map<string, Priority>();
  private process: EngineProcess | undefined;
  private starting: Promise<EngineProcess> | undefined;
  private currentState: EngineState = 'stopped';
  private crashes = 0;
  private lastCrash = 0;
  private active = 0;
  private idleTimer: NodeJS.Timeout | undefined;
  private methodList: readonly MethodInfo[] | undefined;
  private asking: Promise<readonly MethodInfo[]> | undefined;

  constructor(private readonly options: EngineClientOptions) {
    super();
    this.timing = options.timing ?? defaultTiming;
  }

  get state(): EngineState {
    return this.currentState;
  }

  /** Process id of the running engine. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** The methods as far as they are known without asking. */
  get knownMethods(): readonly MethodInfo[] | undefined {
    return this.methodList;
  }

  /** The methods that the engine knows; asked for once. */
  async methods(): Promise<readonly MethodInfo[]> {
    if (this.methodList !== undefined) return this.methodList;
    this.asking ??= this.request('methods', undefined).finally(() => {
      this.asking = undefined;
    });
    this.methodList = await this.asking;
    return this.methodList;
  }

  /** Runs an explanation; `onEvent` gets its events in order, all of them before the promise settles. */
  async explain(
    params: ExplainParams,
    onEvent: (event: ExplainEvent) => void,
    signal?: AbortSignal,
  ): Promise<ExplainResult> {
    const { id } = params;
    this.priorities.set(id, params.priority ?? 'foreground');
    let begun = false;
    const subscription = this.events.event((event) => {
      if (event.id !== id) return;
      if (event.kind === 'begun') begun = true;
      onEvent(event);
    });
    try {
      for (;;) {
        try {
          // The priority may have changed while the process was started.
          const paramsNow = () => ({ ...params, priority: this.priorities.get(id) });
          return await this.send('explain', paramsNow, signal, () => begun);
        } catch (error) {
          // It had not even begun: the process went down over another request, and the next one may do this.
          if (begun || !(error instanceof EngineLostError)) throw error;
        }
      }
    } finally {
      this.priorities.delete(id);
      subscription.dispose();
    }
  }

  /** Changes the priority of an explanation that may still wait for its turn. */
  prioritise(id: string, priority: Priority): void {
    if (!this.priorities.has(id)) return;
    this.priorities.set(id, priority);
    if (!this.process?.alive || this.process.stopReason !== undefined) return;
    this.process.rpc.request('prioritise', { id, priority }).catch((error: unknown) => {
      // With the process the waiting ends, too.
      if (!(error instanceof ConnectionClosedError)) this.options.log.error(error as Error);
    });
  }

  /**
   * Asks the engine, starting it when needed.
   * @throws WhylightError in words for the user, CancelledError when `signal` was aborted; anything else is a bug.
   */
  async request<K extends keyof EngineRequests>(
    name: K,
    params: EngineRequests[K][0],
    signal?: AbortSignal,
  ): Promise<EngineRequests[K][1]> {
    return this.send(name, () => params, signal);
  }

  /**
   * @param paramsNow read when the process is there.
   * @param begun false while the request waits in the engine for others: nothing is lost with it then, and a cancel needs no answer.
   */
  private async send<K extends keyof EngineRequests>(
    name: K,
    paramsNow: () => EngineRequests[K][0],
    signal: AbortSignal | undefined,
    begun: () => boolean = () => true,
  ): Promise<EngineRequests[K][1]> {
    throwIfCancelled(signal);
    this.active++;
    clearTimeout(this.idleTimer);
    try {
      const engine = await untilAborted(this.ensureProcess(), signal);
      return await this.ask(engine, name, paramsNow(), signal, begun);
    } finally {
      this.active--;
      this.scheduleIdleStop();
    }
  }

  /** Ends the running process, forgets earlier crashes; the next request starts a fresh one. */
  restart(): void {
    this.crashes = 0;
    this.methodList = undefined;
    if (this.process !== undefined) this.process.kill('restart');
    else this.setState('stopped');
  }

  override dispose(): void {
    clearTimeout(this.idleTimer);
    this.process?.kill('closing');
    super.dispose();
  }

  private async ask<K extends keyof EngineRequests>(
    engine: EngineProcess,
    name: K,
    params: EngineRequests[K][0],
    signal: AbortSignal | undefined,
    begun: () => boolean,
  ): Promise<EngineRequests[K][1]> {
    let graceTimer: NodeJS.Timeout | undefined;
    const waiting = new AbortController();
    const onAbort = () => {
      if (!begun()) {
        waiting.abort();
        return;
      }
      graceTimer = setTimeout(() => {
        this.options.log.warn(`The engine did not end a cancelled request (${name}); it is stopped.`);
        engine.kill('cancel');
      }, this.timing.grace);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const answer = await untilAborted(engine.rpc.request(name, params, signal), waiting.signal);
      if (provingRequests.has(name)) this.crashes = 0;
      return answer;
    } catch (error) {
      if (error instanceof ConnectionClosedError) throw await this.whyItEnded(engine, signal);
      if (provingRequests.has(name) && begun()) this.crashes = 0;
      throw error;
    } finally {
      clearTimeout(graceTimer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private async ensureProcess(): Promise<EngineProcess> {
    if (this.isDisposed) throw new WhylightError('engine', this.options.translate('Whylight is shutting down.'));
    if (this.process?.alive && this.process.stopReason === undefined) return this.process;
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  private async start(): Promise<EngineProcess> {
    const { log, translate: t } = this.options;
    // A process that is on its way out must be gone first, or its end would be taken for that of the new one.
    await this.process?.ended;
    if (this.crashes >= crashLimit) {
      throw new WhylightError(
        'engine',
        t(
          'The engine stopped unexpectedly {0} times in a row and is not started again by itself; look into the log, then restart the engine.',
          this.crashes,
        ),
      );
    }
    const wait =
      this.lastCrash + backOff(this.crashes, this.timing.firstBackOff, this.timing.longestBackOff) - Date.now();
    if (wait > 0) {
      this.setState('waiting');
      log.info(`Starting the engine again in ${(wait / 1000).toFixed(1)} s.`);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    const launch = planLaunch(this.options.settings(), this.options.surroundings);
    if (launch.missingNode !== undefined) {
      log.warn(`whylight.nodePath: ${launch.missingNode} does not exist; using ${launch.execPath}.`);
      this.options.onMissingNode?.(launch.missingNode);
    }
    const engine = new EngineProcess(this.options.entry, launch, log);
    this.process = engine;
    engine.rpc.on('explainEvent', (event) => this.events.fire(event));
    engine.rpc.on('encodeProgress', (progress) => this.encodings.fire(progress));
    engine.rpc.listen();
    void engine.ended.then((ending) => this.onEnded(engine, ending));
    log.info(`Engine started: process ${engine.pid ?? '?'}, ${launch.execPath}.`);
    this.setState('running');
    if (this.isDisposed) engine.kill('closing');
    return engine;
  }

  private onEnded(engine: EngineProcess, ending: Awaited<EngineProcess['ended']>): void {
    if (this.process === engine) this.process = undefined;
    // At the end of the extension its log is closed, and nobody looks at the state.
    if (this.isDisposed) return;
    const how = ending.startFailure?.message ?? ending.signal ?? `exit code ${ending.code}`;
    if (engine.stopReason !== undefined) {
      this.options.log.info(`Engine process ${engine.pid} ended (${engine.stopReason}).`);
      this.setState('stopped');
      return;
    }
    this.crashes++;
    this.lastCrash = Date.now();
    this.options.log.error(
      `Engine process ${engine.pid ?? '?'} stopped unexpectedly (${how}), ${this.crashes} in a row.`,
    );
    this.setState('failed');
  }

  /** The sentence for a request that lost its engine. */
  private async whyItEnded(engine: EngineProcess, signal: AbortSignal | undefined): Promise<WhylightError> {
    const { translate: t } = this.options;
    // A process that closed its channel but lives on is of no use to anybody.
    const timer = setTimeout(() => engine.kill('restart'), this.timing.grace);
    const ending = await engine.ended;
    clearTimeout(timer);
    if (signal?.aborted) return new CancelledError();
    if (ending.startFailure !== undefined) {
      return new WhylightError(
        'engine',
        t(
          'The engine could not be started with {0}: {1}; check the setting whylight.nodePath.',
          engine.launch.execPath,
          ending.startFailure.message,
        ),
      );
    }
    switch (engine.stopReason) {
      case 'cancel':
        return new EngineLostError(t('The engine was stopped because a cancelled run did not end; try again.'));
      case undefined:
        return new EngineLostError(
          t(
            'The engine stopped unexpectedly ({0}); try again, and look into the log if it happens again.',
            ending.signal ?? t('exit code {0}', ending.code ?? '?'),
          ),
        );
      default:
        return new EngineLostError(t('The engine was restarted before it was done; try again.'));
    }
  }

  private scheduleIdleStop(): void {
    clearTimeout(this.idleTimer);
    const minutes = this.options.settings().idleMinutes;
    if (this.active > 0 || minutes <= 0 || this.isDisposed) return;
    this.idleTimer = setTimeout(() => {
      this.options.log.info(`Nothing to do for ${minutes} min: stopping the engine.`);
      this.process?.stop('idle', this.timing.grace);
    }, minutes * this.timing.minute);
    this.idleTimer.unref();
  }

  private setState(state: EngineState): void {
    if (this.currentState === state) return;
    this.currentState = state;
    this.stateChanges.fire(state);
  }
}

/** The process that a request was sent to is gone; another one may answer it. */
class EngineLostError extends WhylightError {
  constructor(message: string) {
    super('engine', message);
  }
}
