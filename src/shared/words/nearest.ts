/** Levenshtein distance between two strings. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The names most like the given one, most alike first; names that contain it come before the others. */
export function nearest(name: string, names: readonly string[], count = 3): string[] {
  const wanted = name.toLowerCase();
  const cost = (each: string): number => {
    const lower = each.toLowerCase();
    return lower.includes(wanted) ? lower.length - wanted.length - 1000 : distance(wanted, lower);
  };
  // Of equally many edits, a wrong letter is likelier than a missing one: relu_3 before relu_12 for relu_2.
  const stretch = (each: string): number => Math.abs(each.length - wanted.length);
  return names
    .map((each) => ({ each, cost: cost(each), stretch: stretch(each) }))
    .sort((a, b) => a.cost - b.cost || a.stretch - b.stretch)
    .slice(0, count)
    .map(({ each }) => each);
}

/** Names for a sentence: “a”, “b”. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `“${name}”`).join(', ');
}
