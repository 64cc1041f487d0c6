import type { OutputSelection } from './output';
import type { Preprocessing } from './preprocessing';
import type { TargetRequest } from './target';

/** An image as the engine gets it: its path, or its bytes where it is not a file on this disk. */
export type ImageSource = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };
/** `auto`, or the id of one of the runtimes that the engine is composed of; the engine checks it. */
export type RuntimeChoice = string;

/**
 * What is asked of a model. Everything that changes the answer is in here, and everything that asks for one (an explanation, a health
 * check, a panel, the command line) holds one of these.
 *
 * `Image` is how the image is named: {@link ImageSource} for the engine, a Uri as text for the extension and its page.
 */
export interface Question<Image = ImageSource> {
  /** Absolute path of the checkpoint. */
  readonly checkpoint: string;
  readonly image: Image;
  readonly target: TargetRequest;
  /** Layer of the class activation maps; the model's default one when absent. */
  readonly layer?: string;
  /** Overrides what is found in and beside the checkpoint. */
  readonly preprocessing?: Preprocessing;
  /** Name of the value that is explained; overrides what is found in and beside the checkpoint. */
  readonly logits?: string;
  /** Of a model that gives several answers for an image: which is explained. One that is likely meant, when absent. */
  readonly output?: OutputSelection;
  /** `auto` when absent. */
  readonly runtime?: RuntimeChoice;
}

/** The part of a question that decides how its checkpoint is opened. */
export type OpenOptions = Pick<Question, 'preprocessing' | 'logits' | 'runtime'>;

/** True when the answer to one question is the answer to the other. Images are compared by their names, or by name and bytes. */
export function sameQuestion<Image extends string | ImageSource>(a: Question<Image>, b: Question<Image>): boolean {
  const { image: left, ...askedLeft } = a;
  const { image: right, ...askedRight } = b;
  return sameImage(left, right) && canonical(askedLeft) === canonical(askedRight);
}

export function sameImage(a: string | ImageSource, b: string | ImageSource): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if ('path' in a || 'path' in b) return 'path' in a && 'path' in b && a.path === b.path;
  return a.name === b.name && sameBytes(a.bytes, b.bytes);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]));
}

/** One text for equal values: fields in the order of their names, without those that are undefined. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  );
}
