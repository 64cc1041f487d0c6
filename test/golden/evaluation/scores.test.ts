/** Scores of every kind, on networks of softmax, of sigmoid, of convolutions and of tokens: each by another way to the same number. */
import { describe, expect, it } from 'vitest';
import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import { entropy, logProbabilities, margins } from '../../../src/engine/model/evaluation/functions';
import { INPUT, type Probes } from '../../../src/engine/model/evaluation/model';
import { classScore, contrastScore, type Score } from '../../../src/engine/model/evaluation/score';
import { difference } from '../rules/network';
import { type Asked, dot, sum, tiny } from './models';

const probe = { wrt: INPUT };

async function gradientOf({ model, x }: Asked, score: Score): Promise<{ gradient: Float32Array; score: number }> {
  const evaluation = await model.evaluate(x, { score, gradients: [probe] });
  return { gradient: evaluation.gradient(probe).data, score: evaluation.score() };
}

/** Σ weight · gradient of each logit. */
async function weightedGradients({ model, x }: Asked, weights: readonly number[]): Promise<Float32Array> {
  const score = weights.map((_, target) => classScore(target));
  const { data } = (await model.evaluate(x, { score, gradients: [probe] })).gradient(probe);
  return x.data.map((_, i) => sum(weights.map((weight, target) => weight * (data[target * x.data.length + i] ?? 0))));
}

describe.each(['mobilenet_v3', 'vit', 'binary_sigmoid'])('%s', (name) => {
  it('weighs logits, probabilities and functions of them', async () => {
    const asked = await tiny(name);
    const { model, x } = asked;
    const { logits, probabilities } = await model.evaluate(x, {});
    const [z, p] = [Array.from(logits.data), Array.from(probabilities.data)];
    const other = z.length - 1;
    const softmax = Math.abs(sum(p) - 1) < 1e-5 && z.length > 1;
    const unit = (target: number) => z.map((_, i) => Number(i === target));
    const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - (b[i] as number));
    /** ∂p_0 / ∂z. */
    const slopes = z.map((_, i) => p[0]! * (Number(i === 0) - (softmax ? p[i]! : i === 0 ? p[0]! : 0)));
    const entropies = p.map((each) => (softmax ? -each * Math.log(each) : binaryEntropy(each)));
    const expected: [Score, number, readonly number[]][] = [
      [classScore(0), z[0]!, unit(0)],
      [contrastScore(0, other), other === 0 ? 0 : z[0]! - z[other]!, minus(unit(0), unit(other))],
      [
        { kind: 'classes', of: 'logit', weights: { 0: 0.5, [other]: other === 0 ? 0.5 : -2 } },
        other === 0 ? 0.5 * z[0]! : 0.5 * z[0]! - 2 * z[other]!,
        other === 0 ? [0.5] : z.map((_, i) => (i === 0 ? 0.5 : i === other ? -2 : 0)),
      ],
      [classScore(0, 'probability'), p[0]!, slopes],
      [classScore(0, 'log-probability'), Math.log(p[0]!), slopes.map((slope) => slope / p[0]!)],
      [
        { kind: 'function', function: logProbabilities, weights: { 0: -1 } },
        -Math.log(p[0]!),
        slopes.map((slope) => -slope / p[0]!),
      ],
      [
        { kind: 'function', function: entropy },
        sum(entropies),
        z.map((value, i) => (softmax ? -p[i]! * (Math.log(p[i]!) + sum(entropies)) : -p[i]! * (1 - p[i]!) * value)),
      ],
    ];
    if (z.length > 1) {
      const rival = z.indexOf(Math.max(...z.slice(1)), 1);
      const best = z.indexOf(Math.max(...z));
      const second = z.indexOf(Math.max(...z.filter((_, i) => i !== best)));
      const margin = (target: number): Score => ({ kind: 'function', function: margins, weights: { [target]: 1 } });
      expected.push([margin(0), z[0]! - z[rival]!, minus(unit(0), unit(rival))]);
      expected.push([margin(best), z[best]! - z[second]!, minus(unit(best), unit(second))]);
    }
    for (const [score, value, weights] of expected) {
      const got = await gradientOf(asked, score);
      expect(got.score, JSON.stringify(score)).toBeCloseTo(value, 4);
      const wanted = await weightedGradients(asked, weights);
      if (weights.every((weight) => weight === 0)) expect(new Set(got.gradient.map(Math.abs))).toEqual(new Set([0]));
      else expect(difference(got.gradient, wanted), JSON.stringify(score)).toBeLessThan(1e-3);
    }
  });
});

