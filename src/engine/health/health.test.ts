/** Each finding, provoked with a small network that really runs. */
import { describe, expect, it } from 'vitest';
import { channels, filled, load, type Network, node, numbers, pixels, size } from '../../../test/support/smallNetwork';
import { float32, int64, type Tensor } from '../graph/ir/tensor';
import { standard } from '../graph/rules/standard';
import { checkModel } from './check';
import { differentiable, obstacleFindings } from './differentiable';
import { measureLayers } from './measure';
import { Passes } from './passes';

async function check(network: Network, options: { readonly image?: typeof pixels; readonly passBytes?: number } = {}) {
  const model = await load(network);
  try {
    return await checkModel({
      model,
      labels: ['a', 'b', 'c', 'd', 'e'],
      image: options.image ?? pixels,
      target: { kind: 'top1' },
      camLayer: 'features',
      ...(options.passBytes === undefined ? {} : { passBytes: options.passBytes }),
    });
  } finally {
    await model.dispose();
  }
}

const told = (report: Awaited<ReturnType<typeof check>>) =>
  report.findings.map(({ severity, sentence }) => `${severity}: ${sentence}`);

describe('a network without faults', () => {
  it('is told in numbers, without findings', async () => {
    const report = await check({});
    expect(told(report)).toEqual([]);
    expect(report.input).toMatchObject({ name: 'image', operator: 'Input', shape: [3, size, size] });
    expect(report.layers.map(({ name }) => name)).toEqual(['conv', 'features', 'pooled', 'logits']);
    const [conv, features, , logits] = report.layers;
    expect(conv?.units).toBeNull();
    expect(features?.units).toEqual({ activation: 'ReLU', count: channels, dead: expect.any(Number), stuck: 0 });
    expect(features?.activation).toMatchObject({ min: 0, nan: 0, infinite: 0 });
    // The gradient of a logit with respect to all logits is 1 at its own place.
    expect(logits?.gradient).toMatchObject({ norm: 1, min: 0, max: 1, zero: 0.8 });
    expect(Math.max(...[report.input, ...report.layers].map(({ relativeGradient }) => relativeGradient ?? 0))).toBe(1);
    expect(report.weights).toEqual({ count: 24 + 8 + 40 + 5, nan: 0, infinite: 0 });
  });

  it('gives the same numbers in many passes as in one', async () => {
    const [one, many] = await Promise.all([check({}), check({}, { passBytes: 600 })]);
    expect(one.cost.passes).toBe(2);
    expect(many.cost.passes).toBeGreaterThan(3);
    expect(many.cost.peakBytes).toBeLessThan(one.cost.peakBytes);
    const { cost: _, ...numbersOfOne } = one;
    const { cost: __, ...numbersOfMany } = many;
    expect(numbersOfMany).toEqual(numbersOfOne);
  });
});

