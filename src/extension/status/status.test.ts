import { describe, expect, it } from 'vitest';
import { english } from '../host/translate';
import { isBusy, type RunStatus, shownRun, statusText } from './status';

const run: RunStatus = {
  panel: 'p',
  image: 'cat.png',
  checkpoint: 'last.onnx',
  phase: 'loading',
  done: 0,
  total: 9,
  failed: 0,
};
const runtime = { id: 'onnxruntime', why: 'the only one installed' };
const text = (change: Partial<RunStatus>) => statusText('running', { ...run, ...change }, 0, english);

describe('statusText', () => {
  it('says how to begin until there is something else to tell', () => {
    const idle = statusText('stopped', undefined, 0, english);
    expect(idle).toMatchObject({ text: '$(eye) Whylight', severity: 'none' });
    expect(idle.tooltip).toMatch(/^Right-click an image .*“Explain Image”/);
    expect(statusText('failed', undefined, 0, english)).toMatchObject({ severity: 'error' });
  });

  it('shows model, runtime and state', () => {
    expect(text({}).text).toBe('$(loading~spin) last.onnx · loading');
    expect(text({ phase: 'running', runtime, done: 3 }).text).toBe(
      '$(loading~spin) last.onnx · onnxruntime · running 3/9',
    );
    expect(text({ phase: 'done', runtime, done: 9 })).toMatchObject({
      text: '$(eye) last.onnx · onnxruntime · idle',
      severity: 'none',
    });
  });

  it('says what failed', () => {
    expect(text({ phase: 'done', runtime, done: 9, failed: 2 })).toMatchObject({
      text: '$(eye) last.onnx · onnxruntime · 2 of 9 failed',
      severity: 'warning',
    });
    const failed = text({ phase: 'failed', error: 'last.onnx is empty.' });
    expect(failed).toMatchObject({ text: '$(error) last.onnx · failed', severity: 'error' });
    expect(failed.tooltip).toContain('last.onnx is empty.');
  });

  it('tells in the tooltip why this runtime and how the engine is', () => {
    expect(text({ phase: 'running', runtime }).tooltip.split('\n')).toEqual([
      'Checkpoint: last.onnx',
      'Image: cat.png',
      'Runtime: onnxruntime (the only one installed)',
      'Engine: running',
      'running 0/9',
    ]);
  });
});

describe('shownRun', () => {
  const states = (...all: [panel: string, phase: RunStatus['phase']][]) =>
    new Map(all.map(([panel, phase]) => [panel, { ...run, panel, phase }]));
  const open = ['a', 'b', 'c'];

  it('is that of the panel that is looked at, whatever the others do', () => {
    const runs = states(['a', 'done'], ['b', 'running'], ['c', 'failed']);
    for (const active of open) expect(shownRun(runs, { open, active, last: 'b' })?.panel).toBe(active);
  });

  it('is none while a panel without one is looked at', () => {
    expect(shownRun(states(['b', 'running']), { open, active: 'a', last: 'a' })).toBeUndefined();
  });

  it('is that of a panel at work while something else is looked at', () => {
    const runs = states(['a', 'loading'], ['b', 'running'], ['c', 'waiting']);
    expect(shownRun(runs, { open, last: 'c' })?.panel).toBe('b');
    expect(shownRun(states(['b', 'waiting'], ['c', 'done']), { open, last: 'c' })?.panel).toBe('b');
  });

  it('is that of the panel looked at last when none is busy', () => {
    const runs = states(['a', 'done'], ['b', 'cancelled'], ['c', 'failed']);
    expect(shownRun(runs, { open, last: 'a' })?.panel).toBe('a');
    expect(shownRun(runs, { open: [] })?.panel).toBe('c');
    expect(shownRun(new Map(), { open: [] })).toBeUndefined();
  });

  it('leaves the others to be counted', () => {
    const busy = ['waiting', 'loading', 'running', 'done', 'cancelled', 'failed'] as const;
    expect(busy.map((phase) => isBusy({ ...run, phase }))).toEqual([true, true, true, false, false, false]);
    expect(statusText('running', { ...run, phase: 'done' }, 2, english).tooltip).toMatch(
      /Other panels that are busy: 2$/,
    );
    expect(text({ phase: 'done' }).tooltip).not.toContain('Other panels');
  });
});
