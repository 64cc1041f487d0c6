/** What somebody does at a panel, step by step, with the engine that the extension has. */
import { join } from 'node:path';
import { methods } from '../../../src/engine/methods';
import { type CardRequest, cardFor } from '../../../src/shared/question/card';
import type { Question } from '../../../src/shared/question/question';
import { median } from '../measure';
import { EngineChild, type Heard } from './engineChild';

export const samples = join(__dirname, '../media/sample-workspace');

export interface Subject {
  readonly name: string;
  readonly checkpoint: string;
  readonly image: string;
  /** Four classes that differ. */
  readonly classes: readonly [number, number, number, number];
  /** Not the default one. */
  readonly layer: string;
}

export const subjects: readonly Subject[] = [
  {
    name: 'MobileNetV1 0.25, 224²',
    checkpoint: join(samples, 'imagenet/mobilenet_v1_025.onnx'),
    image: join(samples, 'imagenet/cat.png'),
    classes: [285, 281, 282, 287],
    layer: 'hardtanh_20',
  },
  {
    name: 'shapes ResNet, 96²',
    checkpoint: join(samples, 'shapes/last_e08.onnx'),
    image: join(samples, 'shapes/images/circle_watermark_0.png'),
    classes: [0, 3, 1, 2],
    layer: 'relu_8',
  },
];

const nine = methods.map(({ info }) => cardFor(info.id));
const withLayer = methods.filter(({ info }) => info.needsLayer).map(({ info }) => cardFor(info.id));

export interface Step {
  readonly what: string;
  /** Median seconds to the last drawn card. */
  readonly seconds: number;
  /** Median seconds of each method, where all nine ran. */
  readonly methods: Readonly<Record<string, number>>;
}

/** A second row of cards for another class, of a panel that has `own`. */
const row = (cards: readonly CardRequest[], question: Question): CardRequest[] =>
  cards.map((card) => ({ ...card, key: `row/${card.key}`, question }));

/** Each step of a session with one engine. */
async function session({ checkpoint, image, classes, layer }: Subject): Promise<{ what: string; heard: Heard }[]> {
  const engine = new EngineChild();
  const ask = (target: number): Question => ({
    checkpoint,
    image: { path: image },
    target: { kind: 'index', index: target },
  });
  const [first, second, third, fourth] = classes.map(ask) as [Question, Question, Question, Question];
  const steps: { what: string; heard: Heard }[] = [];
  const step = async (what: string, question: Question, cards: readonly CardRequest[]) =>
    steps.push({ what, heard: await engine.explain(question, cards) });
  try {
    await step('first explanation, engine started', first, nine);
    await step('another class', second, nine);
    await step('a third class', third, nine);
    await step('back to the first class', first, nine);
    await step('another layer, its three methods', { ...first, layer }, withLayer);
    await step('a fourth class', fourth, nine);
    await step('two classes in one run, both seen before', first, [...nine, ...row(nine, second)]);
  } finally {
    engine.end();
  }
  return steps;
}

const methodSeconds = ({ events }: Heard): Record<string, number> =>
  Object.fromEntries(
    events.flatMap(({ event }) =>
      event.kind === 'result' ? [[event.attribution.key, event.attribution.seconds]] : [],
    ),
  );

/** Medians of several sessions. */
export async function steps(subject: Subject, times = 3): Promise<Step[]> {
  const runs: Awaited<ReturnType<typeof session>>[] = [];
  for (let i = 0; i < times; i++) runs.push(await session(subject));
  return (runs[0] ?? []).map(({ what }, index) => {
    const heard = runs.flatMap((run) => run[index]?.heard ?? []);
    const each = heard.map(methodSeconds);
    const keys = Object.keys(each[0] ?? {});
    return {
      what,
      seconds: median(heard.map(({ seconds }) => seconds)),
      methods: Object.fromEntries(keys.map((key) => [key, median(each.map((one) => one[key] ?? Number.NaN))])),
    };
  });
}

/** Going through the epochs of a folder, back and forth, with two classes. */
export async function epochs(): Promise<Step[]> {
  const engine = new EngineChild();
  const files = ['early_e02.onnx', 'middle_e05.onnx', 'last_e08.onnx'].map((name) => join(samples, 'shapes', name));
  const image = { path: join(samples, 'shapes/images/circle_watermark_0.png') };
  const run = async (index: number): Promise<Heard> => {
    const [own, ...others] = files.map(
      (checkpoint): Question => ({ checkpoint, image, target: { kind: 'index', index } }),
    );
    if (!own) throw new Error('There are no epochs.');
    const rows = others.flatMap((question, i) => nine.map((card) => ({ ...card, key: `${i}/${card.key}`, question })));
    return engine.explain(own, [...nine, ...rows]);
  };
  const steps: Step[] = [];
  try {
    for (const [what, index] of [
      ['three epochs, engine started', 0],
      ['three epochs, another class', 3],
      ['three epochs, a third class', 1],
      ['three epochs, back to the first class', 0],
    ] as const) {
      const { seconds } = await run(index);
      steps.push({ what, seconds, methods: {} });
    }
  } finally {
    engine.end();
  }
  return steps;
}

/** The longest and the median time from a cancellation to the end of the run, at moments spread over a run. */
export async function cancellations(
  { checkpoint, image }: Subject,
  moments = 24,
): Promise<{ median: number; longest: number }> {
  const engine = new EngineChild();
  const ask = (index: number): Question => ({ checkpoint, image: { path: image }, target: { kind: 'index', index } });
  const times: number[] = [];
  try {
    const { seconds } = await engine.explain(ask(0), nine);
    for (let i = 0; i < moments; i++) {
      const cards = nine.map((card) => ({
        ...card,
        ...(card.method === 'occlusion' && { parameters: { patch: 'value', patchValue: i } }),
      }));
      const time = await engine.cancelled(ask(1 + (i % 5)), cards, (seconds * (i + 0.5)) / moments);
      if (time !== null) times.push(time);
    }
  } finally {
    engine.end();
  }
  return { median: median(times), longest: Math.max(...times) };
}
