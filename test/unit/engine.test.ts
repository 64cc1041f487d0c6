import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Engine } from '../../src/engine/service/engine';
import type { ExplainEvent } from '../../src/shared/explanation/events';
import type { ExplainParams } from '../../src/shared/protocol/protocol';
import { runtimes } from '../support/runtimes';

/* Explanations wait for each other in the engine; a cancellation does not. */

const samples = join(__dirname, '../../media/sample-workspace/imagenet');
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());

const params = (id: string, methods: ExplainParams['methods']): ExplainParams => ({
  id,
  question: {
    checkpoint: join(samples, 'mobilenet_v1_025.onnx'),
    image: { path: join(samples, 'cat.png') },
    target: { kind: 'top1' },
  },
  methods,
});

it('a request that is cancelled while it waits ends at once, and the next one still waits for its turn', async () => {
  const order: string[] = [];
  const hear = (event: ExplainEvent): void => void (event.kind === 'result' && order.push(`${event.id} told`));
  const [first, waiting, last] = [new AbortController(), new AbortController(), new AbortController()];

  const long = engine
    .explain(params('first', [{ id: 'occlusion', parameters: { stride: 8 } }]), hear, first.signal)
    .then(() => order.push('first ended'));
  const cancelled = engine.explain(params('waiting', [{ id: 'gradient' }]), hear, waiting.signal);
  const next = engine
    .explain(params('last', [{ id: 'gradient' }]), hear, last.signal)
    .then(() => order.push('last ended'));
  waiting.abort();
  await expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });
  order.push('waiting cancelled');
  await Promise.all([long, next]);
  expect(order).toEqual(['waiting cancelled', 'first told', 'first ended', 'last told', 'last ended']);
});

it('a failed explanation does not hold up the next', async () => {
  const { question, ...rest } = params('missing', []);
  const missing = { ...rest, question: { ...question, checkpoint: join(samples, 'missing.onnx') } };
  const failed = engine.explain(missing, () => {}, new AbortController().signal);
  const next = engine.explain(params('next', [{ id: 'gradient' }]), () => {}, new AbortController().signal);
  await expect(failed).rejects.toMatchObject({ kind: 'checkpoint' });
  await expect(next).resolves.toMatchObject({ finished: ['gradient'] });
});

it('a cancelled run ends within its current pass', async () => {
  const controller = new AbortController();
  const seen: ExplainEvent[] = [];
  const running = engine.explain(
    params('cancelled', [{ id: 'smoothgrad', parameters: { samples: 2000 } }]),
    (event) => {
      seen.push(event);
      if (event.kind === 'progress') controller.abort();
    },
    controller.signal,
  );
  await expect(running).rejects.toMatchObject({ kind: 'cancelled' });
  expect(seen.some((event) => event.kind === 'result')).toBe(false);
});
