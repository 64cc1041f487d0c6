import type { Interpolation, Preprocessing, PreprocessingSpec } from '../../../shared/question/preprocessing';

/** A preprocessing found somewhere, not yet bound to the model's input. */
export interface FoundSpec {
  readonly spec: PreprocessingSpec;
  /** Continues "from …". */
  readonly how: string;
  /** What could not be taken over as it stands, one sentence each. */
  readonly notes: readonly string[];
}

/** The fields that every complete specification has; width, height and shorterSide may be added. */
export type SpecFields = Omit<Preprocessing, 'preset' | 'width' | 'height'> & {
  readonly width?: number;
  readonly height?: number;
};

export const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Pillow's resampling codes. */
const pillowFilters: Readonly<Record<number, Interpolation>> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'bilinear',
  3: 'bicubic',
};

const filterNames: Readonly<Record<string, Interpolation>> = {
  nearest: 'nearest',
  bilinear: 'bilinear',
  linear: 'bilinear',
  bicubic: 'bicubic',
  cubic: 'bicubic',
  lanczos: 'lanczos3',
  lanczos3: 'lanczos3',
};

/** The interpolation that a file names by word or by Pillow's code; bilinear with a note when it is not known, bilinear when it is not stated. */
export function interpolationOf(value: unknown, notes: string[]): Interpolation {
  if (value === undefined || value === null) return 'bilinear';
  const known =
    typeof value === 'number'
      ? pillowFilters[value]
      : typeof value === 'string'
        ? filterNames[value.toLowerCase()]
        : undefined;
  if (known) return known;
  notes.push(`Its interpolation ${JSON.stringify(value)} is not known; bilinear is used.`);
  return 'bilinear';
}

/** A list of 1 or 3 finite numbers, or null. One number counts for every channel. */
export function channelNumbers(value: unknown, channels: number): readonly number[] | null {
  const list = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'number' && Number.isFinite(each))) return null;
  if (list.length === channels) return list;
  return list.length === 1 ? Array(channels).fill(list[0]) : null;
}

/** Positive whole number, or undefined. */
export function lengthOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
