import type { Explained } from '../../shared/protocol/protocol';
import { formatValue, percent } from '../../shared/words/summary';
import { figureStyles } from './figurePanel';
import { baseName, classTitle, imageName } from './provenance';
import { drawText, ellipsise, measureText, type TextStyle, wrapText } from './text';

/** Words of a figure, and the y at which they end. */
export interface Drawn {
  readonly svg: string;
  readonly bottom: number;
}

/** What a figure is about: the class, and what the model and its input are; of several questions what they have in common. */
export function drawHeading(all: readonly Explained[], margin: number, room: number): Drawn {
  const { heading, headingDetail, line, warning } = figureStyles;
  const [title, detail] = all.length === 1 ? ownTitle(all[0]!) : commonTitle(all);
  const shown = ellipsise(title, room - measureText(`  ${detail}`, headingDetail), heading);
  const parts = [
    drawText(shown, margin, margin + 22, heading),
    drawText(detail, margin + measureText(`${shown}  `, heading), margin + 22, headingDetail),
  ];
  let baseline = margin + 27;
  const add = (text: string, style: TextStyle): void => {
    for (const wrapped of wrapText(text, room, 2, style)) {
      baseline += 19;
      parts.push(drawText(wrapped, margin, baseline, style));
    }
  };
  for (const text of all.length === 1 ? ownLines(all[0]!) : commonLines(all)) add(text, line);
  for (const text of guesses(all)) add(text, warning);
  return { svg: parts.join(''), bottom: baseline + 24 };
}

/** What one row shows: checkpoint, class and probability, with what else is not the same in all rows; a rule above it. */
export function drawRowHeading(
  { image, prediction }: Explained,
  all: readonly Explained[],
  x: number,
  y: number,
  room: number,
): Drawn {
  const { title: style, detail } = figureStyles;
  const { target, top5, model, output } = prediction;
  const several = (of: (each: Explained) => unknown): boolean => new Set(all.map(of)).size > 1;
  const words = [
    ...(several((each) => imageName(each.image)) ? [imageName(image)] : []),
    baseName(model.path),
    classTitle(target),
  ];
  const others = top5.filter((score) => score.index !== target.index).slice(0, 3);
  const facts = [
    percent(target.probability),
    ...(several((each) => topFive(each)) && others.length > 0
      ? [`other classes: ${others.map((score) => `${classTitle(score)} ${percent(score.probability)}`).join(', ')}`]
      : []),
    ...(several((each) => each.prediction.layer?.name) && prediction.layer ? [`layer ${prediction.layer.name}`] : []),
    ...(output && several((each) => JSON.stringify(each.prediction.output?.selection)) ? [output.why] : []),
  ].join(' · ');
  const title = ellipsise(words.join(' · '), room * 0.75, style);
  const after = measureText(`${title}  `, style);
  const svg = [
    `<path d="M${x} ${y}h${room}" stroke="#c8ced6" stroke-width="1"/>`,
    drawText(title, x, y + 24, style),
    drawText(ellipsise(facts, room - after, detail), x + after, y + 24, { ...detail, size: 13 }),
  ];
  return { svg: svg.join(''), bottom: y + 36 };
}

function ownTitle({ prediction: { target } }: Explained): [title: string, detail: string] {
  return [classTitle(target), percent(target.probability)];
}

function ownLines({ prediction, image }: Explained): string[] {
  const { target, top5, model, input } = prediction;
  const others = top5.filter((score) => score.index !== target.index).slice(0, 4);
  return [
    [
      `class ${target.index}`,
      `logit ${formatValue(target.logit, 4)}`,
      ...(others.length > 0
        ? [`other classes: ${others.map((score) => `${classTitle(score)} ${percent(score.probability)}`).join(', ')}`]
        : []),
    ].join(' · '),
    [imageName(image), checkpointWords(model), inputWords(input)].join(' · '),
  ];
}

function commonTitle(all: readonly Explained[]): [title: string, detail: string] {
  const counts = [
    [new Set(all.map(({ prediction }) => prediction.model.path)).size, 'checkpoints'],
    [new Set(all.map(({ prediction }) => classTitle(prediction.target))).size, 'classes'],
    [new Set(all.map(({ image }) => imageName(image))).size, 'images'],
  ] as const;
  const compared = counts.filter(([count]) => count > 1).map(([count, what]) => `${count} ${what}`);
  const [own] = all;
  const [, classes, images] = counts;
  const title = classes[0] === 1 ? classTitle(own!.prediction.target) : images[0] === 1 ? imageName(own!.image) : '';
  const detail = compared.length > 0 ? compared.join(', ') : `${all.length} questions`;
  return title === '' ? [detail, ''] : [title, detail];
}

function commonLines(all: readonly Explained[]): string[] {
  const same = (words: (each: Explained) => string): string[] => {
    const said = new Set(all.map(words));
    return said.size === 1 ? [...said] : [];
  };
  const classes = new Set(all.map(({ prediction }) => classTitle(prediction.target)));
  const line = [
    // Where the classes differ, the image is the title.
    ...(classes.size > 1 ? [] : same(({ image }) => imageName(image))),
    ...same(({ prediction }) => checkpointWords(prediction.model)),
    ...same(({ prediction }) => inputWords(prediction.input)),
  ].join(' · ');
  return [line, ...same(topFive)].filter((text) => text !== '');
}

function topFive({ prediction }: Explained): string {
  return `most probable: ${prediction.top5.map((score) => `${classTitle(score)} ${percent(score.probability)}`).join(', ')}`;
}

function checkpointWords({ path, format }: Explained['prediction']['model']): string {
  return `checkpoint ${baseName(path)} (${format})`;
}

function inputWords({ size, preprocessing }: Explained['prediction']['input']): string {
  return `model input ${size.join(' × ')}${preprocessing ? `, preprocessing ${preprocessing.preset}` : ''}`;
}

/** Which preprocessing was guessed, for each checkpoint once. */
function guesses(all: readonly Explained[]): string[] {
  const guessed = all.filter(({ prediction }) => prediction.input.guessed);
  const one = new Set(all.map(({ prediction }) => prediction.model.path)).size === 1;
  const said = guessed.map(({ prediction: { input, model } }) =>
    one
      ? `The preprocessing was guessed, so the maps may mislead: ${input.how}`
      : `The preprocessing of ${baseName(model.path)} was guessed, so its maps may mislead: ${input.how}`,
  );
  return [...new Set(said)];
}
