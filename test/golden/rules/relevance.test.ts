/** Relevance of the input against zennit's and against AttnLRP's own formulation (test/data/golden-rules). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RuleChoice, ruleTable } from '../../../src/engine/graph/rules';
import { array, backward, dataFile, difference, network } from './network';

interface Case {
  readonly model: string;
  readonly rules: string;
  readonly target: number;
  readonly file: string;
  /** What the target's logit was given: 1, or its own value (gradient × input). */
  readonly cotangent: 'one' | 'logit';
  /** How far upstream's own result in float32 is from the stored one in float64, relative to the largest element. */
  readonly float32: number;
}

const { low, high, cases } = JSON.parse(readFileSync(dataFile('golden-rules/cases.json'), 'utf8')) as {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly cases: readonly Case[];
};

function choice(rules: string): RuleChoice {
  if (rules === 'epsilon-gamma-box') return { name: rules, options: { low, high } };
  if (rules === 'lrp-epsilon.0.1') return { name: 'lrp-epsilon', options: { epsilon: 0.1 } };
  if (rules === 'attn-lrp.gamma') return { name: 'attn-lrp', options: { convolutionGamma: 0.25, denseGamma: 0.05 } };
  return rules as RuleChoice;
}

describe.each(cases)('$model, $rules', ({ model, rules, target, file, cotangent, float32 }) => {
  it('gives the relevance of upstream', async () => {
    const x = array(`golden/tiny_${model}/input.npy`);
    const net = await network(`models/tiny/${model}/model.onnx`, x);
    const value = cotangent === 'one' ? 1 : (array(`golden/tiny_${model}/output.npy`).data[target] as number);
    const table = ruleTable(choice(rules));
    const relevance = await backward(net, table, { [net.input]: x }, target, [net.input], value);
    const actual = relevance.get(net.input)?.data as Float32Array;
    const worst = difference(actual, array(`golden-rules/${file}`).data);
    if (process.env['WHYLIGHT_TABLE'])
      console.log(`${model} ${rules}: ${worst.toExponential(1)}, upstream in float32 ${float32}`);
    expect(worst).toBeLessThanOrEqual(Math.max(2e-5, 10 * float32));
  });
});
