import { describe, it } from 'vitest';
import { checkGradient, randomTensor } from '../testing/gradientCheck';

describe('normalisation', () => {
  it('BatchNormalization in inference', async () => {
    const constants = {
      s: randomTensor([3], 1),
      b: randomTensor([3], 2),
      m: randomTensor([3], 3),
      v: randomTensor([3], 4, 0.5, 2),
    };
    const nodes = [{ op: 'BatchNormalization', inputs: ['x', 's', 'b', 'm', 'v'], attributes: { epsilon: 0.01 } }];
    await checkGradient({ inputs: { x: [3, 4, 2] }, constants, nodes }, { kind: 'linear' });
    await checkGradient({ inputs: { x: [3] }, constants, nodes }, { kind: 'linear' });
  });

  it('InstanceNormalization', async () => {
    const constants = { s: randomTensor([3], 1), b: randomTensor([3], 2) };
    await checkGradient({
      inputs: { x: [3, 4, 3] },
      constants,
      nodes: [{ op: 'InstanceNormalization', inputs: ['x', 's', 'b'] }],
    });
  });

  it.each([-1, 1, 2])('LayerNormalization from axis %s', async (axis) => {
    const dims = [3, 4, 5].slice(axis < 0 ? axis : axis - 1);
    const constants = { s: randomTensor(dims, 1), b: randomTensor(dims, 2) };
    await checkGradient({
      inputs: { x: [3, 4, 5] },
      constants,
      nodes: [{ op: 'LayerNormalization', inputs: ['x', 's', 'b'], attributes: { axis } }],
    });
  });

  it('GroupNormalization', async () => {
    const constants = { s: randomTensor([4], 1), b: randomTensor([4], 2) };
    const nodes = [{ op: 'GroupNormalization', inputs: ['x', 's', 'b'], attributes: { num_groups: 2 } }];
    await checkGradient({ inputs: { x: [4, 3, 3] }, constants, nodes });
  });

  it.each([3, 5])('LRN over %s channels', async (size) => {
    const nodes = [{ op: 'LRN', inputs: ['x'], attributes: { size, alpha: 0.3, beta: 0.75, bias: 1.5 } }];
    await checkGradient({ inputs: { x: [6, 3, 2] }, nodes });
  });
});
