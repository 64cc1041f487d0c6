/** A method is added by one file that holds its formula, and its entry in the list of methods: nothing else knows of it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { methods } from '../../src/engine/methods';
import type { Method } from '../../src/engine/methods/method';
import { numberOf } from '../../src/engine/methods/parameters';
import { toMap } from '../../src/engine/methods/pixels';
import { runMethods } from '../../src/engine/methods/run';
import { INPUT } from '../../src/engine/model/evaluation/model';
import { contrastScore } from '../../src/engine/model/evaluation/score';
import { Engine } from '../../src/engine/service/engine';
import type { ExplainEvent } from '../../src/shared/explanation/events';
import { cardFor } from '../../src/shared/question/card';
import type { Attribution } from '../../src/shared/results/attribution';
import { runtimes } from '../support/runtimes';
import { load, pixels } from '../support/smallNetwork';

/** What speaks for the class rather than for another: ∂(S − S′)/∂x. */
const contrast: Method = {
  info: {
    id: 'contrast',
    title: 'Contrast',
    family: 'gradient',
    description: 'What speaks for the class rather than for another.',
    formula: 'M = ∂(S − S′)/∂x',
    source: { paper: 'none', url: 'https://example.org' },
    cost: 'one gradient',
    needsLayer: false,
    parameters: [
      { name: 'other', title: 'Other class', description: 'Its number.', type: 'integer', default: 0, minimum: 0 },
    ],
    presets: [],
  },
  singlePass: true,
  async run(context, parameters) {
    const score = contrastScore(context.target, numberOf(parameters, 'other'));
    const probe = { wrt: INPUT };
    const evaluation = await context.evaluate(context.image, { score, gradients: [probe] });
    return { map: toMap(evaluation.gradient(probe).data, context.input) };
  },
};

const all = [...methods, contrast];

it('runs beside the others, with parameters, costs and failures like theirs', async () => {
  const model = await load({});
  const results = new Map<string, Attribution>();
  const failed: string[] = [];
  const run = (target: number, requests: Parameters<typeof runMethods>[2]['requests']) =>
    runMethods(model, pixels, {
      requests,
      target,
      methods: all,
      defaultLayer: null,
      seed: 0,
      signal: new AbortController().signal,
      listener: {
        started: () => {},
        progress: () => {},
        result: (attribution) => results.set(`${attribution.method} ${target}`, attribution),
        failed: (_, message) => failed.push(message),
      },
    });
  await run(1, [{ ...cardFor('contrast'), parameters: { other: 3 } }, cardFor('gradient')]);
  await run(3, [cardFor('gradient')]);
  const values = (key: string) => Array.from(results.get(key)?.map.data ?? []);
  const [one, three] = [values('gradient 1'), values('gradient 3')];
  const expected = one.map((value, i) => value - (three[i] as number));
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
  values('contrast 1').forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 5);
  });
  expect(results.get('contrast 1')).toMatchObject({
    parameters: { other: 3 },
    evaluations: { forward: 0, gradient: 1 },
  });

  await run(1, [
    { ...cardFor('contrast'), parameters: { other: 9 } },
    { ...cardFor('contrast'), parameters: { other: -1 } },
    cardFor('contrasts'),
  ]);
  expect(failed).toEqual([
    'contrast.other is -1; it must be a whole number from 0 up.',
    expect.stringMatching(/There is no method “contrasts”; did you mean “contrast”/),
    'There is no class 9; the model has the classes 0 to 4.',
  ]);
  await model.dispose();
});

it('is explained by the engine', async () => {
  const engine = new Engine(runtimes, undefined, 1, 0, all);
  const samples = join(__dirname, '../../media/sample-workspace');
  const events: ExplainEvent[] = [];
  await engine.explain(
    {
      id: 'seam',
      question: {
        checkpoint: join(samples, 'shapes/last_e08.onnx'),
        image: { path: join(samples, 'shapes/images/circle_0.png') },
        target: { kind: 'top1' },
      },
      cards: [cardFor('contrast')],
    },
    (event) => events.push(event),
    new AbortController().signal,
  );
  const kinds = events.map((event) => event.kind);
  expect(kinds).toContain('result');
  expect(kinds).not.toContain('failed');
});
