import type { EngineState } from '../engine/engineClient';
import type { Translate } from '../host/translate';

/** What the newest run of any panel is doing. */
export interface RunStatus {
  /** Id of the panel. */
  readonly panel: string;
  readonly image: string;
  readonly checkpoint: string;
  readonly runtime?: { readonly id: string; readonly why: string };
  readonly phase: 'waiting' | 'loading' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly error?: string;
}

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly severity: 'none' | 'warning' | 'error';
}

/** Which of two panels' states to show: one that only waits for its turn does not hide the one that is at work. */
export function newerStatus(shown: RunStatus | undefined, next: RunStatus): RunStatus {
  const atWork = shown?.phase === 'loading' || shown?.phase === 'running';
  return atWork && next.phase === 'waiting' && next.panel !== shown.panel ? shown : next;
}

/** The words of the status-bar item; undefined while there is nothing to tell. */
export function statusText(engine: EngineState, run: RunStatus | undefined, t: Translate): StatusText | undefined {
  if (run === undefined) {
    if (engine === 'stopped') return undefined;
    const failed = engine === 'failed';
    return {
      text: failed ? `$(error) ${t('Whylight: engine stopped')}` : '$(eye) Whylight',
      tooltip: engineWords(engine, t),
      severity: failed ? 'error' : 'none',
    };
  }
  const words = phaseWords(run, t);
  const busy = run.phase === 'waiting' || run.phase === 'loading' || run.phase === 'running';
  const failed = run.phase === 'failed';
  const icon = failed ? '$(error)' : busy ? '$(loading~spin)' : '$(eye)';
  const parts = [run.checkpoint, ...(run.runtime === undefined ? [] : [run.runtime.id]), words];
  const tooltip = [
    t('Checkpoint: {0}', run.checkpoint),
    t('Image: {0}', run.image),
    ...(run.runtime === undefined ? [] : [t('Runtime: {0} ({1})', run.runtime.id, run.runtime.why)]),
    engineWords(engine, t),
    ...(run.error === undefined ? [words] : [run.error]),
  ];
  return {
    text: `${icon} ${parts.join(' · ')}`,
    tooltip: tooltip.join('\n'),
    severity: failed ? 'error' : run.failed > 0 && !busy ? 'warning' : 'none',
  };
}

function phaseWords(run: RunStatus, t: Translate): string {
  switch (run.phase) {
    case 'waiting':
      return t('waiting');
    case 'loading':
      return t('loading');
    case 'running':
      return t('running {0}/{1}', run.done, run.total);
    case 'done':
      return run.failed > 0 ? t('{0} of {1} failed', run.failed, run.total) : t('idle');
    case 'cancelled':
      return t('cancelled');
    case 'failed':
      return t('failed');
  }
}

function engineWords(engine: EngineState, t: Translate): string {
  switch (engine) {
    case 'stopped':
      return t('Engine: not running; it starts with the next explanation');
    case 'waiting':
      return t('Engine: waiting before it is started again');
    case 'running':
      return t('Engine: running');
    case 'failed':
      return t('Engine: stopped unexpectedly');
  }
}
