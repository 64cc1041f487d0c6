import { basename, join, resolve } from 'node:path';
import { WhylightError } from '../../shared/errors';
import {
  attributionsOf,
  type Explanation,
  type ExplanationEvent,
  emptyExplanation,
  shownAnswer,
} from '../../shared/explanation/explanation';
import { reduceExplanation } from '../../shared/explanation/reduce';
import type { EncodeParams } from '../../shared/protocol/protocol';
import type { ImageSource } from '../../shared/question/question';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import { folderNames } from '../../shared/words/folderName';
import { plainMessage, plainName } from '../../shared/words/plainText';
import { percent } from '../../shared/words/summary';
import { writeFiles } from '../export';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Engine } from '../service/engine';
import type { ExplainArguments } from './arguments';
import { sentenceFor } from './failure';
import { imageOf, readInput } from './inputFile';
import { complain, print, printJson } from './output';
import { Progress } from './progress';
import { table } from './table';

/** Runs one explanation to its end. */
async function run(
  engine: Engine,
  args: ExplainArguments,
  image: ImageSource,
  input: FloatTensor | undefined,
  title: string,
): Promise<Explanation<ImageSource>> {
  const progress = new Progress();
  const { cards, seed } = args;
  const question = { ...args.question, image };
  const keys = cards.map(({ key }) => key);
  let explanation = emptyExplanation<ImageSource>(question, cards);
  const hear = (event: ExplanationEvent<ImageSource>): void => {
    explanation = reduceExplanation(explanation, event);
    if (event.kind === 'stage') progress.show(`${title}: ${event.text}`);
    if (event.kind === 'started') progress.show(`${title}: ${event.key}`);
    if (event.kind === 'progress') progress.show(`${title}: ${event.key} ${event.done}/${event.total}`);
  };
  hear({ kind: 'run', id: title, question, cards, keys });
  try {
    await engine.explain({ id: title, question, cards, seed }, hear, new AbortController().signal, input);
  } finally {
    progress.clear();
  }
  return explanation;
}

type Reported = Pick<EncodeParams, 'prediction' | 'attributions' | 'findings'>;

const cost = ({ forward, gradient }: Attribution['evaluations']): string =>
  [forward > 0 ? `${forward} forward` : '', gradient > 0 ? `${gradient} gradient` : ''].filter(Boolean).join(' + ') ||
  'shared pass';

function report(title: string, folder: string, { prediction, attributions, findings = [] }: Reported): string {
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
      const explanation = await run(engine, args, image, input, title);
      const answer = shownAnswer(explanation);
      if (!answer) throw new Error('The explanation ended without a prediction.');
      for (const { request, failure } of explanation.cards) {
        if (failure !== null) fail(`${title}: ${request.key}: ${failure}`);
      }
      const { pixels: _, ...prediction } = answer.prediction;
      const results = { prediction, attributions: attributionsOf(explanation), findings: answer.findings };
      const files = await engine.encode({ image, ...results, display: defaultDisplay, seed: args.seed });
      const folder = join(args.out, folders[i] ?? title);
      await writeFiles(folder, files);
      const result = files.find((file) => file.name === 'result.json');
      if (args.json && result) {
        printJson(JSON.parse(Buffer.from(result.bytes).toString('utf8')));
      } else {
        print(report(title, folder, results));
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
