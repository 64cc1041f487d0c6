/** Judges a gradient by differences of a function of one number, t ↦ v · f(x + t·d), around t = 0. */

export interface Sample {
  /** v · f. */
  readonly value: number;
  /** ‖v ⊙ f‖: what the rounding of `value` is relative to, its terms being rounded each by itself. */
  readonly size: number;
}

export interface Precision {
  /** Relative rounding of one number. */
  readonly ulp: number;
  /** Tried in this order. */
  readonly steps: readonly number[];
  /** Largest difference between two slopes, relative to Σ |g ⊙ d|; rounding comes on top. */
  readonly tolerance: number;
}

/**
 * What is left out at the first step is about step⁴. float64: rules hold constants such as 1/n in float32. float32: 0.1⁴, the
 * first step being for functions that are nearly linear.
 */
export const precisions = {
  float64: { ulp: 2 ** -52, steps: [1e-3, 1e-4, 1e-5, 1e-6], tolerance: 1e-6 },
  float32: { ulp: 2 ** -23, steps: [0.3, 0.1, 0.03, 0.01, 0.003], tolerance: 1e-4 },
} as const satisfies Readonly<Record<string, Precision>>;

export interface Claim {
  /** g · d: what the gradient says the slope is. */
  readonly slope: number;
  /** Σ |g ⊙ d|. */
  readonly size: number;
  /** ‖g ⊙ x‖: what the rounding of x makes of the function is relative to. */
  readonly reach: number;
}

export type Verdict = 'agrees' | 'wrong' | 'not smooth';

/** A few roundings inside of the function, and what differences make of them. */
export const roundings = 16;

/**
 * 'agrees': at one of the steps the difference of fourth order (Richardson's, of two central ones) is the slope that is claimed. 'wrong':
 * the function has a slope, and another one. 'not smooth': it has none, because at the smallest step the slopes on both sides differ, or
 * are not finite, or have grown with the inverse of the step, as beside a jump.
 */
export async function judge(
  at: (t: number) => Promise<Sample>,
  claim: Claim,
  { ulp, steps, tolerance }: Precision,
): Promise<{ readonly verdict: Verdict; readonly slope: number }> {
  const here = await at(0);
  const known = (size: number) => (Number.isFinite(size) ? size : 0);
  let slope = Number.NaN;
  let smooth = false;
  for (const step of steps) {
    const before = slope;
    const [left, right] = [await side(at, here, -step), await side(at, here, step)];
    slope = (4 * (right.near + left.near) - (right.far + left.far)) / 6;
    const rounding = (roundings * ulp * (here.size + known(claim.reach))) / step;
    const allowed = tolerance * Math.max(known(claim.size), Math.abs(slope)) + rounding;
    if (Math.abs(slope - claim.slope) <= allowed) return { verdict: 'agrees', slope };
    const same = (a: number, b: number) => Math.abs(a - b) <= 1e-2 * Math.abs(slope) + 10 * allowed;
    smooth = same(left.slope, right.slope) && same(before, slope);
  }
  return { verdict: smooth ? 'wrong' : 'not smooth', slope };
}

/** Slopes of the chords to t and t / 2, and what they tend to. */
async function side(at: (t: number) => Promise<Sample>, here: Sample, t: number) {
  const [near, far] = [((await at(t / 2)).value - here.value) / (t / 2), ((await at(t)).value - here.value) / t];
  return { near, far, slope: 2 * near - far };
}
