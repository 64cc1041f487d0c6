/** Between the model's layout and maps: channels last, reduced, scaled. */
import type { ParameterInfo, RawMap } from '../../shared/results/attribution';
import type { ModelInput } from '../model/evaluation/model';

/**
 * Values of one image in the model's layout (any kind of number) as a map with its channels last.
 *
 * @param factors what each value is multiplied by, in the model's layout too.
 */
export function toMap(values: ArrayLike<number>, input: ModelInput, factors?: Float32Array): RawMap {
  const { width, height, channels } = input;
  const data = new Float32Array(width * height * channels);
  const pixels = width * height;
  const [step, plane] = input.layout === 'NHWC' ? [channels, 1] : [1, pixels];
  for (let c = 0; c < channels; c++) {
    for (let i = 0, from = c * plane, to = c; i < pixels; i++, from += step, to += channels) {
      data[to] = factors ? values[from]! * factors[from]! : values[from]!;
    }
  }
  return { data, width, height, channels };
}

/** Index of the channel that element `i` of one image belongs to. */
export function channelOf(i: number, input: ModelInput): number {
  return input.layout === 'NHWC' ? i % input.channels : Math.floor(i / (input.width * input.height));
}

/** Each pixel's largest absolute value over its channels: H×W×1. */
export function largestMagnitude(map: RawMap): RawMap {
  const { channels, width, height } = map;
  const data = new Float32Array(width * height);
  for (let i = 0; i < map.data.length; i++) {
    const pixel = Math.floor(i / channels);
    data[pixel] = Math.max(data[pixel]!, Math.abs(map.data[i]!));
  }
  return { data, width, height, channels: 1 };
}

/** Smallest and largest value. */
export function rangeOf(values: ArrayLike<number>): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** `max`: divided by the largest value when that is positive. `min-max`: (v − min) / (max − min + ε). */
export type Normalisation = 'none' | 'max' | 'min-max';

export function normalise(map: RawMap, rule: Normalisation, epsilon: number): RawMap {
  if (rule === 'none') return map;
  const { min, max } = rangeOf(map.data);
  const offset = rule === 'min-max' ? min : 0;
  const scale = rule === 'min-max' ? max - min + epsilon : max > 0 ? max : 1;
  return { ...map, data: map.data.map((value) => (value - offset) / scale) };
}

export const channelsParameter: ParameterInfo = {
  name: 'channels',
  title: 'Colour channels',
  description:
    'Whether each colour channel keeps its signed values, or each pixel shows only its largest absolute value.',
  type: 'choice',
  default: 'keep',
  choices: [
    { value: 'keep', description: 'one value for each channel (H×W×C)' },
    { value: 'max', description: 'largest absolute value over the channels (H×W), as in Simonyan et al.' },
  ],
};

export const absoluteParameter: ParameterInfo = {
  name: 'absolute',
  title: 'Absolute values',
  description: 'Drop the sign of each gradient: how much a value matters, not in which direction.',
  type: 'boolean',
  default: false,
};

export const normaliseParameter: ParameterInfo = {
  name: 'normalise',
  title: 'Scaling',
  description:
    'Scale the finished map. Scaled maps of different images or classes can no longer be compared by strength.',
  type: 'choice',
  default: 'none',
  choices: [
    { value: 'none', description: 'raw values' },
    { value: 'min-max', description: '(v − min) / (max − min + ε): from 0 to 1' },
  ],
};

export const epsilonParameter: ParameterInfo = {
  name: 'epsilon',
  title: 'ε of the scaling',
  description: 'Added to the range before the division, when the map is scaled from 0 to 1.',
  type: 'number',
  default: 1e-7,
  minimum: 0,
  maximum: 1,
};

/** A number for a sentence. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
