import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/service/engine';
import { cardFor, type MethodRequest } from '../../../src/shared/question/card';
import type { Attribution } from '../../../src/shared/results/attribution';
import { runtimes } from '../../support/runtimes';

/*
 * MobileNetV1 has ReLU6 and no ReLU. The published libraries guide ReLU modules only, so that their guided backpropagation of
 * it is its plain gradient; ours guides ReLU6 too, unless a library's preset is asked for.
 */
const samples = join(__dirname, '../../../media/sample-workspace/imagenet');
const engine = new Engine(runtimes);
const found = new Map<string, Attribution>();

async function explain(request: MethodRequest): Promise<void> {
  await engine.explain(
    {
      id: request.preset ?? request.method,
      question: {
        checkpoint: join(samples, 'mobilenet_v1_025.onnx'),
        image: { path: join(samples, 'cat.png') },
        target: { kind: 'top1' },
      },
      cards: [request],
    },
    (event) => {
      if (event.kind === 'result') found.set(request.preset ?? request.method, event.attribution);
    },
    new AbortController().signal,
  );
}

beforeAll(async () => {
  const presets = ['pair', 'captum', 'pytorch-grad-cam'].map((preset) => ({ ...cardFor('guided-backprop'), preset }));
  for (const request of [cardFor('gradient'), cardFor('guided-backprop'), ...presets]) await explain(request);
});
afterAll(() => engine.dispose());

it.each(['pair', 'captum', 'pytorch-grad-cam'])(
  '%s leaves ReLU6 alone, and the map says that nothing is guided',
  (preset) => {
    expect(found.get(preset)?.map.data).toEqual(found.get('gradient')?.map.data);
    expect(found.get(preset)?.notes.join()).toContain('no ReLU');
  },
);

it('guides ReLU6 by default', () => {
  expect(found.get('guided-backprop')?.map.data).not.toEqual(found.get('gradient')?.map.data);
  expect(found.get('guided-backprop')?.notes).toEqual([]);
});
