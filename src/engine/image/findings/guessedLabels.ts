/** Lists of names that many models share, by their number alone. A guess, and told as one. */

export interface LabelGuess {
  /** Null where only the list is known, not its names. */
  readonly names: readonly string[] | null;
  /** Why, to follow “guessed: ”, or a sentence where there are no names. */
  readonly why: string;
}

/** Lengths of lists whose names are too many to be built in. */
const larger: ReadonlyMap<number, string> = new Map([
  [10450, 'ImageNet-21K-P'],
  [11221, 'ImageNet-21K-P'],
  [21841, 'ImageNet-21k'],
  [21842, 'ImageNet-22k'],
  [21843, 'ImageNet-21k'],
  [22000, 'ImageNet-22k'],
  [18291, 'JFT-18k or ImageNet-21k'],
]);

/** What the number of classes suggests; null for most numbers. */
export async function guessedLabels(classes: number): Promise<LabelGuess | null> {
  const list = larger.get(classes);
  if (list !== undefined) {
    return { names: null, why: `The model has ${classes} classes, as many as ${list}, whose names are not built in.` };
  }
  if (classes !== 1000 && classes !== 1001) return null;
  const { imageNetNames } = await import('./imageNetNames');
  const nothing = 'and nothing names them';
  return classes === 1000
    ? { names: imageNetNames(), why: `the names of ImageNet, since there are 1000 classes ${nothing}` }
    : {
        names: ['background', ...imageNetNames()],
        why: `“background” and the names of ImageNet, since there are 1001 classes ${nothing}`,
      };
}
