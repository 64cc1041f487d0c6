import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor } from '../../../../test/support/graph/gradientCheck';
import { differentiate } from '../autodiff/differentiate';
import { bind } from '../binding/bind';
import { type PlainRuleTableName, type RuleTableName, ruleKey, ruleTable, ruleTables } from '.';
import { guided } from './guided';
import { standard } from './standard';

describe('rule tables by name', () => {
  it('have a key that names equal choices equally', () => {
    expect(ruleKey('guided')).toBe('guided');
    const one = ruleKey({ name: 'epsilon-plus', options: { epsilon: 1e-3, stabiliser: 1e-6 } });
    expect(one).toBe(ruleKey({ name: 'epsilon-plus', options: { stabiliser: 1e-6, epsilon: 1e-3 } }));
    expect(one).not.toBe(ruleKey({ name: 'epsilon-plus', options: { epsilon: 1e-2, stabiliser: 1e-6 } }));
    expect(one).not.toBe(ruleKey({ name: 'epsilon-plus-flat', options: { epsilon: 1e-3, stabiliser: 1e-6 } }));
    expect(ruleKey({ name: 'epsilon-gamma-box', options: { low: [0, 0, 0], high: 1 } })).toBe(
      'epsilon-gamma-box [["high",1],["low",[0,0,0]]]',
    );
  });

  it('are plain mappings', () => {
    expect(ruleTable('standard')).toBe(standard);
    expect(ruleTable('guided')).toBe(guided);
    for (const name of Object.keys(ruleTables) as RuleTableName[]) {
      if (name === 'epsilon-gamma-box' || name === 'lrp-z-box') continue;
      const table = ruleTable(name satisfies PlainRuleTableName);
      expect(Object.keys(table).sort(), name).toEqual(Object.keys(standard).sort());
    }
  });

  it('put options in force', () => {
    const small = {
      inputs: { x: [3] },
      constants: { w: randomTensor([3, 2], 1) },
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'] }],
    };
    const graph = bind(graphOf(small));
    const values = (epsilon: number) => {
      const rules = ruleTable({ name: 'lrp-epsilon', options: { epsilon } });
      const { constants } = differentiate(graph, { of: 'v0', cotangent: 'cotangent', wrt: ['x'], rules }).graph;
      return [...constants.values()].flatMap(({ dims, data }) => (dims.length === 0 ? [Number(data[0])] : []));
    };
    expect(values(0.25)).toContain(0.25);
    expect(values(0.5)).not.toContain(0.25);
  });
});
