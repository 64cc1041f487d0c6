import { type ChildProcess, fork } from 'node:child_process';
import { type EngineCaller, type IpcProcess, ipcPort, Rpc } from '../../shared/protocol/rpc';
import { escapeControls } from '../../shared/words/plainText';
import { LineSplitter, type Log } from '../host/log';
import type { Launch } from './launch';

/** Why this side ended the process; `undefined` while it runs and after a crash. */
export type StopReason = 'cancel' | 'idle' | 'restart' | 'closing';

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why the process could not be started at all. */
  readonly startFailure?: Error;
}

/** One child process with its connection; knows how it ended and who wanted that. */
export class EngineProcess {
  readonly rpc: EngineCaller;
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ending>;
  stopReason: StopReason | undefined;
  alive = true;
  private readonly child: ChildProcess;
  private killTimer: NodeJS.Timeout | undefined;

  constructor(
    entry: string,
    readonly launch: Launch,
    log: Log,
  ) {
    this.child = fork(entry, [], {
      execPath: launch.execPath,
      execArgv: [...launch.execArgv],
      env: launch.env as NodeJS.ProcessEnv,
      serialization: 'advanced',
      silent: true,
    });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
      this.child.once('error', (error) => {
        // `error` also reports a failed kill or send of a process that did start; those end in `exit`.
        if (this.child.pid === undefined) resolve({ code: null, signal: null, startFailure: error });
        else log.debug(`Engine process ${this.child.pid}: ${error.message}`);
      });
    });
    void this.ended.then(() => {
      this.alive = false;
      clearTimeout(this.killTimer);
      this.rpc.dispose();
    });
    pipeLines(this.child.stdout, (line) => log.debug(`[engine] ${escapeControls(line)}`));
    pipeLines(this.child.stderr, (line) => log.warn(`[engine] ${escapeControls(line)}`));
    this.rpc = new Rpc(ipcPort(this.child as IpcProcess));
    this.rpc.on('log', ({ level, message }) => log[level](`[engine] ${message}`));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends the process at once. It holds nothing that must be saved, and a busy or hung one hears no softer word. */
  kill(reason: StopReason): void {
    if (!this.alive) return;
    this.stopReason ??= reason;
    this.child.kill('SIGKILL');
  }

  /** Lets the process end by itself by closing its channel; kills it when it has not ended after `graceMs`. */
  stop(reason: StopReason, graceMs: number): void {
    if (!this.alive) return;
    this.stopReason ??= reason;
    if (this.child.connected) this.child.disconnect();
    this.killTimer ??= setTimeout(() => this.kill(reason), graceMs);
  }
}

function pipeLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  const splitter = new LineSplitter(onLine);
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => splitter.write(chunk));
  stream?.on('end', () => splitter.end());
}
