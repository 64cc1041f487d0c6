/** The states that a panel can be in, each played into a fresh page. */
import type { ExplanationEvent } from '../../src/shared/explanation/explanation';
import type { PanelState } from '../../src/shared/protocol/panel';
import { cardFor } from '../../src/shared/question/card';
import { type Comparison, comparisonCards } from '../../src/shared/question/comparison';
import type { Attribution, ClassScore, RgbImage } from '../../src/shared/results/attribution';
import type { Finding } from '../../src/shared/results/health';
import type { OpenedPage } from './openPage';
import { catRecording, type Recording, starRecording } from './recording';

export interface Scene {
  readonly name: string;
  recording(): Promise<Recording>;
  play(opened: OpenedPage, recording: Recording): Promise<void>;
}

export async function begin(opened: OpenedPage, recording: Recording, id = 'run-1'): Promise<readonly string[]> {
  const { question, cards } = recording.setup.state;
  const keys = cards.map(({ key }) => key);
  await opened.send('event', { kind: 'run', id, question, cards, keys });
  return keys;
}

const end = (opened: OpenedPage, rest: Partial<ExplanationEvent & { kind: 'ended' }> = {}, id = 'run-1') =>
  opened.send('event', { kind: 'ended', id, seconds: 1.32, cancelled: false, ...rest });

async function playAll(opened: OpenedPage, recording: Recording): Promise<void> {
  await opened.play(recording);
  await end(opened);
}

/** Findings of every severity, as the engine words them. */
export const findings: readonly Finding[] = [
  {
    severity: 'problem',
    sentence:
      'The gradient of the logit is exactly 0 at the input: it ends between “/features/features.18/features.18.2/Clip_output_0” and “image”, where every unit is dead or saturated, or nothing depends on the image; gradient maps are blank, Occlusion needs no gradient.',
    layer: '/features/features.18/features.18.2/Clip_output_0',
  },
  {
    severity: 'warning',
    sentence:
      '247 of the 256 units of “/features/features.18/features.18.2/Clip_output_0” (ReLU6) are 0 at every position for this image: class activation maps at this layer are made of the other 9.',
  },
  {
    severity: 'note',
    sentence:
      'The output is saturated (p = 0.999997 for “tabby”): methods that explain the probability see 3e−6 of the logit’s gradient; explain the logit.',
  },
];

/** An explanation half done: results, a method at work, one waiting, one failed. */
export async function playHalf(opened: OpenedPage, recording: Recording): Promise<void> {
  const id = 'run-1';
  const { prediction, attributions } = recording;
  const keys = await begin(opened, recording);
  await opened.send('event', { id, kind: 'prediction', cards: keys, prediction });
  for (const attribution of attributions.filter((each) => each.method !== 'occlusion')) {
    await opened.send('event', { id, kind: 'result', attribution });
  }
  const partial = attributions.find((each) => each.method === 'occlusion')!.map;
  await opened.send('event', { id, kind: 'progress', key: 'occlusion', done: 61, total: 196, partial });
  await opened.send('event', { id, kind: 'progress', key: 'smoothgrad', done: 8, total: 25 });
  await opened.send('event', { id, kind: 'findings', cards: keys, findings });
  const message = 'Guided backpropagation needs ReLU, and this model has none: choose another method.';
  await opened.send('event', { id, kind: 'failed', key: 'guided-backprop', message });
}

/** The same maps for another class: nothing is finished but one, one failed. */
async function playStale(opened: OpenedPage, recording: Recording): Promise<void> {
  await playAll(opened, recording);
  const { state } = recording.setup;
  const question = { ...state.question, target: { kind: 'index', index: 2 } } as const;
  const keys = state.cards.map(({ key }) => key);
  await opened.send('state', { ...state, question });
  await opened.send('event', { kind: 'run', id: 'run-2', question, cards: state.cards, keys });
  const prediction = { ...recording.prediction, target: recording.prediction.top5[1]! };
  await opened.send('event', { id: 'run-2', kind: 'prediction', cards: keys, prediction });
  await opened.send('event', { id: 'run-2', kind: 'result', attribution: recording.attributions[0]! });
  await opened.send('event', { id: 'run-2', kind: 'started', key: 'smoothgrad' });
  await opened.send('event', { id: 'run-2', kind: 'progress', key: 'occlusion', done: 30, total: 169 });
  const message = 'The engine ran out of memory: close other panels, or choose fewer samples.';
  await opened.send('event', { id: 'run-2', kind: 'failed', key: 'integrated-gradients', message });
}

