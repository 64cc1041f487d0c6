import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countingRuntimes, type Work } from '../../../test/support/countingRuntimes';
import { writeExternalNetwork, writeWeights } from '../../../test/support/externalNetwork';
import { temporaryFolder } from '../../../test/support/folder';
import { nineMethods } from '../../../test/support/nineMethods';
import { runtimes } from '../../../test/support/runtimes';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import { type CardRequest, cardFor } from '../../shared/question/card';
import type { Question } from '../../shared/question/question';
import type { Attribution } from '../../shared/results/attribution';
import { float32 } from '../graph/ir/tensor';
import { Engine } from './engine';

/* What an engine keeps of one explanation for the next. */

const samples = join(__dirname, '../../../media/sample-workspace/shapes');
const folder = temporaryFolder();
const counting = countingRuntimes();
const opened: string[] = [];
const engine = new Engine(
  counting.runtimes,
  (_, message) => void (message.startsWith('Opening') && opened.push(message)),
);
/** Keeps nothing. */
const forgetful = new Engine(runtimes, () => {}, undefined, 0, undefined, 0);
afterAll(() => Promise.all([engine.dispose(), forgetful.dispose()]));

const question: Question = {
  checkpoint: join(samples, 'last_e08.onnx'),
  image: { path: join(samples, 'images/circle_watermark_0.png') },
  target: { kind: 'label', label: 'circle' },
};
const star: Question = { ...question, target: { kind: 'label', label: 'star' } };
const occlusion = [cardFor('occlusion')];

interface Told {
  readonly predictions: readonly Prediction[];
  readonly attributions: readonly Attribution[];
  readonly findings: readonly ExplainEvent[];
  /** What the runtime did for it; of the engine that counts. */
  readonly work: Work;
}

async function ask(
  asked: Question,
  cards: readonly CardRequest[] = [],
  by = engine,
  seed = 0,
  input?: Float32Array,
): Promise<Told> {
  const before = { ...counting.work };
  const events: ExplainEvent[] = [];
  const params = { id: 'a', question: asked, cards, seed };
  const fed = input && float32([1, 3, 96, 96], input);
  await by.explain(params, (event) => events.push(event), new AbortController().signal, fed);
  const bad = events.find(({ kind }) => kind === 'failed' || kind === 'unanswered');
  if (bad) throw new Error(JSON.stringify(bad));
  const { compiled, runs, images } = counting.work;
  return {
    predictions: events.flatMap((event) => (event.kind === 'prediction' ? [event.prediction] : [])),
    attributions: events.flatMap((event) => (event.kind === 'result' ? [event.attribution] : [])),
    findings: events.filter(({ kind }) => kind === 'findings'),
    work: { compiled: compiled - before.compiled, runs: runs - before.runs, images: images - before.images },
  };
}

/** All but the time that it took. */
const timeless = ({ predictions, attributions, findings }: Told) => ({
  predictions,
  findings,
  attributions: attributions.map(({ seconds: _, ...rest }) => rest),
});

const nothing: Work = { compiled: 0, runs: 0, images: 0 };

