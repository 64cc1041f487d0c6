import { assertInside, type ByteRange, type ByteSource } from './byteSource';

/** A file inside of another, such as an archive in an archive. */
export class RangeSource implements ByteSource {
  readonly name: string;
  readonly size: number;

  /** @param name for messages; that of the whole when absent. */
  constructor(
    readonly outer: ByteRange,
    name?: string,
  ) {
    assertInside(outer.source, outer.start, outer.end - outer.start);
    this.name = name ?? outer.source.name;
    this.size = outer.end - outer.start;
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(this, offset, length);
    return this.outer.source.read(this.outer.start + offset, length);
  }

  readInto(target: Uint8Array, offset: number): void {
    assertInside(this, offset, target.length);
    this.outer.source.readInto(target, this.outer.start + offset);
  }
}

/** The same bytes as a range of the outermost source, so that what lies in a file as it is can stay there. */
export function inOuter(range: ByteRange): ByteRange {
  let { source, start, end } = range;
  while (source instanceof RangeSource) {
    const { outer } = source;
    [source, start, end] = [outer.source, outer.start + start, outer.start + end];
  }
  return { source, start, end };
}