/** Comparisons beside the panel's question, each answered by other numbers; those without numbers are not answered. */
export async function playCompared(
  opened: OpenedPage,
  recording: Recording,
  comparisons: readonly { readonly comparison: Comparison; readonly probability: number | null }[],
  pinned: PanelState['pinned'] = [],
): Promise<void> {
  const { setup, prediction, attributions } = recording;
  const layered = (method: string) => setup.methods.find(({ id }) => id === method)?.needsLayer === true;
  const state: PanelState = {
    ...setup.state,
    comparisons: comparisons.map(({ comparison }) => comparison),
    pinned,
    display: { ...setup.state.display, scale: 'shared' },
  };
  const { question } = state;
  const id = 'run-1';
  const beside = state.comparisons.map((each) => comparisonCards(question, state.cards, each, layered));
  const cards = [...state.cards, ...beside.flat(), ...pinned];
  await opened.send('state', state);
  await opened.send('event', { kind: 'run', id, question, cards, keys: cards.map(({ key }) => key) });
  const own = state.cards.map(({ key }) => key);
  await opened.send('event', { id, kind: 'prediction', cards: own, prediction });
  for (const attribution of attributions) await opened.send('event', { id, kind: 'result', attribution });
  for (const [i, { comparison, probability }] of comparisons.entries()) {
    const keys = beside[i]!.map(({ key }) => key);
    if (probability === null) {
      const message = 'early_e02.onnx is cut off after 1024 of 90112 bytes: copy it again.';
      await opened.send('event', { id, kind: 'unanswered', cards: keys, message });
      continue;
    }
    const { change } = comparison;
    const path = change.kind === 'checkpoint' ? change.checkpoint : prediction.model.path;
    const target = change.kind === 'target' ? prediction.top5[1]! : { ...prediction.target, probability };
    const top5: ClassScore[] = prediction.top5.map((score, at) => (at === 0 ? { ...score, probability } : score));
    const said = { ...prediction, model: { ...prediction.model, path }, top5, target };
    if (change.kind !== 'parameters') {
      await opened.send('event', { id, kind: 'prediction', cards: keys, prediction: said });
    }
    for (const card of beside[i]!) {
      const attribution = weaker(attributions.find(({ method }) => method === card.method)!, probability, card.key);
      await opened.send('event', { id, kind: 'result', attribution });
    }
  }
  for (const card of pinned) {
    const attribution = { ...attributions.find(({ method }) => method === card.method)!, key: card.key };
    await opened.send('event', { id, kind: 'prediction', cards: [card.key], prediction });
    await opened.send('event', { id, kind: 'result', attribution });
  }
  await end(opened);
}

function weaker(attribution: Attribution, factor: number, key: string): Attribution {
  const data = attribution.map.data.map((value) => value * factor);
  return { ...attribution, key, map: { ...attribution.map, data } };
}

export const epochs: readonly { readonly comparison: Comparison; readonly probability: number }[] = [
  ['first_e01.onnx', 0.22],
  ['early_e02.onnx', 0.41],
  ['middle_e05.onnx', 0.87],
].map(([name, probability], i) => ({
  comparison: { key: `row-${i + 1}`, change: { kind: 'checkpoint', checkpoint: `/workspace/${name}` } },
  probability: probability as number,
}));

/** An image of other proportions, of which the model saw all. */
async function strip(width: number, height: number): Promise<Recording> {
  const star = await starRecording();
  const { pixels } = star.prediction;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o += 3) {
      const at = 3 * (Math.floor((y * pixels.height) / height) * pixels.width + Math.floor((x * pixels.width) / width));
      data.set(pixels.data.subarray(at, at + 3), o);
    }
  }
  const image: RgbImage = { width, height, data };
  const prediction = {
    ...star.prediction,
    pixels: image,
    imageSize: { width, height },
    region: { x: 0, y: 0, width, height },
  };
  return { ...star, prediction };
}

/** As of a model with so many classes. */
async function withClasses(count: number): Promise<Recording> {
  const star = await starRecording();
  const labels = Array.from({ length: count }, (_, index) => (index === 3 ? 'star' : `kind of animal ${index}`));
  const probabilities = new Float32Array(count).fill(1e-5);
  probabilities[3] = 0.99;
  const target = { ...star.prediction.target, index: count === 1 ? 0 : 3, probability: 0.99 };
  const top5 =
    count === 1
      ? [target]
      : [target, ...[0, 1, 2, 4].map((index) => ({ ...target, index, label: labels[index]!, probability: 1e-5 }))];
  return {
    ...star,
    prediction: {
      ...star.prediction,
      target,
      top5,
      classes: {
        count,
        labels: count === 1 ? ['star'] : labels,
        probabilities: count === 1 ? Float32Array.of(0.99) : probabilities,
      },
    },
  };
}

