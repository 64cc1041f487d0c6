import type { AttributeValue } from '../../../graph/ir/graph';
import type { Operation, Rule } from '../importing/operation';

/** Places of cells: their centres, or corners that stay; without either a cell begins where its place times the scale is. */
function coordinates(o: Operation, alignField: number): string {
  if (o.flagOption(alignField)) return 'align_corners';
  return o.flagOption(alignField + 1) ? 'half_pixel' : 'asymmetric';
}

function resized(o: Operation, attributes: Readonly<Record<string, AttributeValue>>): string {
  const sizes = o.sizes(1);
  const axes = [2, 3];
  return o.w.channelsFirst(o.input(0), (x) => o.emit('Resize', [x, '', '', sizes], { ...attributes, axes }));
}

const bilinear: Rule = (o) => resized(o, { mode: 'linear', coordinate_transformation_mode: coordinates(o, 2) });

/** The nearest cell: by its centre, halves upwards, else the cell in which the place lies. */
const nearest: Rule = (o) => {
  const places = coordinates(o, 0);
  const nearest_mode = places === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
  return resized(o, { mode: 'nearest', coordinate_transformation_mode: places, nearest_mode });
};

export const resizing: Readonly<Record<string, Rule>> = {
  RESIZE_BILINEAR: bilinear,
  RESIZE_NEAREST_NEIGHBOR: nearest,
};
