import type { EngineState } from '../engine/engineClient';
import type { Translate } from '../host/translate';

/** What the newest run of a panel is doing. */
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

/** The open panels: which one is looked at, which one was looked at last. Ids. */
export interface OpenPanels {
  readonly open: readonly string[];
  /** Absent while something else is looked at. */
  readonly active?: string;
  readonly last?: string;
}

/**
 * Of several panels, the one whose state is shown: the one that is looked at; else one that is at work, the newest first; else the one that
 * was looked at last.
 *
 * @param runs by panel, the one that said something last at the end.
 */
export function shownRun(runs: ReadonlyMap<string, RunStatus>, { active, last }: OpenPanels): RunStatus | undefined {
  if (active !== undefined) return runs.get(active);
  const newestFirst = [...runs.values()].reverse();
  return (
    newestFirst.find(isAtWork) ??
    newestFirst.find(({ phase }) => phase === 'waiting') ??
    (last === undefined ? undefined : runs.get(last)) ??
    newestFirst[0]
  );
}

/** At work, or waiting for its turn. */
export function isBusy(run: RunStatus): boolean {
  return run.phase === 'waiting' || isAtWork(run);
}

function isAtWork({ phase }: RunStatus): boolean {
  return phase === 'loading' || phase === 'running';
}

/** The words of the status-bar item. `others` of the panels that it does not tell of are busy. */
export function statusText(engine: EngineState, run: RunStatus | undefined, others: number, t: Translate): StatusText {
  if (run === undefined) {
    const failed = engine === 'failed';
    return {
      text: failed ? `$(error) ${t('Whylight: engine stopped')}` : '$(eye) Whylight',
      tooltip: [
        t('Right-click an image in the Explorer and choose “Explain Image”, or click here for all actions.'),
        engineWords(engine, t),
      ].join('\n'),
      severity: failed ? 'error' : 'none',
    };
  }
  const words = phaseWords(run, t);
  const busy = isBusy(run);
  const failed = run.phase === 'failed';
  const icon = failed ? '$(error)' : busy ? '$(loading~spin)' : '$(eye)';
  const parts = [run.checkpoint, ...(run.runtime === undefined ? [] : [run.runtime.id]), words];
  const tooltip = [
    t('Checkpoint: {0}', run.checkpoint),
    t('Image: {0}', run.image),
    ...(run.runtime === undefined ? [] : [t('Runtime: {0} ({1})', run.runtime.id, run.runtime.why)]),
    engineWords(engine, t),
    ...(run.error === undefined ? [words] : [run.error]),
    ...(others === 0 ? [] : [t('Other panels that are busy: {0}', others)]),
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
