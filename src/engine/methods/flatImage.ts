/** One-coloured images: baselines of a path, patches of an occlusion. */

import { MethodError } from '../../shared/errors';
import type { ParameterInfo } from '../../shared/results/attribution';
import type { MethodContext } from './method';
import { channelOf } from './pixels';

export type Fill = 'zero' | 'value' | 'mean' | 'black' | 'minimum' | 'maximum';

const choices: readonly { readonly value: Fill; readonly description: string }[] = [
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

export function fillParameter(name: string, title: string, description: string, fallback: Fill): ParameterInfo {
  return { name, title, description, type: 'choice', default: fallback, choices };
}

/** The number of the fill `value`. */
export function fillValueParameter(name: string, title: string, choice: string): ParameterInfo {
  return {
    name,
    title,
    description: `The number used when ${choice} is “value”, in the units of the model’s input.`,
    type: 'number',
    default: 0,
  };
}

/**
 * The fill's value in each channel, in the model's input space.
 *
 * @throws MethodError for `black` when the preprocessing is not known.
 */
export function fillColour(context: MethodContext, fill: Fill, value: number): Float64Array {
  const { input, image } = context;
  const colour = new Float64Array(input.channels);
  switch (fill) {
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
      const better = fill === 'minimum' ? Math.min : Math.max;
      colour.fill(fill === 'minimum' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
      for (let i = 0; i < image.data.length; i++) {
        const channel = channelOf(i, input);
        colour[channel] = better(colour[channel]!, image.data[i]!);
      }
      return colour;
    }
  }
}

/** The one-coloured image, in the model's layout. */
export function flatImage(context: MethodContext, fill: Fill, value: number): Float32Array {
  const colour = fillColour(context, fill, value);
  return Float32Array.from({ length: context.image.data.length }, (_, i) => colour[channelOf(i, context.input)]!);
}