const binaryEntropy = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);

describe.each(['mobilenet_v3', 'vit', 'resnet_bottleneck'])('units of a layer, %s', (name) => {
  it('obey the chain rule: the weights ∂logit/∂layer have the gradient of the logit', async () => {
    const { model, x, layer } = await tiny(name);
    const whole = await model.evaluate(x, {
      score: classScore(1),
      activations: [layer],
      gradients: [probe, { wrt: layer }],
    });
    const back = whole.gradient({ wrt: layer });
    const weights = float32(back.dims.slice(1), back.data);
    const through = await model.evaluate(x, { score: { kind: 'unit', layer, weights }, gradients: [probe] });
    expect(through.score()).toBeCloseTo(dot(back.data, whole.activation(layer).data), 3);
    expect(difference(through.gradient(probe).data, whole.gradient(probe).data)).toBeLessThan(1e-4);
  });

  it('are single units, or channels over their positions', async () => {
    const { model, x, layer } = await tiny(name);
    const activation = (await model.evaluate(x, { activations: [layer] })).activation(layer);
    const shape = activation.dims.slice(1);
    const tokens = shape.length === 2;
    const [channels = 0, positions = 0] = tokens
      ? [shape[1], shape[0]]
      : [shape[0], sum(shape) && activation.data.length / (shape[0] ?? 1)];
    const channel = channels - 1;
    const indices = Array.from({ length: positions }, (_, i) =>
      tokens ? [i, channel] : [channel, Math.floor(i / (shape[2] ?? 1)), i % (shape[2] ?? 1)],
    );
    const places = indices.map((index): Score => ({ kind: 'unit', layer, index }));
    const each = await model.evaluate(x, { score: places, gradients: [probe] });
    const values = places.map((_, item) => each.score(item));
    const strides = tokens ? [channels, 1] : [positions, shape[2] ?? 1, 1];
    expect(values).toEqual(indices.map((index) => activation.data[dot(index, strides)]));
    for (const over of ['sum', 'mean'] as const) {
      const factor = over === 'sum' ? 1 : 1 / positions;
      const together = await model.evaluate(x, { score: { kind: 'unit', layer, channel, over }, gradients: [probe] });
      expect(together.score()).toBeCloseTo(factor * sum(values), 4);
      const { data } = each.gradient(probe);
      const added = x.data.map((_, i) => factor * sum(places.map((_, item) => data[item * x.data.length + i] ?? 0)));
      expect(difference(together.gradient(probe).data, added)).toBeLessThan(1e-4);
    }
  });
});

it('different images with their own scores in one call are as each by itself', async () => {
  const { model, x } = await tiny('mobilenet_v3');
  const others = [0.5, -1, 1.5, 0.2, 0.9].map((factor) =>
    float32(
      x.dims,
      x.data.map((value) => factor * value),
    ),
  );
  const batch = float32([5, ...x.dims.slice(1)], Float32Array.from(others.flatMap(({ data }) => [...data])));
  const score = others.map((_, i) => contrastScore(i, i + 1));
  const together = await model.evaluate(batch, { score, gradients: [probe] });
  const size = x.data.length;
  for (const [i, other] of others.entries()) {
    const alone = await model.evaluate(other, { score: score[i], gradients: [probe] } as Probes);
    expect(together.score(i)).toBeCloseTo(alone.score(), 4);
    const own = together.gradient(probe).data.slice(i * size, (i + 1) * size);
    expect(difference(own, alone.gradient(probe).data)).toBeLessThan(1e-4);
  }
  expect((together.gradient(probe) as FloatTensor).dims).toEqual(batch.dims);
});
