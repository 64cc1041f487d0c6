/** Relevance, deconvnet and DeepLIFT asked of a loaded model: upstream's numbers (test/data/golden-rules), and what must add up. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elementCount, type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import type { RuleChoice } from '../../../src/engine/graph/rules';
import { INPUT } from '../../../src/engine/model/evaluation/model';
import { type ClassesScore, classScore } from '../../../src/engine/model/evaluation/score';
import { type CaptumCase, captumCases, captumModels, worstDifference } from '../rules/captumCases';
import { array, dataFile, difference } from '../rules/network';
import { dot, load, sum, tiny } from './models';

interface ZennitCase {
  readonly model: string;
  readonly rules: string;
  readonly target: number;
  readonly file: string;
  readonly cotangent: 'one' | 'logit';
  readonly float32: number;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(dataFile(file), 'utf8')) as T;
const zennit = read<{ low: readonly number[]; high: readonly number[]; cases: readonly ZennitCase[] }>(
  'golden-rules/cases.json',
);

function choice(rules: string): RuleChoice {
  const { low, high } = zennit;
  if (rules === 'epsilon-gamma-box') return { name: rules, options: { low, high } };
  if (rules === 'lrp-epsilon.0.1') return { name: 'lrp-epsilon', options: { epsilon: 0.1 } };
  if (rules === 'attn-lrp.gamma') return { name: 'attn-lrp', options: { convolutionGamma: 0.25, denseGamma: 0.05 } };
  return rules as RuleChoice;
}

describe.each(zennit.cases)('$model, $rules', ({ model: name, rules, target, file, cotangent, float32: rounding }) => {
  it('has the relevance of upstream', async () => {
    const { model, x } = await tiny(name);
    const weight = cotangent === 'one' ? 1 : (array(`golden/tiny_${name}/output.npy`).data[target] as number);
    const score: ClassesScore = { kind: 'classes', of: 'logit', weights: { [target]: weight } };
    const probe = { wrt: INPUT, rules: choice(rules) };
    const relevance = (await model.evaluate(x, { score, gradients: [probe] })).gradient(probe);
    expect(difference(relevance.data, array(`golden-rules/${file}`).data)).toBeLessThan(Math.max(5e-5, 10 * rounding));
  });
});

function referencesOf({ baselines }: CaptumCase, x: FloatTensor): FloatTensor {
  if (baselines === 'background') return array('golden-rules/captum/background.npy.gz');
  const values = (baselines ?? []).flatMap((value) => new Array<number>(x.data.length).fill(value));
  return float32([values.length / x.data.length, ...x.dims.slice(1)], Float32Array.from(values));
}

describe.each(captumCases)('$id', (golden) => {
  const { model: name, target, threshold } = golden;
  const asked = () => load(captumModels[name], `images/inputs/${name}_${golden.image}.npy`);
  const score = classScore(target);
  const expected = array(`golden-rules/captum/${golden.file}`).data;

  it('gives what upstream gives', async () => {
    const { model, x } = await asked();
    if (golden.method !== 'deeplift') {
      const lrp = golden.method === 'lrp';
      const rules: RuleChoice = lrp
        ? { name: 'lrp-epsilon', options: { epsilon: 1e-9, stabiliser: 1e-9 } }
        : 'deconvnet';
      const probe = { wrt: INPUT, rules };
      const evaluation = await model.evaluate(x, { score, gradients: [probe] });
      const factor = lrp ? evaluation.score() : 1;
      const map = evaluation.gradient(probe).data.map((value) => factor * value);
      expect(worstDifference(map, expected)).toBeLessThanOrEqual(golden.tolerance);
      return;
    }
    const reference = referencesOf(golden, x);
    const [count = 0] = reference.dims;
    const maxPool = golden.convergenceDelta ? 'gradient' : 'difference';
    const options = { maxPool, ...(threshold !== undefined && { threshold }) } as const;
    const probe = { wrt: INPUT, rules: { name: 'deep-lift', options } } as const;
    const evaluation = await model.evaluate(x, { score, gradients: [probe], reference });
    const size = elementCount(model.input.dims);
    const multipliers = evaluation.gradient(probe).data;
    const shares = multipliers.map((m, i) => m * ((x.data[i % size] as number) - (reference.data[i] as number)));
    const map = x.data.map((_, i) =>
      sum(Array.from({ length: count }, (_each, item) => (shares[item * size + i] as number) / count)),
    );
    golden.convergenceDelta?.forEach((delta, item) => {
      const own = sum(shares.subarray(item * size, (item + 1) * size));
      const rest = own - (evaluation.score(item) - evaluation.reference().score(item));
      expect(Math.abs(rest - delta)).toBeLessThan(2e-5);
    });
    expect(worstDifference(map, expected)).toBeLessThanOrEqual(golden.tolerance);
  });
});

describe.each(['mobilenet_v3', 'resnet_bottleneck', 'vit', 'inception'])('DeepLIFT adds up, %s', (name) => {
  it('from the input and from a layer, for each image against its own reference', async () => {
    const { model, x, layer } = await tiny(name);
    const size = x.data.length;
    const images = float32([2, ...x.dims.slice(1)], Float32Array.of(...x.data, ...x.data.toReversed()));
    const reference = float32(
      images.dims,
      images.data.map((value, i) => (i < size ? 0 : 0.3 - 0.8 * value)),
    );
    const score = [classScore(1), classScore(0)];
    const rules = 'deep-lift';
    const gradients = [
      { wrt: INPUT, rules },
      { wrt: layer, rules },
    ] as const;
    const evaluation = await model.evaluate(images, { score, activations: [layer], gradients, reference });
    const values = [
      [evaluation.gradient(gradients[0]), images, reference],
      [evaluation.gradient(gradients[1]), evaluation.activation(layer), evaluation.reference().activation(layer)],
    ] as const;
    for (const [multipliers, here, there] of values) {
      const length = here.data.length / 2;
      for (const item of [0, 1]) {
        const part = ({ data }: FloatTensor) => data.subarray(item * length, (item + 1) * length);
        const moved = part(here).map((value, i) => value - (part(there)[i] as number));
        const shares = part(multipliers).map((m, i) => m * (moved[i] as number));
        const delta = evaluation.score(item) - evaluation.reference().score(item);
        expect(Math.abs(delta)).toBeGreaterThan(1e-3);
        expect(Math.abs(dot(part(multipliers), moved) - delta)).toBeLessThan(
          2e-5 * Math.max(1, sum(shares.map(Math.abs))),
        );
      }
    }
  });

  it('gives the same beside methods that know no reference', async () => {
    const { model, x } = await tiny(name);
    const score = classScore(1);
    const reference = float32(x.dims, new Float32Array(x.data.length));
    const probe = { wrt: INPUT, rules: 'deep-lift' } as const;
    const plain = { wrt: INPUT };
    const ask = () => model.evaluate(x, { score, gradients: [probe], reference });
    const alone = [await ask(), await model.evaluate(x, { score, gradients: [plain] })] as const;
    const together = await Promise.all([ask(), model.evaluate(x, { score, gradients: [plain] })]);
    expect(difference(together[0].gradient(probe).data, alone[0].gradient(probe).data)).toBeLessThan(1e-5);
    expect(difference(together[1].gradient(plain).data, alone[1].gradient(plain).data)).toBeLessThan(1e-5);
  });
});
