import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../shared/protocol';
import { english } from '../translate';
import { modelReport } from './modelReport';

const model: ModelSummary = {
  path: '/nets/last.onnx',
  format: 'ONNX (opset 17)',
  producer: 'pytorch 2.1',
  sha256: 'abc',
  bytes: 3 * 2 ** 20,
  inputs: [{ name: 'input', dtype: 'float32', shape: ['batch', 3, 32, 32] }],
  outputs: [{ name: 'output', dtype: 'float32', shape: ['batch', 6] }],
  logits: { name: 'output', classes: 6, how: 'the output itself' },
  layers: [{ name: '/features/relu', operator: 'Relu', shape: [16, 8, 8], spatial: true }],
  defaultLayer: { name: '/features/relu', why: 'the last one with spatial extent' },
  operators: { Relu: 2, Conv: 9 },
  parameters: 1234567,
  preprocessing: null,
  labels: { count: 25, how: 'whylight.json', names: Array.from({ length: 25 }, (_, index) => `class ${index}`) },
  unsupported: [],
  notes: [],
};

describe('modelReport', () => {
  it('tells the checkpoint in tables, the most frequent operator first', () => {
    const report = modelReport(model, english);
    expect(report).toMatch(/^# last\.onnx\n/);
    expect(report).toContain('| Weights | 1,234,567 |');
    expect(report).toContain('| input | `input` | float32 | batch × 3 × 32 × 32 |');
    expect(report).toContain('| `/features/relu` | `Relu` | 16 × 8 × 8 | yes |');
    expect(report.indexOf('| `Conv` | 9 |')).toBeLessThan(report.indexOf('| `Relu` | 2 |'));
    expect(report).toContain('class 19 and 5 more');
    expect(report).not.toContain('Not supported');
  });

  it('names what is not supported before all else', () => {
    const unsupported = [{ operator: 'Einsum', node: '/attn/einsum', reason: 'no rule' }];
    const report = modelReport({ ...model, unsupported }, english);
    expect(report).toContain('| `Einsum` | `/attn/einsum` | no rule |');
    expect(report.indexOf('Not supported')).toBeLessThan(report.indexOf('Overview'));
  });

  it('does not let a name in the file act as Markdown', () => {
    const odd = { ...model, producer: '<img src=x> [click](http://x) | a' };
    expect(modelReport(odd, english)).toContain('\\<img src=x\\> \\[click\\]\\(http://x\\) \\| a');
  });
});
