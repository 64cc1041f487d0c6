/** Starting from a layer, and intervening at one. */
import { describe, expect, it } from 'vitest';
import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import { INPUT } from '../../../src/engine/model/evaluation/model';
import { classScore } from '../../../src/engine/model/evaluation/score';
import { UsageError } from '../../../src/shared/errors';
import { difference } from '../rules/network';
import { dot, tiny } from './models';

const score = classScore(1);
const scaled = ({ dims, data }: FloatTensor, factor: number) =>
  float32(
    dims,
    data.map((value) => factor * value),
  );

/** In squeeze and excitation, or beside a skip connection, other paths go past a layer. */
const networks = ['mobilenet_v3', 'resnet_bottleneck', 'vit', 'densenet', 'swin'];

describe.each(networks)('%s', (name) => {
  it('gives the same from a layer on as from the image', async () => {
    const { model, x, layer } = await tiny(name);
    const gradients = [{ wrt: layer }, { wrt: INPUT }];
    const whole = await model.evaluate(x, { score, activations: [layer], gradients });
    const value = whole.activation(layer);
    const replace = new Map([[layer, value]]);
    const from = await model.evaluate(x, { score, activations: [layer], gradients, replace });
    expect(difference(from.logits.data, whole.logits.data)).toBeLessThan(1e-5);
    expect(from.score()).toBeCloseTo(whole.score(), 4);
    expect([...from.activation(layer).data]).toEqual([...value.data]);
    expect(difference(from.gradient({ wrt: layer }).data, whole.gradient({ wrt: layer }).data)).toBeLessThan(1e-4);
    // Nothing goes past the layer that class activation maps are drawn from.
    expect(new Set(from.gradient({ wrt: INPUT }).data.map(Math.abs))).toEqual(new Set([0]));
  });

  it('integrates the gradient between two values of a layer to the difference of the scores', async () => {
    const { model, x, layer } = await tiny(name);
    const value = (await model.evaluate(x, { activations: [layer] })).activation(layer);
    const other = value.data.toReversed();
    const moved = value.data.map((each, i) => each - (other[i] as number));
    const at = (alpha: number) => other.map((each, i) => each + alpha * (moved[i] as number));
    const stacked = (alphas: readonly number[]) =>
      float32([alphas.length, ...value.dims.slice(1)], Float32Array.from(alphas.flatMap((alpha) => [...at(alpha)])));
    const steps = 48;
    const middles = Array.from({ length: steps }, (_, i) => (i + 0.5) / steps);
    const probe = { wrt: layer };
    const from = (alphas: readonly number[]) => ({ score, replace: new Map([[layer, stacked(alphas)]]) });
    const [along, ends] = await Promise.all([
      model.evaluate(x, { ...from(middles), gradients: [probe] }),
      model.evaluate(x, from([0, 1])),
    ]);
    const { data } = along.gradient(probe);
    const total = middles.reduce((all, _, step) => {
      return all + dot(moved, data.subarray(step * moved.length, (step + 1) * moved.length)) / steps;
    }, 0);
    const change = ends.score(1) - ends.score(0);
    expect(Math.abs(change)).toBeGreaterThan(1e-3);
    expect(Math.abs(total - change)).toBeLessThan(0.01 * Math.abs(change));
  });
});

it('needs the image where other paths go past the layer', async () => {
  const { model, x } = await tiny('resnet_bottleneck');
  // The second Relu of a block: the skip connection goes past it.
  const relus = model.layers.filter(({ operator }) => operator === 'Relu');
  const inner = relus[2]?.name as string;
  const { dims } = (await model.evaluate(x, { activations: [inner] })).activation(inner);
  const nothing = float32(dims, new Float32Array(dims.reduce((a, b) => a * b)));
  const replace = new Map([[inner, nothing]]);
  const other = scaled(x, -0.5);
  const [one, two] = await Promise.all([model.evaluate(x, { replace }), model.evaluate(other, { replace })]);
  expect(difference(one.logits.data, two.logits.data)).toBeGreaterThan(1e-2);
  const gradients = [{ wrt: INPUT }, { wrt: inner }];
  const both = await model.evaluate(x, { score, gradients, replace });
  expect(both.gradient({ wrt: INPUT }).data.some((value) => value !== 0)).toBe(true);
  expect(both.gradient({ wrt: inner }).data.some((value) => value !== 0)).toBe(true);
});

it('replaces several layers at once, and one image apart from another', async () => {
  const { model, x } = await tiny('mobilenet_v3');
  const [early, late] = model.layers
    .filter(({ spatial }) => spatial)
    .slice(3, 5)
    .map(({ name }) => name) as [string, string];
  const values = await model.evaluate(x, { activations: [early, late] });
  const stack = (a: FloatTensor, b: FloatTensor) =>
    float32([2, ...a.dims.slice(1)], Float32Array.from([...a.data, ...b.data]));
  const [a, b] = [values.activation(early), values.activation(late)];
  const both = await model.evaluate(x, {
    activations: [late],
    replace: new Map([
      [early, stack(a, scaled(a, 0.5))],
      [late, stack(b, scaled(b, 0.25))],
    ]),
  });
  const alone = async (late_: FloatTensor, early_: FloatTensor) =>
    (
      await model.evaluate(x, {
        replace: new Map([
          [early, early_],
          [late, late_],
        ]),
      })
    ).logits.data;
  const classes = model.classes;
  expect(difference(both.logits.data.slice(0, classes), values.logits.data)).toBeLessThan(1e-5);
  expect(difference(both.logits.data.slice(classes), await alone(scaled(b, 0.25), scaled(a, 0.5)))).toBeLessThan(1e-5);
  expect([...both.activation(late).data]).toEqual([...stack(b, scaled(b, 0.25)).data]);
});

it('says what does not fit', async () => {
  const { model, x, layer } = await tiny('mobilenet_v3');
  const ask = (name: string, dims: readonly number[]) =>
    model.evaluate(x, {
      replace: new Map([
        [name, float32(dims, new Float32Array(dims.reduce((product, length) => product * length, 1)))],
      ]),
    });
  await expect(ask(layer, [1, 2, 3])).rejects.toBeInstanceOf(UsageError);
  await expect(ask(layer, [1, 2, 3])).rejects.toThrow(
    new RegExp(`^The shape of the value for the layer “${layer}” is 1×2×3; it must be n×[\\d×]+\\.$`),
  );
  await expect(ask('no such layer', [1])).rejects.toThrow(
    /^There is no layer “no such layer” in this model; did you mean /,
  );
  await expect(ask('constructor', [1])).rejects.toBeInstanceOf(UsageError);
});
