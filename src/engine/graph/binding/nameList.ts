/** Part of a list: the names on the left, this one, those on the right. */
interface Part {
  readonly left: Part | null;
  readonly name: string;
  readonly right: Part | null;
  readonly length: number;
}

const lengthOf = (part: Part | null): number => part?.length ?? 0;

function part(left: Part | null, name: string, right: Part | null): Part {
  return { left, name, right, length: lengthOf(left) + 1 + lengthOf(right) };
}

/** One side may be this many times as long as the other (Adams 1993, weight-balanced trees, with parameters that hold for erasing too). */
const slack = 3;
/** A side that is too long is turned once when its inner part is less than this many times its outer one, otherwise twice. */
const turnOnce = 2;

/** The same list with its sides in balance, when one of them is out of it by one name. */
function balanced(left: Part | null, name: string, right: Part | null): Part {
  const weights = [lengthOf(left) + 1, lengthOf(right) + 1] as const;
  if (right && weights[1] > slack * weights[0]) {
    const { left: inner, right: outer } = right;
    if (!inner || lengthOf(inner) + 1 < turnOnce * (lengthOf(outer) + 1))
      return part(part(left, name, inner), right.name, outer);
    return part(part(left, name, inner.left), inner.name, part(inner.right, right.name, outer));
  }
  if (left && weights[0] > slack * weights[1]) {
    const { left: outer, right: inner } = left;
    if (!inner || lengthOf(inner) + 1 < turnOnce * (lengthOf(outer) + 1))
      return part(outer, left.name, part(inner, name, right));
    return part(part(outer, left.name, inner.left), inner.name, part(inner.right, name, right));
  }
  return part(left, name, right);
}

function build(names: readonly string[], from: number, to: number): Part | null {
  if (from >= to) return null;
  const middle = (from + to) >> 1;
  return part(build(names, from, middle), names[middle] as string, build(names, middle + 1, to));
}

function insert(into: Part | null, index: number, name: string): Part {
  if (!into) return part(null, name, null);
  const place = lengthOf(into.left);
  return index <= place
    ? balanced(insert(into.left, index, name), into.name, into.right)
    : balanced(into.left, into.name, insert(into.right, index - place - 1, name));
}

function erase(from: Part, index: number): Part | null {
  const place = lengthOf(from.left);
  if (index < place) return balanced(erase(from.left as Part, index), from.name, from.right);
  if (index > place) return balanced(from.left, from.name, erase(from.right as Part, index - place - 1));
  if (!from.left || !from.right) return from.left ?? from.right;
  let next = from.right;
  while (next.left) next = next.left;
  return balanced(from.left, next.name, erase(from.right, 0));
}

/**
 * A list of names that stays as it is: one with a name more or less is another list, which shares nearly all of it. Making one takes steps
 * in proportion to the logarithm of the length, so that a sequence may grow by one node after the other.
 */
export class NameList {
  private constructor(private readonly root: Part | null) {}

  static of(names: readonly string[]): NameList {
    return new NameList(build(names, 0, names.length));
  }

  get length(): number {
    return lengthOf(this.root);
  }

  /** The name at a place from 0 on; undefined where there is none. */
  at(index: number): string | undefined {
    let within = this.root;
    let place = index;
    while (within) {
      const own = lengthOf(within.left);
      if (place === own) return within.name;
      within = place < own ? within.left : within.right;
      if (place > own) place -= own + 1;
    }
    return undefined;
  }

  /** With `name` at a place from 0 to the length. */
  with(index: number, name: string): NameList {
    return new NameList(insert(this.root, index, name));
  }

  /** Without the name at a place that there is. */
  without(index: number): NameList {
    return new NameList(this.root && erase(this.root, index));
  }

  /** All names, in order. */
  names(): string[] {
    const names: string[] = [];
    const visit = (each: Part | null): void => {
      if (!each) return;
      visit(each.left);
      names.push(each.name);
      visit(each.right);
    };
    visit(this.root);
    return names;
  }
}