describe('units that are dead or saturated', () => {
  const deadBias = (count: number): Tensor => filled([channels], (i) => (i < count ? -100 : 3));

  it.each([
    [3, []],
    [
      4,
      [
        'note: 4 of the 8 units of “features” (ReLU) are 0 at every position for this image: class activation maps at this layer are made of the other 4.',
      ],
    ],
  ])('%i of 8 in a feature map', async (count, findings) => {
    const report = await check({ bias: deadBias(count) });
    expect(report.layers[1]?.units?.dead).toBe(count);
    expect(told(report)).toEqual(findings);
  });

  it('all: the output is the same for every image', async () => {
    const report = await check({ bias: deadBias(8) });
    expect(report.input.gradient?.norm).toBe(0);
    expect(told(report)).toEqual([
      'problem: All 8 units of “features” (ReLU) are 0 at every position for this image: the output does not depend on the image, and every map is blank; look for biases of a wrong size and for a preprocessing that the model was not trained with.',
    ]);
  });

  it('a vector has one position a unit, so that only all of it is worth a sentence', async () => {
    const vector = (count: number) => ({
      middle: [
        node('GlobalAveragePool', ['conv'], 'mean'),
        node('Mul', ['mean', 'scale'], 'scaled'),
        node('Relu', ['scaled'], 'deadVector'),
        node('Add', ['conv', 'deadVector'], 'features'),
      ],
      bias: filled([channels], () => 5),
      logitWeight: numbers([5, channels], 0.1),
      weights: { scale: filled([1, channels, 1, 1], (i) => (i < count ? -1 : 1)) },
    });
    expect(told(await check(vector(7)))).toEqual([]);
    expect(told(await check(vector(8)))).toEqual([
      'warning: All 8 units of “deadVector” (ReLU) are 0 at every position for this image: this branch of the network adds nothing to the answer.',
    ]);
  });

  it('Sigmoid: at either end everywhere', async () => {
    const report = await check({
      bias: filled([channels], (i) => (i < 4 ? -60 : i < 8 ? 60 : 0)),
      middle: [node('Sigmoid', ['conv'], 'features')],
    });
    expect(report.layers[1]?.units).toEqual({ activation: 'Sigmoid', count: 8, dead: 4, stuck: 4 });
    expect(told(report)).toContain(
      'warning: All 8 units of “features” (Sigmoid) are at one end of the activation everywhere for this image: next to nothing of the image comes through; look for biases of a wrong size and for a preprocessing that the model was not trained with.',
    );
  });

  it.each([
    ['SiLU', [node('Sigmoid', ['conv'], 'gate'), node('Mul', ['conv', 'gate'], 'features')]],
    ['hard-swish', [node('HardSwish', ['conv'], 'features')]],
    ['ReLU6', [node('Clip', ['conv', 'zero', 'six'], 'features')]],
    ['ELU', [node('Elu', ['conv'], 'features')]],
    ['Softplus', [node('Softplus', ['conv'], 'features')]],
    ['Tanh', [node('Tanh', ['conv'], 'features')]],
    ['hard sigmoid', [node('HardSigmoid', ['conv'], 'features')]],
  ])('%s knows its floor', async (activation, middle) => {
    const bias = filled([channels], (i) => (i < 5 ? -40 : 0.5));
    const scalar = (value: number) => filled([], () => value);
    const report = await check({ bias, middle, weights: { zero: scalar(0), six: scalar(6) } });
    expect(report.layers.find(({ name }) => name === 'features')?.units).toEqual({
      activation,
      count: channels,
      dead: 5,
      stuck: 0,
    });
    // The gate of a SiLU is a part of it.
    expect(report.layers.find(({ name }) => name === 'gate')?.units ?? null).toBeNull();
  });
});

