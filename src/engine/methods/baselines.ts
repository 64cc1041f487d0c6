/** One-coloured baselines: where a path begins, and what stands in a covered window. */

import { MethodError } from '../../shared/errors';
import type { ParameterInfo } from '../../shared/results/attribution';
import type { MethodContext } from './method';
import { channelOf } from './pixels';

export type Baseline = 'zero' | 'value' | 'mean' | 'black' | 'minimum' | 'maximum';

const choices: readonly { readonly value: Baseline; readonly description: string }[] = [
  {
    value: 'zero',
    description: '0 in the model’s input: mid-grey for models that subtract a mean colour, black for 0…1 or 0…255',
  },
  { value: 'mean', description: 'the mean colour of this image' },
  { value: 'black', description: 'a true black pixel, by the model’s preprocessing' },
  { value: 'minimum', description: 'the smallest value of each channel in this image' },
  { value: 'maximum', description: 'the largest value of each channel in this image' },
  { value: 'value', description: 'the number given, in every channel of the model’s input' },
];

export function baselineParameter(name: string, title: string, description: string, fallback: Baseline): ParameterInfo {
  return { name, title, description, type: 'choice', default: fallback, choices };
}

/** The number of the baseline `value`. */
export function baselineValueParameter(name: string, title: string, choice: string): ParameterInfo {
  return {
    name,
    title,
    description: `The number used when ${choice} is “value”, in the units of the model’s input.`,
    type: 'number',
    default: 0,
  };
}

/**
 * The baseline's value in each channel, in the model's input space.
 *
 * @throws MethodError for `black` when the preprocessing is not known.
 */
export function baselineColour(context: MethodContext, baseline: Baseline, value: number): Float64Array {
  const { input, image } = context;
  const colour = new Float64Array(input.channels);
  switch (baseline) {
    case 'zero':
      return colour;
    case 'value':
      return colour.fill(value);
    case 'black':
      if (!context.black) {
        throw new MethodError(
          'What black is in this model’s input is not known, because the input was fed as it is; choose zero, mean, minimum or value.',
        );
      }
      return Float64Array.from(context.black);
    case 'mean': {
      for (let i = 0; i < image.data.length; i++) colour[channelOf(i, input)]! += image.data[i]!;
      return colour.map((sum) => sum / (input.width * input.height));
    }
    default: {
      const better = baseline === 'minimum' ? Math.min : Math.max;
      colour.fill(baseline === 'minimum' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
      for (let i = 0; i < image.data.length; i++) {
        const channel = channelOf(i, input);
        colour[channel] = better(colour[channel]!, image.data[i]!);
      }
      return colour;
    }
  }
}

/** The image of one colour, in the model's layout. */
export function baselineImage({ image, input }: MethodContext, colour: Float64Array): Float32Array {
  const { layout, channels, width, height } = input;
  const data = new Float32Array(image.data.length);
  colour.forEach((value, channel) => {
    if (layout === 'NHWC') for (let i = channel; i < data.length; i += channels) data[i] = value;
    else data.fill(value, channel * width * height, (channel + 1) * width * height);
  });
  return data;
}
