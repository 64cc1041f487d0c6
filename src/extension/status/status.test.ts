import { describe, expect, it } from 'vitest';
import { english } from '../host/translate';
import { newerStatus, type RunStatus, statusText } from './status';

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
const text = (change: Partial<RunStatus>) => statusText('running', { ...run, ...change }, english);

describe('statusText', () => {
  it('is silent until there is something to tell', () => {
    expect(statusText('stopped', undefined, english)).toBeUndefined();
    expect(statusText('failed', undefined, english)).toMatchObject({ severity: 'error' });
  });

  it('shows model, runtime and state', () => {
    expect(text({})?.text).toBe('$(loading~spin) last.onnx · loading');
    expect(text({ phase: 'running', runtime, done: 3 })?.text).toBe(
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
    expect(failed?.tooltip).toContain('last.onnx is empty.');
  });

  it('tells in the tooltip why this runtime and how the engine is', () => {
    expect(text({ phase: 'running', runtime })?.tooltip.split('\n')).toEqual([
      'Checkpoint: last.onnx',
      'Image: cat.png',
      'Runtime: onnxruntime (the only one installed)',
      'Engine: running',
      'running 0/9',
    ]);
  });
});

describe('newerStatus', () => {
  it('shows the panel at work rather than one that waits for its turn', () => {
    const waiting: RunStatus = { ...run, panel: 'q', phase: 'waiting' };
    expect(newerStatus(run, waiting)).toBe(run);
    expect(newerStatus({ ...run, phase: 'done' }, waiting)).toBe(waiting);
    expect(newerStatus(undefined, waiting)).toBe(waiting);
    const again: RunStatus = { ...run, phase: 'waiting' };
    expect(newerStatus(run, again)).toBe(again);
  });
});
