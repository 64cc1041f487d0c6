import type { RandomSource } from './method';

/** 32-bit hash of a text (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** Where a {@link SeededSource} stands. */
export interface RandomPosition {
  readonly state: readonly [number, number, number, number];
  readonly spare: number | null;
}

/**
 * Normal draws that are the same on every machine for the same seed and stream.
 *
 * Generator: xoshiro128** 1.1 (Blackman and Vigna 2018, https://prng.di.unimi.it/), its state filled by a 32-bit SplitMix sequence; uniform
 * numbers have 53 bits; normal ones come from Marsaglia's polar method, which needs only square roots (exact by IEEE 754) and logarithms
 * (V8 computes them with its own fdlibm port).
 */
export class SeededSource implements RandomSource {
  // Four fields in place of an array: this is called millions of times.
  private s0 = 0;
  private s1 = 0;
  private s2 = 0;
  private s3 = 0;
  /** The polar method makes two draws at once. */
  private spare: number | null = null;

  /** @param stream separates sources of the same seed: each method has its own, so that its noise does not depend on what else runs. */
  constructor(seed: number, stream = '') {
    const mix = (): number => {
      mixed = (mixed + 0x9e3779b9) | 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    let mixed = (Math.trunc(seed) ^ Math.trunc(seed / 2 ** 32) ^ (stream === '' ? 0 : hash(stream))) | 0;
    this.s0 = mix();
    this.s1 = mix();
    this.s2 = mix();
    this.s3 = mix();
  }

  /** Where it stands: what it draws next depends on nothing else. */
  get position(): RandomPosition {
    const { s0, s1, s2, s3, spare } = this;
    return { state: [s0, s1, s2, s3], spare };
  }

  set position({ state, spare }: RandomPosition) {
    [this.s0, this.s1, this.s2, this.s3] = state;
    this.spare = spare;
  }

  normal(count: number, deviation: number): Float32Array {
    const draws = new Float32Array(count);
    for (let i = 0; i < count; i++) draws[i] = deviation * this.standardNormal();
    return draws;
  }

  /** 32 uniform bits, as an unsigned number. */
  next(): number {
    const { s1 } = this;
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const s2 = this.s2 ^ this.s0;
    const s3 = this.s3 ^ s1;
    this.s1 = s1 ^ s2;
    this.s0 ^= s3;
    this.s2 = s2 ^ (s1 << 9);
    this.s3 = rotate(s3, 11);
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
