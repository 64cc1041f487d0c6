import type { Kind, Memo } from '../memo/memo';
import type { RandomSource } from './method';
import { type RandomPosition, SeededSource } from './random';

interface Draws {
  readonly values: Float32Array;
  /** Where the source stands behind them. */
  readonly after: RandomPosition;
}

const draws: Kind<Draws> = { name: 'noise', bytes: ({ values }) => values.byteLength };

/**
 * The draws of a {@link SeededSource}, kept for the next run with the same seed: another class, or another checkpoint of the same image,
 * meets the same noise. Only the first draws of a long row are kept.
 */
export class KeptNoise implements RandomSource {
  private readonly source: SeededSource;
  private drawn = 0;

  constructor(
    private readonly seed: number,
    private readonly stream: string,
    private readonly memo: Memo,
  ) {
    this.source = new SeededSource(seed, stream);
  }

  normal(count: number, deviation: number): Float32Array {
    const key = JSON.stringify([this.seed, this.stream, this.drawn, count, deviation]);
    this.drawn += count;
    const known = this.memo.find(this.memo, draws, key);
    if (known) {
      this.source.position = known.after;
      return known.values;
    }
    const values = this.source.normal(count, deviation);
    const fits = this.drawn * Float32Array.BYTES_PER_ELEMENT <= this.memo.room;
    if (fits) this.memo.keep(this.memo, draws, key, { values, after: this.source.position });
    return values;
  }
}
