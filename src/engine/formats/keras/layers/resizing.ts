import type { Node } from '../../../graph/ir/graph';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';

type Sampling = Node['attributes'];

const half = { coordinate_transformation_mode: 'half_pixel' };
const ways: Readonly<Record<string, Sampling>> = {
  // The pixel that the middle of the new one falls into.
  nearest: { ...half, mode: 'nearest', nearest_mode: 'round_prefer_ceil' },
  bilinear: { ...half, mode: 'linear' },
  bicubic: { ...half, mode: 'cubic', cubic_coeff_a: -0.5, exclude_outside: 1 },
};

/** How TensorFlow 2 samples images. Throws Refused for what ONNX has no name for. */
export function sampling(name: string): Sampling {
  return (Object.hasOwn(ways, name) ? ways[name] : undefined) ?? refuse(`has the interpolation “${name}”`);
}

/** Images in another size, height and width. */
export function resized(
  c: LayerCall,
  x: string,
  [height, width]: readonly [number, number],
  how: Sampling,
  output?: string,
  channelsFirst = c.channelsFirst,
): string {
  return c.spatially(
    x,
    channelsFirst,
    (first) => {
      const sizes = c.emit('Concat', [c.w.lengths(first, 0, 2), c.w.ints(height, width)], { axis: 0 });
      return c.emit('Resize', [first, '', '', sizes], how);
    },
    output,
  );
}
