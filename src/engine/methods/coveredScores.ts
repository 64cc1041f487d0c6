/** What a model says of an image with a window of it covered. It says it of all classes at once, so that the next class need not ask again. */
import type { RawMap } from '../../shared/results/attribution';
import { type Batches, forEachBatch } from './batches';
import type { MethodContext } from './method';
import { type Scalar, scoreOf, scoresOfAll } from './score';

export interface Windows {
  /** Side of the square window in pixels. */
  readonly size: number;
  readonly tops: readonly number[];
  readonly lefts: readonly number[];
}

/** Which windows are covered, row by row, and with what. */
export interface Covered {
  readonly windows: Windows;
  /** One value a channel, in the units of the model's input. */
  readonly colour: Float64Array;
  readonly scalar: Scalar;
}

export interface ScoreListener {
  /** The explained class's score with this window covered. A score may be told twice. */
  take(window: number, score: number): void;
  /** The map of the first `done` windows. */
  partial(done: number): RawMap;
}

/** Covers a window of one image, in the model's layout. */
function cover(
  image: Float32Array,
  { input }: MethodContext,
  top: number,
  left: number,
  size: number,
  colour: Float64Array,
): void {
  const { width, height, channels, layout } = input;
  const right = Math.min(left + size, width);
  for (let c = 0; c < channels; c++) {
    const [pixel, offset] = layout === 'NHWC' ? [channels, c] : [1, c * width * height];
    for (let y = top; y < Math.min(top + size, height); y++) {
      for (let x = left; x < right; x++) image[offset + (y * width + x) * pixel] = colour[c]!;
    }
  }
}

/** The scores of all classes for the image itself. */
export function wholeScores(context: MethodContext, scalar: Scalar): Promise<Float32Array> {
  return context.once(JSON.stringify(['whole image', scalar]), async () =>
    scoresOfAll(await context.evaluate(context.image, { score: scoreOf(context, scalar) }), scalar, 0).slice(),
  );
}

/**
 * The classes whose scores are kept: all of them or, where windows × classes numbers are too many, those with the largest scores for the
 * whole image, as many as there is room for; null where not even one class fits.
 */
async function keptClasses(context: MethodContext, windows: number, scalar: Scalar): Promise<Uint32Array | null> {
  const fitting = Math.floor(context.room / (windows * Float32Array.BYTES_PER_ELEMENT));
  if (fitting < 1) return null;
  const all = Uint32Array.from({ length: context.classes }, (_, index) => index);
  if (fitting >= all.length) return all;
  const scores = await wholeScores(context, scalar);
  return all.sort((a, b) => scores[b]! - scores[a]!).slice(0, fitting);
}

/** Tells the score of the explained class with each window covered, in order. */
export async function forEachScore(context: MethodContext, covered: Covered, listener: ScoreListener): Promise<void> {
  const { windows, colour, scalar } = covered;
  const columns = windows.lefts.length;
  const count = windows.tops.length * columns;
  const batches = (take: Batches['take']): Batches => ({
    count,
    probes: { score: scoreOf(context, scalar) },
    fill(index, into) {
      into.set(context.image.data);
      const top = windows.tops[Math.floor(index / columns)]!;
      cover(into, context, top, windows.lefts[index % columns]!, windows.size, colour);
    },
    take(evaluation, first, size) {
      for (let i = 0; i < size; i++) listener.take(first + i, evaluation.score(i));
      take(evaluation, first, size);
    },
    partial: listener.partial,
  });

  const classes = await keptClasses(context, count, scalar);
  const column = classes?.indexOf(context.target) ?? -1;
  if (!classes || column < 0)
    return forEachBatch(
      context,
      batches(() => {}),
    );
  const key = JSON.stringify(['covered', windows, [...colour], scalar, classes.length]);
  const scores = await context.once(key, async () => {
    const made = new Float32Array(count * classes.length);
    await forEachBatch(
      context,
      batches((evaluation, first, size) => {
        for (let i = 0; i < size; i++) {
          const all = scoresOfAll(evaluation, scalar, i);
          const row = made.subarray((first + i) * classes.length, (first + i + 1) * classes.length);
          for (let at = 0; at < row.length; at++) row[at] = all[classes[at]!]!;
        }
      }),
    );
    return made;
  });
  for (let window = 0; window < count; window++) listener.take(window, scores[window * classes.length + column]!);
}