describe('another class', () => {
  it('needs no pass for occlusion and none for the prediction, and costs on paper what it would have', async () => {
    const first = await ask(question, occlusion);
    expect(first.work.images).toBeGreaterThan(200);
    const second = await ask(star, occlusion);
    expect(second.work).toEqual(nothing);
    expect(second.predictions[0]?.target.label).toBe('star');
    expect(second.attributions[0]?.map).not.toEqual(first.attributions[0]?.map);
    expect(second.attributions[0]?.evaluations).toEqual(first.attributions[0]?.evaluations);
    expect(timeless(await ask(question, occlusion, forgetful))).toEqual(timeless(first));
    expect(timeless(await ask(star, occlusion, forgetful))).toEqual(timeless(second));
  });

  it('gives nine maps that are bit for bit those of an engine that keeps nothing', async () => {
    const cards = nineMethods.map(cardFor);
    for (const asked of [question, star, question]) {
      expect(timeless(await ask(asked, cards))).toEqual(timeless(await ask(asked, cards, forgetful)));
    }
    const alone = await ask(star, cards);
    // SmoothGrad 25, integrated gradients 32, the image itself once.
    expect(alone.work).toMatchObject({ compiled: 0, images: 25 + 32 + 1 });
  });

  it('in a row beside the first asks for gradients only', async () => {
    const row = nineMethods.map((id) => ({ ...cardFor(id), key: `row/${id}`, question: star }));
    const both = await ask({ ...question, image: { path: join(samples, 'images/star_0.png') } }, [
      ...nineMethods.map(cardFor),
      ...row.map((card) => ({ ...card, question: { ...star, image: { path: join(samples, 'images/star_0.png') } } })),
    ]);
    // The prediction, 225 windows and the image, the two ends of the path; for each row 25 + 32 + 1.
    expect(both.work.images).toBe(1 + 226 + 2 + 2 * 58);
    expect(both.attributions).toHaveLength(18);
  });
});

describe('another layer', () => {
  it('needs one pass for the class activation maps', async () => {
    const cams = ['grad-cam', 'grad-cam++', 'layer-cam'].map(cardFor);
    await ask(question, cams);
    expect((await ask({ ...question, layer: 'relu_8' }, cams)).work.images).toBe(1);
  });
});

describe('what is kept is not what is wanted', () => {
  const key = (told: Told) =>
    JSON.stringify([told.predictions[0]?.target, [...(told.attributions[0]?.map.data ?? [])]]);

  it.each<[string, Partial<Question>, Partial<CardRequest>]>([
    ['another image', { image: { path: join(samples, 'images/ring_0.png') } }, {}],
    [
      'another preprocessing',
      {
        preprocessing: {
          preset: 'custom',
          width: 96,
          height: 96,
          resize: 'stretch',
          interpolation: 'bilinear',
          channelOrder: 'rgb',
          mean: [0, 0, 0],
          std: [1, 1, 1],
          background: [0, 0, 0],
        } as never,
      },
      {},
    ],
    ['another window', {}, { parameters: { window: 20 } }],
    ['another stride', {}, { parameters: { stride: 12 } }],
    ['another baseline', {}, { parameters: { patch: 'minimum' } }],
    ['another value of it', {}, { parameters: { patch: 'value', patchValue: 0.5 } }],
    ['other edges', {}, { parameters: { stride: 10, edges: 'inside' } }],
    ['the probability', {}, { parameters: { scalar: 'probability' } }],
  ])('for %s', async (_, change, parameters) => {
    await ask(question, occlusion);
    const told = await ask({ ...question, ...change }, [{ ...cardFor('occlusion'), ...parameters }]);
    expect(told.work.images).toBeGreaterThan(0);
    expect(timeless(told)).toEqual(
      timeless(await ask({ ...question, ...change }, [{ ...cardFor('occlusion'), ...parameters }], forgetful)),
    );
  });

  it('for an image that was written over', async () => {
    const path = join(folder, 'changing.png');
    const [circle, other] = ['circle_watermark_0.png', 'star_0.png'].map((name) =>
      readFileSync(join(samples, 'images', name)),
    );
    writeFileSync(path, circle!);
    const asked = { ...question, image: { path } };
    const before = await ask(asked, occlusion);
    expect((await ask(asked, occlusion)).work).toEqual(nothing);
    writeFileSync(path, other!);
    const after = await ask(asked, occlusion);
    expect(key(after)).not.toBe(key(before));
    expect(timeless(after)).toEqual(timeless(await ask(asked, occlusion, forgetful)));
  });

  it('for weights that changed', async () => {
    const { path, weights } = writeExternalNetwork(join(folder, 'weights'), [1, 5, 2, 3, 4]);
    const asked: Question = { ...question, checkpoint: path, target: { kind: 'top1' } };
    expect((await ask(asked)).predictions[0]?.target).toMatchObject({ index: 1, logit: 5 });
    writeWeights(weights, [1, 2, 3, 4, 7]);
    expect((await ask(asked)).predictions[0]?.target).toMatchObject({ index: 4, logit: 7 });
  });

  it('for a whylight.json that changed', async () => {
    const own = join(folder, 'noted');
    cpSync(join(samples, 'last_e08.onnx'), join(own, 'last_e08.onnx'));
    const write = (preset: string) =>
      writeFileSync(join(own, 'whylight.json'), JSON.stringify({ preprocessing: { preset, width: 96, height: 96 } }));
    const asked: Question = {
      ...question,
      checkpoint: join(own, 'last_e08.onnx'),
      target: { kind: 'index', index: 0 },
    };
    write('torchvision');
    const before = await ask(asked, occlusion);
    write('raw-0-255');
    const after = await ask(asked, occlusion);
    expect(key(after)).not.toBe(key(before));
    expect(timeless(after)).toEqual(timeless(await ask(asked, occlusion, forgetful)));
  });

  it('for another input that is fed in place of the image', async () => {
    const fed = (frequency: number) => Float32Array.from({ length: 3 * 96 * 96 }, (_, i) => Math.sin(frequency * i));
    const one = await ask(question, occlusion, engine, 0, fed(0.3));
    expect((await ask(star, occlusion, engine, 0, fed(0.3))).work).toEqual(nothing);
    const other = await ask(question, occlusion, engine, 0, fed(0.7));
    expect(key(other)).not.toBe(key(one));
    expect(timeless(other)).toEqual(timeless(await ask(question, occlusion, forgetful, 0, fed(0.7))));
  });

  it('for another seed', async () => {
    const [zero, one] = [
      await ask(question, [cardFor('smoothgrad')]),
      await ask(question, [cardFor('smoothgrad')], engine, 1),
    ];
    expect(key(zero)).not.toBe(key(one));
    expect(timeless(one)).toEqual(timeless(await ask(question, [cardFor('smoothgrad')], forgetful, 1)));
  });
});

