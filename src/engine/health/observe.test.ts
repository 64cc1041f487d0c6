/** What an explanation tells of the network's health, from the passes that its methods make anyway. */

import { describe, expect, it, vi } from 'vitest';
import { channels, filled, load, type Network, node, numbers, pixels } from '../../../test/support/smallNetwork';
import { cardFor } from '../../shared/question/card';
import { runMethods } from '../methods/run';
import { classScores, topClasses } from '../model/target/target';
import { Observer } from './observe';

const gradientMethods = ['gradient', 'gradient-x-input', 'grad-cam', 'layer-cam', 'smoothgrad'];

/** Explains the image, and counts the images that the model was asked about by the methods and for the findings. */
async function explain(network: Network, methods: readonly string[] = gradientMethods) {
  const model = await load(network);
  try {
    const { logits, probabilities } = await model.evaluate(pixels, {});
    const scores = classScores(logits, probabilities, null);
    const [target] = topClasses(scores, 1);
    if (!target) throw new Error('No classes.');
    const asked = vi.spyOn(model, 'evaluate');
    const observer = new Observer(model, pixels);
    const failed: string[] = [];
    await runMethods(observer.model, pixels, {
      requests: methods.map(cardFor),
      target: target.index,
      defaultLayer: 'features',
      seed: 0,
      signal: new AbortController().signal,
      listener: {
        started: () => {},
        progress: () => {},
        result: () => {},
        failed: (method) => failed.push(method),
      },
    });
    const byMethods = asked.mock.calls.length;
    const findings = await observer.findings(scores, target, 'features');
    expect(failed).toEqual([]);
    return {
      told: findings.map(({ severity, sentence }) => `${severity}: ${sentence}`),
      more: asked.mock.calls.length - byMethods,
    };
  } finally {
    await model.dispose();
  }
}

describe('an observed explanation', () => {
  it('of a sound network tells nothing and asks the model nothing', async () => {
    expect(await explain({})).toEqual({ told: [], more: 0 });
  });

  it('tells of dead units at the layer of the class activation maps', async () => {
    const bias = filled([channels], (i) => (i < 6 ? -100 : 3));
    expect(await explain({ bias })).toEqual({
      told: [
        'note: 6 of the 8 units of “features” (ReLU) are 0 at every position for this image: class activation maps at this layer are made of the other 2.',
      ],
      more: 0,
    });
    // Occlusion looks at no layer.
    expect((await explain({ bias }, ['occlusion'])).told).toEqual([]);
  });

  it('tells of a gradient that vanishes between that layer and the input', async () => {
    const { told, more } = await explain({
      middle: [node('Mul', ['conv', 'factor'], 'small'), node('Relu', ['small'], 'features')],
      weights: { factor: filled([], () => 1e-9) },
    });
    expect(told).toEqual([
      expect.stringMatching(
        /^warning: The gradient vanishes: its norm at the input is \S+e−\d+ of that at “features”; it falls between “features” and “image”\. /,
      ),
    ]);
    expect(more).toBe(0);
  });

  it('tells of a saturated output', async () => {
    const { told } = await explain({
      logitWeight: numbers([5, channels], 1e-3),
      logitBias: filled([5], (i) => (i === 0 ? 30 : 0)),
    });
    expect(told).toEqual([expect.stringMatching(/^warning: The output is saturated/)]);
  });

  it('goes and looks for the node when numbers are not finite', async () => {
    const { told, more } = await explain({
      middle: [node('Sqrt', ['conv'], 'root'), node('Relu', ['root'], 'features')],
      bias: filled([channels], (i) => (i === 0 ? -50 : 50)),
    });
    expect(told).toEqual([
      'problem: NaN first appears at node “/root” (operator Sqrt): it takes the square root of a negative number; check what goes into that node: weights that diverged, or a preprocessing on another scale.',
    ]);
    expect(more).toBeGreaterThan(0);
  });

  it('goes and looks for the node when a gradient is not finite', async () => {
    const { told } = await explain({
      middle: [
        node('Relu', ['conv'], 'positive'),
        node('Sqrt', ['positive'], 'root'),
        node('Relu', ['root'], 'features'),
      ],
    });
    expect(told[0]).toMatch(
      /^problem: The gradient becomes NaN on its way back through node “\/root” \(operator Sqrt\)/,
    );
  });
});
