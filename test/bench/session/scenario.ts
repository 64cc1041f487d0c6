/** What somebody does at a panel, step by step, with the engine that the extension has. */
import { join } from 'node:path';
import { methods } from '../../../src/engine/methods';
import { type CardRequest, cardFor } from '../../../src/shared/question/card';
import type { Question } from '../../../src/shared/question/question';
import { median } from '../measure';
import { type ChildOptions, EngineChild, type Heard } from './engineChild';

export const samples = join(__dirname, '../media/sample-workspace');

export interface Subject {
  readonly name: string;
  readonly checkpoint: string;
  /** Side of its square input in pixels. */
  readonly side: number;
  readonly image: string;
  /** Another one. */
  readonly secondImage: string;
  /** Four classes that differ. */
  readonly classes: readonly [number, number, number, number];
  /** Not the default one. */
  readonly layer: string;
  /** Epochs of the same training, where there are some. */
  readonly epochs: readonly string[];
}

const inSamples = (name: string): string => join(samples, name);

export const mobilenet: Subject = {
  name: 'MobileNetV1 0.25, 224²',
  checkpoint: inSamples('imagenet/mobilenet_v1_025.onnx'),
  side: 224,
  image: inSamples('imagenet/cat.png'),
  secondImage: inSamples('imagenet/dog_cat.jpg'),
  classes: [285, 281, 282, 287],
  layer: 'hardtanh_20',
  epochs: [],
};

export const shapes: Subject = {
  name: 'shapes ResNet, 96²',
  checkpoint: inSamples('shapes/last_e08.onnx'),
  side: 96,
  image: inSamples('shapes/images/circle_watermark_0.png'),
  secondImage: inSamples('shapes/images/star_0.png'),
  classes: [0, 3, 1, 2],
  layer: 'relu_8',
  epochs: ['early_e02.onnx', 'middle_e05.onnx', 'last_e08.onnx'].map((name) => inSamples(`shapes/${name}`)),
};

const nine = methods.map(({ info }) => cardFor(info.id));
const withLayer = methods.filter(({ info }) => info.needsLayer).map(({ info }) => cardFor(info.id));

/** The same cards for another question. */
const row = (name: string, question: Question): CardRequest[] =>
  nine.map((card) => ({ ...card, key: `${name}/${card.key}`, question }));

interface Waited {
  readonly what: string;
  readonly seconds: number;
  /** Of each method, where all nine ran. */
  readonly methods: Readonly<Record<string, number>>;
}

/** One session with an engine of its own: how long each step took until its last card was there. */
async function session({ checkpoint, image, secondImage, classes, layer, epochs }: Subject, options: ChildOptions) {
  const engine = new EngineChild(options);
  const ask = (target: number, path = image): Question => ({
    checkpoint,
    image: { path },
    target: { kind: 'index', index: target },
  });
  const waited: Waited[] = [];
  const step = async (what: string, question: Question, cards: readonly CardRequest[]): Promise<Heard> => {
    const heard = await engine.explain(question, cards);
    waited.push({ what, seconds: heard.seconds, methods: methodSeconds(heard) });
    return heard;
  };
  const [first, second, third, fourth] = classes;
  try {
    await step('first explanation, engine started', ask(first), nine);
    await step('another class', ask(second), nine);
    await step('a third class', ask(third), nine);
    await step('back to the first class', ask(first), nine);
    await step('another layer, its three methods', { ...ask(first), layer }, withLayer);
    await step('a fourth class', ask(fourth), nine);
    const { events, seconds } = await engine.explain(ask(first, secondImage), [
      ...nine,
      ...row('row', ask(second, secondImage)),
    ]);
    const rows = events.filter(({ event }) => event.kind === 'prediction').map(({ at }) => at);
    const secondRow = rows[1] ?? Number.NaN;
    waited.push({ what: 'another image, two classes: the first row', seconds: secondRow, methods: {} });
    waited.push({ what: 'another image, two classes: the second row', seconds: seconds - secondRow, methods: {} });
    const [own, ...others] = epochs;
    for (const [i, target] of (own ? [first, second, third, first] : []).entries()) {
      const of = (epoch: string): Question => ({ ...ask(target), checkpoint: epoch });
      const cards = [...nine, ...others.flatMap((epoch, at) => row(`${at}`, of(epoch)))];
      const what = ['three epochs', 'another class', 'a third class', 'back to the first class'][i];
      const heard = await engine.explain(of(own ?? ''), cards);
      waited.push({ what: i === 0 ? `${what}` : `three epochs, ${what}`, seconds: heard.seconds, methods: {} });
    }
  } finally {
    engine.end();
  }
  return waited;
}

const methodSeconds = ({ events }: Heard): Record<string, number> =>
  Object.fromEntries(
    events.flatMap(({ event }) =>
      event.kind === 'result' ? [[event.attribution.key, event.attribution.seconds]] : [],
    ),
  );

/** Medians of several sessions with each engine, which take turns. */
export async function sessions(subject: Subject, engines: readonly ChildOptions[], times: number): Promise<Waited[][]> {
  const runs = engines.map((): Waited[][] => []);
  for (let i = 0; i < times; i++) {
    for (const [at, options] of engines.entries()) runs[at]?.push(await session(subject, options));
  }
  return runs.map(([first = [], ...others]) =>
    first.map((waited, step) => {
      const each = [waited, ...others.flatMap((run) => run[step] ?? [])];
      return {
        what: waited.what,
        seconds: median(each.map(({ seconds }) => seconds)),
        methods: Object.fromEntries(
          Object.keys(waited.methods).map((key) => [key, median(each.map((one) => one.methods[key] ?? Number.NaN))]),
        ),
      };
    }),
  );
}

/** Seconds from a cancellation to the end of the run, at moments spread over the second explanation of an image. */
export async function cancellations(
  { checkpoint, image, classes }: Pick<Subject, 'checkpoint' | 'image' | 'classes'>,
  moments: number,
  options: ChildOptions,
): Promise<number[]> {
  const engine = new EngineChild({ ...options, cpu: false });
  const ask = (index: number): Question => ({ checkpoint, image: { path: image }, target: { kind: 'index', index } });
  // A baseline that was not seen before, so that there is something to cancel.
  const cards = (value: number): CardRequest[] =>
    nine.map((card) =>
      card.method === 'occlusion' ? { ...card, parameters: { patch: 'value', patchValue: value } } : card,
    );
  const times: number[] = [];
  try {
    await engine.explain(ask(classes[0]), cards(0));
    const { seconds } = await engine.explain(ask(classes[1]), cards(1));
    for (let i = 0; i < moments; i++) {
      const time = await engine.cancelled(ask(classes[i % 4] ?? 0), cards(2 + i), (seconds * (i + 0.5)) / moments);
      if (time !== null) times.push(time);
    }
  } finally {
    engine.end();
  }
  return times;
}
