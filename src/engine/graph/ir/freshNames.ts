/** Names that are in use, and new ones beside them. */
export class FreshNames {
  private readonly taken: Set<string>;
  /** The first number that may be free behind a name. */
  private readonly next = new Map<string, number>();

  /**
   * @param taken names in use from the start.
   * @param numbered a name with a number behind it, from 2 on, for a name that is taken.
   */
  constructor(
    taken: Iterable<string> = [],
    private readonly numbered: (name: string, number: number) => string = (name, number) => `${name}_${number}`,
  ) {
    this.taken = new Set(taken);
  }

  /** The name itself when it is free, otherwise with the first number that makes it so. It is taken from then on. */
  take(name: string): string {
    let fresh = name;
    let number = this.next.get(name) ?? 2;
    // Names are never given back: numbers that were tried once need not be tried again.
    for (; this.taken.has(fresh); number++) fresh = this.numbered(name, number);
    if (fresh !== name) this.next.set(name, number);
    this.taken.add(fresh);
    return fresh;
  }
}
