import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../shared/protocol/protocol';
import type { HealthReport } from '../../shared/results/health';
import { english } from '../host/translate';
import { modelReport } from './modelReport';

const model: ModelSummary = {
  path: '/nets/last.onnx',
  format: 'ONNX (opset 17)',
  producer: 'pytorch 2.1',
  sha256: 'abc',
  bytes: 3 * 2 ** 20,
  files: [{ name: 'last.onnx', bytes: 3 * 2 ** 20 }],
  inputs: [{ name: 'input', dtype: 'float32', shape: ['batch', 3, 32, 32] }],
  outputs: [{ name: 'output', dtype: 'float32', shape: ['batch', 6] }],
  logits: { name: 'output', classes: 6, how: 'the output itself' },
  layers: [{ name: '/features/relu', operator: 'Relu', shape: [16, 8, 8], spatial: true }],
  defaultLayer: { name: '/features/relu', why: 'the last one with spatial extent' },
  operators: { Relu: 2, Conv: 9 },
  channelsLast: null,
  parameters: 1234567,
  preprocessing: null,
  labels: {
    count: 25,
    how: 'whylight.json',
    guessed: false,
    names: Array.from({ length: 25 }, (_, index) => `class ${index}`),
  },
  unsupported: [],
  notes: [],
};

describe('modelReport', () => {
  it('names the files of a checkpoint that has several', () => {
    const files = [...model.files, { name: 'weights/last.bin', bytes: 2 ** 30 }];
    expect(modelReport({ ...model, files }, english)).toContain('| Files | `last.onnx`, `weights/last.bin` |');
  });

  it('tells the checkpoint in tables, the most frequent operator first', () => {
    const report = modelReport(model, english);
    expect(report).toMatch(/^# last\.onnx\n/);
    expect(report).toContain('| Weights | 1,234,567 |');
    expect(report).not.toContain('Files');
    expect(report).not.toContain('Axes');
    const moved = modelReport({ ...model, channelsLast: { transposes: 1, unmoved: 58 } }, english);
    expect(moved).toContain('| Axes | N×H×W×C, moved to N×C×H×W: 1 of 58 Transposes left |');
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

  it('puts a health check first: findings, then a row for each layer', () => {
    const array = { min: 0, max: 6, mean: 1.5, norm: 2, zero: 0.25, nan: 0, infinite: 0 };
    const score = { index: 3, label: 'st*r', logit: 4, probability: 0.75 };
    const layer = {
      name: 'relu|1',
      operator: 'Relu',
      shape: [16, 8, 8],
      activation: { ...array, nan: 3 },
      units: { activation: 'ReLU', count: 16, dead: 4, stuck: 0 },
      gradient: { ...array, norm: 0.02 },
      relativeGradient: 0.01,
    };
    const health: HealthReport = {
      checkpoint: '/nets/last.onnx',
      image: 'star.png',
      camLayer: 'relu|1',
      output: {
        logits: { ...array, min: -3 },
        classes: 6,
        target: score,
        top: score,
        second: null,
        margin: 1.25,
        probabilitySlope: 0.1875,
        entropy: 0.5,
      },
      input: { ...layer, name: 'image', operator: 'Input', units: null, gradient: null, relativeGradient: null },
      layers: [layer],
      weights: { count: 1000, nan: 0, infinite: 0 },
      firstNonFinite: null,
      findings: [{ severity: 'warning', sentence: 'Units of “relu|1” are [dead](http://x).' }],
      cost: { passes: 2, peakBytes: 2 ** 20, seconds: 0.5 },
    };
    const report = modelReport(model, english, health);
    expect(report.indexOf('## Health check')).toBeLessThan(report.indexOf('## Overview'));
    expect(report).toContain('- **Warning:** Units of “relu\\|1” are \\[dead\\]\\(http://x\\).');
    expect(report).toContain('| Two largest logits | 1.25 apart |');
    expect(report).toContain(
      '| `relu\\|1` | `Relu` | 16_×_8_×_8 | 0 | 6 **(3 NaN)** | 1.5 | 25_% | 4_/_16 | 0.02 | ████ | 25_% |'.replaceAll(
        '_',
        '\u00a0',
      ),
    );
    expect(modelReport(model, english, { ...health, findings: [] })).toContain('Nothing unusual was found.');
  });

  it('does not let a name in the file act as Markdown', () => {
    const odd = { ...model, producer: '<img src=x> [click](http://x) | a' };
    expect(modelReport(odd, english)).toContain('\\<img src=x\\> \\[click\\]\\(http://x\\) \\| a');
  });
});