describe('gradients', () => {
  const scales = (factor: number, count: number): Pick<Network, 'middle' | 'weights'> => ({
    middle: [
      ...Array.from({ length: count }, (_, i) =>
        node('Mul', [i === 0 ? 'conv' : `step${i - 1}`, 'factor'], `step${i}`),
      ),
      node('Relu', [`step${count - 1}`], 'features'),
    ],
    weights: { factor: filled([], () => factor) },
  });

  it('vanish step by step', async () => {
    expect(told(await check(scales(0.01, 4)))).toEqual([
      expect.stringMatching(
        /^warning: The gradient vanishes: its norm at the input is \S+e−\d+ of that at “pooled|features|logits”; it falls gradually, most between “\w+” and “\w+”\. /,
      ),
    ]);
  });

  it('vanish at one place', async () => {
    expect(told(await check(scales(1e-9, 1)))).toEqual([
      expect.stringMatching(/^warning: The gradient vanishes: .*; it falls between “step0” and “conv”\. /),
    ]);
  });

  it('end where nothing depends on the image', async () => {
    const report = await check({ ...scales(0, 1), middle: [node('Mul', ['conv', 'factor'], 'features')] });
    expect(told(report)[0]).toBe(
      'problem: The gradient of the logit is exactly 0 at the input: it ends between “features” and “conv”, where every unit is dead or saturated, or nothing depends on the image; gradient maps are blank, Occlusion needs no gradient.',
    );
  });

  it('explode', async () => {
    const report = await check({
      ...scales(1e7, 1),
      logitWeight: numbers([5, channels], 1e-7),
      weights: { factor: filled([], () => 1e14) },
      bias: filled([channels], () => 0.5),
    });
    expect(told(report)).toContainEqual(
      expect.stringMatching(
        /^warning: The gradient explodes: its norm at the input is \S+ times that at “logits”; it grows between “step0” and “conv”\. /,
      ),
    );
  });

  it('end at an operator that has none; the layers behind it have theirs', async () => {
    const model = await load({});
    try {
      const { Conv: _, ...withoutConv } = standard;
      const wanted = ['image', ...model.layers.map(({ name }) => name)];
      const reachable = differentiable(model.graph, wanted, withoutConv);
      expect([...reachable.values]).toEqual(['conv', 'features', 'pooled', 'logits']);
      expect(obstacleFindings(reachable).map(({ severity, sentence }) => `${severity}: ${sentence}`)).toEqual([
        'problem: The operator Conv of node “/conv” has no gradient. No gradient comes through to the layers before it; Occlusion needs none.',
      ]);
      const passes = new Passes(model, pixels, 0);
      const { input, layers } = await measureLayers(passes, pixels, new Set(['features', 'pooled', 'logits']));
      expect(input).toMatchObject({ gradient: null, relativeGradient: null });
      expect(layers.map(({ name, gradient }) => [name, gradient !== null])).toEqual([
        ['conv', false],
        ['features', true],
        ['pooled', true],
        ['logits', true],
      ]);
    } finally {
      await model.dispose();
    }
  });

  it('end at the right one of several nodes of one name', async () => {
    const model = await load({});
    try {
      const { Relu: _, ...withoutRelu } = standard;
      const nodes = model.graph.nodes.map((each) => ({ ...each, name: 'same' }));
      const wanted = ['image', ...model.layers.map(({ name }) => name)];
      const { values } = differentiable({ ...model.graph, nodes }, wanted, withoutRelu);
      expect([...values]).toEqual(['features', 'pooled', 'logits']);
    } finally {
      await model.dispose();
    }
  });
});

