import type { RandomSource } from './method';

/** 32-bit hash of a text (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * Normal draws that are the same on every machine for the same seed and stream.
 *
 * Generator: xoshiro128** 1.1 (Blackman and Vigna 2018, https://prng.di.unimi.it/), its state filled by a 32-bit SplitMix sequence; uniform
 * numbers have 53 bits; normal ones come from Marsaglia's polar method, which needs only square roots (exact by IEEE 754) and logarithms
 * (V8 computes them with its own fdlibm port).
 */
export class SeededSource implements RandomSource {
  private readonly state = new Int32Array(4);
  /** The polar method makes two draws at once. */
  private spare: number | null = null;

  /** @param stream separates sources of the same seed: each method has its own, so that its noise does not depend on what else runs. */
  constructor(seed: number, stream = '') {
    let mixed = (Math.trunc(seed) ^ Math.trunc(seed / 2 ** 32) ^ (stream === '' ? 0 : hash(stream))) | 0;
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) | 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.state[i] = z ^ (z >>> 16);
    }
  }

  normal(count: number, deviation: number): Float32Array {
    return Float32Array.from({ length: count }, () => deviation * this.standardNormal());
  }

  /** 32 uniform bits, as an unsigned number. */
  next(): number {
    const s = this.state;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    return ((this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6)) / 2 ** 53;
  }

  private standardNormal(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = v * factor;
      return u * factor;
    }
  }
}

/** Gives saved draws in their order, as they are: they have their standard deviation already. For tests. */
export class ReplaySource implements RandomSource {
  private at = 0;

  constructor(private readonly draws: Float32Array) {}

  /** Draws that nobody asked for. */
  get left(): number {
    return this.draws.length - this.at;
  }

  normal(count: number): Float32Array {
    if (count > this.left) throw new RangeError(`${count} draws are wanted and ${this.left} are left.`);
    this.at += count;
    return this.draws.slice(this.at - count, this.at);
  }
}
