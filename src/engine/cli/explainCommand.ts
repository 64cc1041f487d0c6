import { basename, join, resolve } from 'node:path';
import { WhylightError } from '../../shared/errors';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { ImageSource } from '../../shared/question/question';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import type { Finding } from '../../shared/results/health';
import { folderNames } from '../../shared/words/folderName';
import { plainMessage, plainName } from '../../shared/words/plainText';
import { writeFiles } from '../export';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Engine } from '../service/engine';
import type { ExplainArguments } from './arguments';
import { sentenceFor } from './failure';
import { imageOf, readInput } from './inputFile';
import { complain, print, printJson } from './output';
import { Progress } from './progress';
import { table } from './table';

interface Finished {
  readonly prediction: Prediction;
  readonly attributions: readonly Attribution[];
  readonly failures: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** Runs one explanation and collects what it tells. */
async function collect(
  engine: Engine,
  args: ExplainArguments,
  image: ImageSource,
  input: FloatTensor | undefined,
  title: string,
): Promise<Finished> {
  const progress = new Progress();
  const attributions: Attribution[] = [];
  const failures = new Map<string, string>();
  let prediction: Prediction | undefined;
  let findings: readonly Finding[] = [];
  const hear = (event: ExplainEvent): void => {
    if (event.kind === 'prediction') prediction = event.prediction;
    if (event.kind === 'result') attributions.push(event.attribution);
    if (event.kind === 'failed') failures.set(event.method, event.message);
    if (event.kind === 'findings') findings = event.findings;
    if (event.kind === 'stage') progress.show(`${title}: ${event.text}`);
    if (event.kind === 'started') progress.show(`${title}: ${event.method}`);
    if (event.kind === 'progress') progress.show(`${title}: ${event.method} ${event.done}/${event.total}`);
  };
  const { methods, seed } = args;
  const params = { id: title, question: { ...args.question, image }, methods, seed };
  try {
    await engine.explain(params, hear, new AbortController().signal, input);
  } finally {
    progress.clear();
  }
  if (!prediction) throw new Error('The explanation ended without a prediction.');
  const order = methods.map((method) => method.id);
  attributions.sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
  return { prediction, attributions, failures, findings };
}

const percent = (probability: number): string =>
  Number.isFinite(probability) ? `${(probability * 100).toFixed(1)} %` : '– %';
const cost = ({ forward, gradient }: Attribution['evaluations']): string =>
  [forward > 0 ? `${forward} forward` : '', gradient > 0 ? `${gradient} gradient` : ''].filter(Boolean).join(' + ') ||
  'shared pass';

function report(title: string, folder: string, { prediction, attributions, findings }: Finished): string {
  const { target, top5, layer, input } = prediction;
  const name = (label: string | null, index: number): string =>
    label === null ? `class ${index}` : `${plainName(label)} (${index})`;
  return [
    `${title}: explaining ${name(target.label, target.index)}, ${percent(target.probability)}; top 5: ${top5
      .map((score) => `${name(score.label, score.index)} ${percent(score.probability)}`)
      .join(', ')}`,
    `  input ${input.size.join('×')}, preprocessing ${input.how}${layer ? `; layer ${plainName(layer.name)}` : ''}`,
    ...prediction.notes.map((note) => `  note: ${plainMessage(note)}`),
    ...findings.map(({ severity, sentence }) => `  ${severity}: ${plainMessage(sentence)}`),
    table(
      attributions.map((each) => [
        each.method,
        `${each.seconds.toFixed(2)} s`,
        cost(each.evaluations),
        join(folder, `${each.method}.png`),
      ]),
      '  ',
    ),
    ...attributions.flatMap((each) => each.notes.map((note) => `  ${each.method}: ${plainMessage(note)}`)),
    `  ${join(folder, 'figure.png')}`,
  ].join('\n');
}

/** `whylight explain`. Answers the exit code: 1 when an image or a method failed; the others are still written. */
export async function explainCommand(engine: Engine, args: ExplainArguments): Promise<number> {
  const input = args.input === undefined ? undefined : await readInput(args.input);
  const names = args.images.length > 0 ? args.images : [args.input ?? ''];
  const folders = folderNames(names.map((name) => basename(name)));
  let code = 0;
  const fail = (sentence: string): void => {
    complain(sentence);
    code = 1;
  };
  for (const [i, name] of names.entries()) {
    const title = plainName(basename(name));
    try {
      const image: ImageSource =
        input && args.images.length === 0 ? await imageOf(input, name) : { path: resolve(name) };
      const finished = await collect(engine, args, image, input, title);
      for (const [method, message] of finished.failures) fail(`${title}: ${method}: ${message}`);
      const { pixels: _, ...prediction } = finished.prediction;
      const files = await engine.encode({
        image,
        prediction,
        attributions: finished.attributions,
        findings: finished.findings,
        display: defaultDisplay,
        seed: args.seed,
      });
      const folder = join(args.out, folders[i] ?? title);
      await writeFiles(folder, files);
      const result = files.find((file) => file.name === 'result.json');
      if (args.json && result) {
        printJson(JSON.parse(Buffer.from(result.bytes).toString('utf8')));
      } else {
        print(report(title, folder, finished));
      }
    } catch (error) {
      if (!(error instanceof WhylightError) || error.kind === 'usage') throw error;
      fail(names.length > 1 ? `${title}: ${sentenceFor(error)}` : sentenceFor(error));
      // The checkpoint is the same for every image, so the others would fail in the same way.
      if (error.kind === 'checkpoint' || error.kind === 'unsupported-operator' || error.kind === 'runtime') break;
    }
  }
  return code;
}
