/** One run should take no longer: a cancellation is heard between two, and shall end what it cancels within 0.2 s. */
const runSeconds = 0.15;
const largest = 16;
/** What a forward and backward run costs, in forward runs, before one has been timed. */
const gradientCost = 3;
/** A batch twice as large must take at most this share of the time for each image, otherwise it is not worth its memory. */
const worthwhile = 0.95;
/** The first run of a size is slow for reasons that do not come back. */
const enoughRuns = 2;

/** Seconds for each image by batch length (rounded down to a power of two): the fastest run of each counts. */
class Curve {
  private readonly points = new Map<number, { seconds: number; runs: number }>();

  learn(images: number, seconds: number): void {
    const length = 2 ** Math.floor(Math.log2(images));
    const known = this.points.get(length);
    const each = Math.min(seconds / images, known?.seconds ?? Number.POSITIVE_INFINITY);
    this.points.set(length, { seconds: each, runs: (known?.runs ?? 0) + 1 });
  }

  get fastest(): number {
    return Math.min(...[...this.points.values()].map((point) => point.seconds));
  }

  /** The length that was fastest for each image, or the next one to try. */
  get length(): number {
    for (let length = 1; length < largest; length *= 2) {
      const here = this.points.get(length);
      const next = this.points.get(2 * length);
      if (!here || here.runs < enoughRuns) return length;
      if (!next) return 2 * length;
      if (next.runs >= enoughRuns && next.seconds > worthwhile * here.seconds) return length;
    }
    return largest;
  }
}

/** How many images a run holds: as many as make it faster for each image, by the runs so far. */
export class BatchSize {
  private readonly forward = new Curve();
  private readonly gradient = new Curve();

  /** @param room how many images there is memory for. */
  constructor(private readonly room: () => number) {}

  learn(images: number, seconds: number, withGradient: boolean): void {
    (withGradient ? this.gradient : this.forward).learn(images, seconds);
  }

  /** 1..16 images; sized for gradients, since methods that ask for them wait longest. */
  get value(): number {
    const timed = Number.isFinite(this.gradient.fastest);
    const { fastest, length } = timed ? this.gradient : this.forward;
    if (!Number.isFinite(fastest)) return 1;
    const byTime = Math.floor(runSeconds / (timed ? fastest : gradientCost * fastest));
    return Math.max(1, Math.min(this.room(), byTime, length));
  }
}