describe('a preprocessing that is guessed', () => {
  it('is compared with the others once', async () => {
    const own = join(folder, 'guessed');
    cpSync(join(samples, 'last_e08.onnx'), join(own, 'last_e08.onnx'));
    const asked: Question = {
      ...question,
      checkpoint: join(own, 'last_e08.onnx'),
      target: { kind: 'index', index: 0 },
    };
    const first = await ask(asked);
    expect(first.predictions[0]?.input.alternatives.length).toBeGreaterThan(2);
    expect(first.work.images).toBeGreaterThan(2);
    const second = await ask({ ...asked, target: { kind: 'index', index: 3 } });
    expect(second.work).toEqual(nothing);
    expect(second.predictions[0]?.input).toEqual(first.predictions[0]?.input);
  });
});

describe('several checkpoints', () => {
  it('stay ready: going back and forth among twelve epochs opens and compiles nothing again', async () => {
    const own = join(folder, 'epochs');
    const epochs = Array.from({ length: 12 }, (_, i) => join(own, `e${i}.onnx`));
    const names = ['early_e02.onnx', 'middle_e05.onnx', 'last_e08.onnx'];
    for (const [i, epoch] of epochs.entries()) cpSync(join(samples, names[i % 3]!), epoch);
    const gradients = ['gradient', 'grad-cam'];
    const compare = (target: Question['target']) =>
      ask(
        { ...question, checkpoint: epochs[0]!, target },
        epochs.flatMap((checkpoint, i) =>
          gradients.map((id) => ({ key: `${i} ${id}`, method: id, question: { ...question, checkpoint, target } })),
        ),
      );
    const first = await compare({ kind: 'index', index: 0 });
    expect(first.attributions).toHaveLength(24);
    const openedBefore = opened.length;
    const second = await compare({ kind: 'index', index: 3 });
    expect(opened.length).toBe(openedBefore);
    expect(second.work).toEqual({ compiled: 0, runs: 12, images: 12 });
  });
});