describe('numbers that are not finite', () => {
  it('in a weight', async () => {
    const bias = filled([channels], (i) => (i === 2 ? Number.NaN : 0));
    const report = await check({ bias });
    expect(told(report)).toEqual([
      'problem: NaN first appears at node “/conv” (operator Conv): its weight “bias” holds 1 NaN value; the training diverged or the file is damaged; load an earlier checkpoint.',
    ]);
    expect(report.firstNonFinite).toEqual({
      kind: 'NaN',
      of: 'weight',
      value: 'bias',
      node: '/conv',
      operator: 'Conv',
    });
    expect(report.weights).toMatchObject({ nan: 1, infinite: 0 });
    expect(report.layers[0]?.activation.nan).toBe(size * size);
  });

  it('in a weight whose harm the image does not show', async () => {
    const report = await check({
      middle: [node('Min', ['conv', 'limit'], 'features')],
      weights: { limit: filled([], () => Number.POSITIVE_INFINITY) },
    });
    expect(told(report)).toEqual([
      'warning: The weight “limit” of node “/features” (operator Min) holds 1 infinite value, without harm for this image; the training diverged or the file is damaged.',
    ]);
  });

  it('from a division by 0', async () => {
    const report = await check({
      middle: [
        node('Sub', ['conv', 'conv'], 'nothing'),
        node('Div', ['nothing', 'nothing'], 'ratio'),
        node('Add', ['conv', 'ratio'], 'features'),
      ],
    });
    expect(told(report)).toEqual([
      'problem: NaN first appears at node “/ratio” (operator Div): it divides by 0; check what goes into that node: weights that diverged, or a preprocessing on another scale.',
    ]);
    expect(report.firstNonFinite).toMatchObject({ kind: 'NaN', of: 'activation', value: 'ratio', operator: 'Div' });
  });

  it('from an overflow of exp, told with the node where the infinity begins', async () => {
    const report = await check({
      bias: filled([channels], () => 200),
      middle: [
        node('Exp', ['conv'], 'large'),
        node('ReduceSum', ['large', 'axes'], 'sum', { keepdims: { i: 1 } }),
        node('Div', ['large', 'sum'], 'features'),
      ],
      weights: { axes: int64([1], [1]) },
    });
    expect(told(report)).toEqual([
      'problem: NaN first appears at node “/features” (operator Div); it comes from the infinity at node “/large” (operator Exp): exp of more than 88.7 is beyond float32; check what goes into that node: weights that diverged, or a preprocessing on another scale.',
    ]);
  });

  it('in the image itself', async () => {
    const image = float32(pixels.dims, pixels.data.slice());
    image.data[5] = Number.NaN;
    expect(told(await check({}, { image }))).toEqual([
      'problem: The model’s input holds 1 NaN value; check the preprocessing, above all for a division by a standard deviation of 0.',
    ]);
  });

  it('at a node that is no layer: the walk sees every value', async () => {
    const report = await check({
      middle: [
        node('Transpose', ['conv'], 'turned', { perm: { ints: [0, 2, 3, 1] } }),
        node('Sqrt', ['turned'], 'root'),
        node('Transpose', ['root'], 'features', { perm: { ints: [0, 3, 1, 2] } }),
      ],
      bias: filled([channels], (i) => (i === 0 ? -50 : 50)),
    });
    expect(report.firstNonFinite).toEqual({
      kind: 'NaN',
      of: 'activation',
      value: 'root',
      node: '/root',
      operator: 'Sqrt',
    });
    expect(told(report)[0]).toContain('it takes the square root of a negative number');
  });

  it('are fine as the −∞ of a mask', async () => {
    const mask = filled([1, 1, 1, size], (i) => (i === 0 ? Number.NEGATIVE_INFINITY : 0));
    const report = await check({
      middle: [
        node('Add', ['conv', 'mask'], 'masked'),
        node('Softmax', ['masked'], 'weighting', { axis: { i: -1 } }),
        node('Mul', ['weighting', 'conv'], 'features'),
      ],
      weights: { mask },
    });
    expect(report.layers.find(({ name }) => name === 'masked')?.activation.infinite).toBe(channels * size);
    expect(told(report)).toEqual([]);
    expect(report.firstNonFinite).toBeNull();
  });

  it('in the gradient alone: the slope of a square root at 0', async () => {
    const report = await check({
      middle: [
        node('Relu', ['conv'], 'positive'),
        node('Sqrt', ['positive'], 'root'),
        node('Relu', ['root'], 'features'),
      ],
    });
    expect(report.firstNonFinite).toEqual({
      kind: 'NaN',
      of: 'gradient',
      value: 'positive',
      node: '/root',
      operator: 'Sqrt',
    });
    expect(told(report)[0]).toMatch(
      /^problem: The gradient becomes (NaN|infinite) on its way back through node “\/root” \(operator Sqrt\): the slope of a square root is infinite at 0; /,
    );
  });
});

describe('the output', () => {
  const bias = (...values: number[]): Network => ({
    logitWeight: numbers([5, channels], 1e-3),
    logitBias: filled([5], (i) => values[i] ?? 0),
  });

  it('is saturated', async () => {
    expect(told(await check(bias(13)))).toEqual([
      expect.stringMatching(
        /^note: The output is saturated \(p = 0\.99999\d* for “a”\): methods that explain the probability see \de−6 of the logit’s gradient; explain the logit\.$/,
      ),
    ]);
  });

  it('is saturated beyond float32', async () => {
    expect(told(await check(bias(30)))).toEqual([
      'warning: The output is saturated: the probability of “a” is exactly 1 in float32, and so its gradient is 0; methods that explain the probability show nothing, so explain the logit.',
    ]);
  });

  it('has not decided', async () => {
    expect(told(await check(bias(0.01)))).toEqual([
      expect.stringMatching(
        /^warning: The output is nearly uniform: the most probable of 5 classes, “a”, has 20\.\d %; the model has not decided/,
      ),
    ]);
  });

  it('is tied', async () => {
    expect(told(await check(bias(5, 5.01)))).toEqual([
      expect.stringMatching(
        /^note: “b” \(\d+\.\d %\) and “a” \(\d+\.\d %\) are as good as tied: compare the maps of both\.$/,
      ),
    ]);
  });

  it('is out of scale', async () => {
    expect(told(await check(bias(5000, 4999, 4998)))).toEqual([
      expect.stringMatching(/^warning: The logits reach 5000, where probabilities are 0 or 1/),
    ]);
  });
});
