import type { Layout } from '../../graph/ir/layout';
import type { SubgraphRecord } from './schema/model';

const isColour = (length: number | null | undefined): boolean => length === 1 || length === 3 || length === 4;

/**
 * Order of an image input's axes: channels last, as TensorFlow has it, but for networks that were converted from elsewhere and have three
 * channels in front. Undefined when there is no input of four axes.
 */
export function imageLayout({ tensors, inputs }: SubgraphRecord): Layout | undefined {
  const image = inputs.map((index) => tensors[index]).find((tensor) => tensor?.dims.length === 4);
  if (!image) return undefined;
  const [, first, , last] = image.dims;
  return isColour(first) && !isColour(last) ? 'NCHW' : 'NHWC';
}
