import { basename, join, resolve } from 'node:path';
import { WhylightError } from '../../shared/errors';
import type { EncodedFile, Explained } from '../../shared/protocol/protocol';
import type { ImageSource } from '../../shared/question/question';
import { defaultDisplay } from '../../shared/rendering/display';
import type { Attribution } from '../../shared/results/attribution';
import { folderNames } from '../../shared/words/folderName';
import { plainMessage, plainName } from '../../shared/words/plainText';
import { percent } from '../../shared/words/summary';
import { writeFiles } from '../export';
import type { Engine } from '../service/engine';
import type { ExplainArguments } from './arguments';
import { type ExplainedImage, explainImage } from './explainImage';
import { sentenceFor } from './failure';
import { imageOf, readInput } from './inputFile';
import { complain, print, printJson } from './output';
import { Progress } from './progress';
import { checkpointsOf, rowsOf } from './rows';
import { table } from './table';

const cost = ({ forward, gradient }: Attribution['evaluations']): string =>
  [forward > 0 ? `${forward} forward` : '', gradient > 0 ? `${gradient} gradient` : ''].filter(Boolean).join(' + ') ||
  'shared pass';

/** @param overlays names of the overlays' files. */
function report(
  title: string,
  folder: string,
  { prediction, attributions, findings = [] }: Explained,
  overlays: readonly string[],
): string[] {
  const { target, top5, layer, input, labelsHow, labelsGuessed = false } = prediction;
  const name = (label: string | null, index: number): string =>
    label === null ? `class ${index}` : `${plainName(label)} (${index})`;
  return [
    `${title}: explaining ${name(target.label, target.index)}, ${percent(target.probability)}; top 5: ${top5
      .map((score) => `${name(score.label, score.index)} ${percent(score.probability)}`)
      .join(', ')}`,
    `  input ${input.size.join('×')}, preprocessing ${input.how}${layer ? `; layer ${plainName(layer.name)}` : ''}`,
    ...(labelsGuessed ? [`  labels ${plainMessage(labelsHow ?? '')}`] : []),
    ...prediction.notes.map((note) => `  note: ${plainMessage(note)}`),
    ...findings.map(({ severity, sentence }) => `  ${severity}: ${plainMessage(sentence)}`),
    table(
      attributions.map((each, i) => [
        each.method,
        `${each.seconds.toFixed(2)} s`,
        cost(each.evaluations),
        join(folder, overlays[i] ?? ''),
      ]),
      '  ',
    ),
    ...attributions.flatMap((each) => each.notes.map((note) => `  ${each.method}: ${plainMessage(note)}`)),
  ];
}

function reportAll(
  title: string,
  folder: string,
  { rows, note }: ExplainedImage,
  files: readonly EncodedFile[],
): string {
  // Overlays and raw maps take turns.
  const overlays = files.filter((_, i) => i % 2 === 0).map(({ name }) => name);
  let first = 0;
  return [
    ...(note === null ? [] : [`${title}: ${plainMessage(note)}`]),
    ...rows.flatMap(({ row, explained }) => {
      const own = overlays.slice(first, first + explained.attributions.length);
      first += explained.attributions.length;
      const rowTitle = rows.length > 1 ? `${title}, ${plainName(row.title)}` : title;
      return report(rowTitle, folder, explained, own);
    }),
    `  ${join(folder, 'figure.png')}`,
  ].join('\n');
}

async function encode(
  engine: Engine,
  { view, scale, longestSide, format, seed }: ExplainArguments,
  title: string,
  { rows }: ExplainedImage,
): Promise<readonly EncodedFile[]> {
  const [own, ...others] = rows.map(({ explained }) => explained);
  const display = { ...defaultDisplay, view, scale: scale ?? (others.length > 0 ? 'shared' : 'own') } as const;
  const progress = new Progress();
  try {
    return await engine.encode(
      {
        ...own!,
        ...(others.length > 0 && { others }),
        display,
        seed,
        ...(longestSide !== undefined && { longestSide }),
        format,
      },
      undefined,
      (done, total) => progress.show(`${title}: file ${done}/${total}`),
    );
  } finally {
    progress.clear();
  }
}

/** `whylight explain`. Answers the exit code: 1 when an image, a row or a method failed; the others are still written. */
export async function explainCommand(engine: Engine, args: ExplainArguments): Promise<number> {
  const input = args.input === undefined ? undefined : await readInput(args.input);
  const checkpoints = checkpointsOf(args.models);
  const names = args.images.length > 0 ? args.images : [args.input ?? ''];
  const folders = folderNames(names.map((name) => basename(name)));
  // Too many rows are wrong usage, to be told before anything runs.
  rowsOf(checkpoints, args.targets ?? [{ kind: 'top1' }], args.question, { path: '' });
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
      const explained = await explainImage({ engine, args, checkpoints, image, input, title, fail });
      const files = await encode(engine, args, title, explained);
      const folder = join(args.out, folders[i] ?? title);
      await writeFiles(folder, files);
      const result = files.find((file) => file.name === 'result.json');
      if (args.json && result) {
        printJson(JSON.parse(Buffer.from(result.bytes).toString('utf8')));
      } else {
        print(reportAll(title, folder, explained, files));
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
