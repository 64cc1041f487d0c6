/** What a file that may hold labels turned out to hold. */
export interface LabelCandidate {
  /** Without its folder. */
  readonly name: string;
  /** In class order. */
  readonly labels: readonly string[];
}

/** Names of text files that hold something else in nearly every project. */
const otherFiles = /^(readme|licen[cs]e|changelog|requirements.*|package(-lock)?|tsconfig|cmakelists|whylight|\..*)\b/i;
const likelyName = /label|class|name|synset|categor|config|words/i;

/** True for the name of a file that may hold labels. */
export function mayHoldLabels(name: string): boolean {
  return /\.(txt|json|csv|tsv|names|labels)$/i.test(name) && !otherFiles.test(name);
}

/**
 * The files worth listing: those with one label for each class first, then those that look like labels by their name though their number is
 * another one; among equals the likely names, then by name. A text of another length without such a name is some other file.
 *
 * @param classes of the model; undefined while that is not known.
 */
export function labelsToOffer<Candidate extends LabelCandidate>(
  candidates: readonly Candidate[],
  classes: number | undefined,
): (Candidate & { readonly fits: boolean })[] {
  return candidates
    .map((each) => ({ ...each, fits: classes === undefined || each.labels.length === classes }))
    .filter(({ name, fits }) => fits || likelyName.test(name))
    .sort(
      (left, right) =>
        Number(right.fits) - Number(left.fits) ||
        Number(likelyName.test(right.name)) - Number(likelyName.test(left.name)) ||
        left.name.localeCompare(right.name, 'en', { numeric: true }),
    );
}

/** The first few labels in one line. */
export function sampleOf(labels: readonly string[], count = 5): string {
  const shown = labels.slice(0, count).map((label) => (label.length > 24 ? `${label.slice(0, 23)}…` : label));
  return [...shown, ...(labels.length > count ? ['…'] : [])].join(', ');
}