/** So many cards of the recorded methods. */
async function withCards(count: number): Promise<Recording> {
  const star = await starRecording();
  const { methods, state } = star.setup;
  const cards = Array.from({ length: count }, (_, i) => {
    const { id } = methods[i % methods.length]!;
    return i < methods.length ? cardFor(id) : { key: `${id}-${i}`, method: id };
  });
  const attributions = cards.map(({ key, method }) => ({
    ...star.attributions.find((each) => each.method === method)!,
    key,
  }));
  const explanation = { ...star.setup.explanation, cards: [] };
  return { ...star, setup: { ...star.setup, state: { ...state, cards }, explanation }, attributions };
}

const shared = 'The preprocessing was guessed: the map may be that of another image.';

/** The same finding on every card, and cards with one of their own. */
async function warned(): Promise<Recording> {
  const star = await starRecording();
  const attributions = star.attributions.map((each) => ({ ...each, notes: [shared, ...each.notes] }));
  const prediction = {
    ...star.prediction,
    labelsHow: null,
    notes: ['The model ends in a Softmax: its input, the logits, is explained instead.'],
  };
  return { ...star, attributions, prediction };
}

const question = {
  image: 'file:///workspace/ring_2.png',
  checkpoint: '/workspace/middle_e05.onnx',
  target: { kind: 'index', index: 3 },
} as const;

export const scenes: readonly Scene[] = [
  { name: 'empty', recording: starRecording, play: async () => {} },
  { name: 'done', recording: starRecording, play: playAll },
  { name: 'guessed', recording: catRecording, play: playAll },
  { name: 'busy', recording: catRecording, play: playHalf },
  { name: 'warned', recording: warned, play: playAll },
  {
    name: 'failed',
    recording: starRecording,
    play: async (opened, recording) => {
      await begin(opened, recording);
      await end(opened, { error: 'last_e08.onnx is cut off after 1024 of 90112 bytes: copy it again.' });
    },
  },
  {
    name: 'cancelled',
    recording: starRecording,
    play: async (opened, recording) => {
      await playStale(opened, recording);
      await end(opened, { cancelled: true }, 'run-2');
    },
  },
  { name: 'stale', recording: starRecording, play: playStale },
  { name: 'compared', recording: starRecording, play: (opened, recording) => playCompared(opened, recording, epochs) },
  {
    name: 'compared-mixed',
    recording: starRecording,
    play: (opened, recording) =>
      playCompared(
        opened,
        recording,
        [
          {
            comparison: { key: 'row-1', change: { kind: 'target', target: { kind: 'index', index: 2 } } },
            probability: 0.6,
          },
          {
            comparison: { key: 'row-2', change: { kind: 'layer', layer: '/layer2/layer2.1/relu2/Relu_output_0' } },
            probability: 0.9,
          },
          {
            comparison: {
              key: 'row-3',
              change: { kind: 'parameters', card: 'smoothgrad', parameters: { samples: 50 } },
            },
            probability: 0.9,
          },
          {
            comparison: { key: 'row-4', change: { kind: 'checkpoint', checkpoint: '/workspace/early_e02.onnx' } },
            probability: null,
          },
        ],
        [{ key: 'pin-1', method: 'grad-cam', question }],
      ),
  },
  { name: 'one-card', recording: () => withCards(1), play: playAll },
  { name: 'twenty-cards', recording: () => withCards(20), play: playAll },
  { name: 'two-pixels-high', recording: () => strip(96, 2), play: playAll },
  { name: 'panorama', recording: () => strip(960, 48), play: playAll },
  { name: 'portrait', recording: () => strip(60, 150), play: playAll },
  { name: 'one-class', recording: () => withClasses(1), play: playAll },
  {
    name: 'many-classes',
    recording: () => withClasses(21_000),
    play: async (opened, recording) => {
      await playAll(opened, recording);
      await opened.page.locator('[data-field="other-class"]').fill('animal 20');
    },
  },
  {
    name: 'enlarged',
    recording: starRecording,
    play: async (opened, recording) => {
      await playAll(opened, recording);
      await opened.page.locator('[data-method="smoothgrad"] [data-action="enlarge"]').click();
      await opened.page.locator('wl-detail [data-field="samples"] input').fill('50');
      await opened.page.locator('wl-detail canvas').hover({ position: { x: 60, y: 200 } });
    },
  },
];
