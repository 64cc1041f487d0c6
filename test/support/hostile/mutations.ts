/** Changes of a file's bytes as accidents and ill will make them, each of which follows from its seed. */

/** Integers below a limit, the same for the same seed (xorshift32). */
export function integers(seed: number): (limit: number) => number {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return limit > 0 ? state % limit : 0;
  };
}

type Below = (limit: number) => number;
type Mutation = (bytes: Uint8Array, below: Below, other: Uint8Array) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Varints of 1, of more than the file, of 2^31, 2^53 and −1. */
const extremes = [
  [0x01],
  [0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

/** Where the small messages of a file lie densest: its first and its last thousand bytes, or anywhere. */
function place({ length }: Uint8Array, below: Below): number {
  const near = Math.min(1000, length);
  return [below(near), length - 1 - below(near), below(length)][below(3)] ?? 0;
}

const kinds: readonly Mutation[] = [
  // Bits turned over.
  (bytes, below) => {
    const result = bytes.slice();
    for (let count = 1 + below(8); count > 0; count--) {
      const at = place(bytes, below);
      result[at] = (result[at] ?? 0) ^ (1 << below(8));
    }
    return result;
  },
  // A number put over another.
  (bytes, below) => {
    const result = bytes.slice();
    const extreme = extremes[below(extremes.length)] ?? [];
    result.set(extreme, Math.min(place(bytes, below), bytes.length - extreme.length));
    return result;
  },
  // A number put in.
  (bytes, below) => {
    const at = place(bytes, below);
    return joined(bytes.subarray(0, at), Uint8Array.from(extremes[below(extremes.length)] ?? []), bytes.subarray(at));
  },
  // Cut short.
  (bytes, below) => bytes.slice(0, place(bytes, below)),
  // A piece taken out.
  (bytes, below) => {
    const at = place(bytes, below);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + below(64)));
  },
  // A piece said twice.
  (bytes, below) => {
    const [at, length] = [place(bytes, below), 1 + below(256)];
    return joined(bytes.subarray(0, at + length), bytes.subarray(at));
  },
  // A piece of another file.
  (bytes, below, other) => {
    const [at, from, length] = [place(bytes, below), place(other, below), 1 + below(256)];
    return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at + length));
  },
  // All of one value for a while.
  (bytes, below) => {
    const at = place(bytes, below);
    return bytes.slice().fill([0, 0xff, 0x0a, 0x7f][below(4)] ?? 0, at, at + 1 + below(40));
  },
  // Letters of names exchanged: values, operators and attributes that are others then.
  (bytes, below) => {
    const result = bytes.slice();
    for (let count = 1 + below(20); count > 0; count--) {
      const [a, b] = [place(bytes, below), place(bytes, below)];
      const isLetter = (at: number) => /\w/.test(String.fromCharCode(result[at] ?? 0));
      if (isLetter(a) && isLetter(b)) [result[a], result[b]] = [result[b] ?? 0, result[a] ?? 0];
    }
    return result;
  },
];

/** The file as mutation `seed` leaves it. */
export function mutated(bytes: Uint8Array, seed: number, other: Uint8Array): Uint8Array {
  return (kinds[seed % kinds.length] as Mutation)(bytes, integers(seed), other);
}
