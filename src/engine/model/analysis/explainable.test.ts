import { describe, expect, it } from 'vitest';
import type { Graph } from '../../graph/ir/graph';
import { float32 } from '../../graph/ir/tensor';
import { checkNames, checkNodeCount } from './explainable';

const type = { dtype: 'float32', dims: [1, 3] } as const;

/** A chain of ReLUs from `x`, with a constant beside it. */
function chain(count: number, names: { input?: string; value?: string; constant?: string } = {}): Graph {
  const { input = 'x', value = 'v', constant = 'k' } = names;
  const output = (k: number) => `${value}${k}`;
  return {
    inputs: [{ name: input, type }],
    outputs: [output(count - 1)],
    nodes: Array.from({ length: count }, (_, k) => ({
      op: 'Relu',
      name: '',
      inputs: [k === 0 ? input : output(k - 1)],
      outputs: [output(k)],
      attributes: {},
    })),
    constants: new Map([[constant, float32([], Float32Array.of(1))]]),
    types: new Map([[input, type]]),
  };
}

describe('checkNodeCount', () => {
  it('says how many nodes there are and may be', () => {
    expect(() => checkNodeCount(chain(50_000))).not.toThrow();
    expect(() => checkNodeCount(chain(50_001))).toThrow(
      'The checkpoint has 50,001 nodes, where at most 50,000 can be explained; simplify it before you export it.',
    );
  });
});

describe('checkNames', () => {
  it('takes names that only look alike', () => {
    expect(() =>
      checkNames(chain(2, { input: 'whylight', value: 'a/whylight:', constant: 'Whylight:k' })),
    ).not.toThrow();
  });

  it.each([
    [{ input: 'whylight:x' }, 'whylight:x'],
    [{ value: 'whylight:v' }, 'whylight:v0'],
    [{ constant: 'whylight:k' }, 'whylight:k'],
  ])('%j is kept for values that are added', (names, taken) => {
    expect(() => checkNames(chain(2, names))).toThrow(
      `The checkpoint has a value named “${taken}”, but names that start with “whylight:” are kept for values`,
    );
  });
});
