import type { AttributeValue } from '../../../../graph/ir/graph';
import type { Operation, Rule, Rules } from '../operation';

/** How places of the result are places of the image: by corners' pixels, by pixels' middles, or (the oldest way) by corners. */
function coordinates(o: Operation, middles = 'half_pixel'): string {
  if (o.flag('align_corners')) return 'align_corners';
  return o.flag('half_pixel_centers') ? middles : 'asymmetric';
}

/** (images of N×H×W×C, [height, width]). */
const resize =
  (attributesOf: (o: Operation) => Readonly<Record<string, AttributeValue>>): Rule =>
  (o) => {
    const attributes = { ...attributesOf(o), axes: [2, 3] };
    o.image(o.x(), (first, out) => o.w.emit('Resize', [first, '', '', o.vector(1)], attributes, out), o.out());
  };

const linear = resize((o) => ({ mode: 'linear', coordinate_transformation_mode: coordinates(o) }));

const nearest = resize((o) => ({
  mode: 'nearest',
  coordinate_transformation_mode: coordinates(o, 'tf_half_pixel_for_nn'),
  nearest_mode: o.flag('align_corners') ? 'round_prefer_ceil' : 'floor',
}));

/** With pixels' middles the curve is another one (a = −0.5), and what lies outside the image does not count. */
const cubic = resize((o) => ({
  mode: 'cubic',
  coordinate_transformation_mode: coordinates(o),
  cubic_coeff_a: o.flag('half_pixel_centers') ? -0.5 : -0.75,
  exclude_outside: o.flag('half_pixel_centers') ? 1 : 0,
}));

/** Cells of a block become channels, or back: in both the cell counts before the channel. */
const blocks =
  (op: string, attributes: Readonly<Record<string, AttributeValue>>): Rule =>
  (o) => {
    const own = { ...attributes, blocksize: o.count('block_size') };
    o.image(o.x(), (first, out) => o.w.emit(op, [first], own, out), o.out());
  };

export const images: Rules = {
  ResizeBilinear: linear,
  ResizeNearestNeighbor: nearest,
  ResizeBicubic: cubic,
  DepthToSpace: blocks('DepthToSpace', { mode: 'DCR' }),
  SpaceToDepth: blocks('SpaceToDepth', {}),
};
