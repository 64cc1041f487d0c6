import type { UnitHealth } from '../../shared/results/health';
import type { LayerInfo } from '../../shared/results/layers';
import { elementCount } from '../graph/ir/tensor';
import type { Saturation } from './saturation';
import { countUnits, type UnitLayout } from './statistics';

/** Channels of a feature map (or of a 1×1 gate), else the last axis: elements of a vector, features of tokens. */
function unitLayout({ shape, spatial }: Pick<LayerInfo, 'shape' | 'spatial'>): UnitLayout {
  const [first = 1, ...rest] = shape;
  const channelsFirst = spatial || (shape.length === 3 && elementCount(rest) === 1);
  if (channelsFirst) return { units: first, outer: 1, inner: elementCount(rest) };
  return { units: shape.at(-1) ?? 1, outer: elementCount(shape.slice(0, -1)), inner: 1 };
}

/** @param data the layer's output for one image. */
export function unitHealth(
  layer: LayerInfo,
  data: Float32Array,
  { activation, floor, ceiling }: Saturation,
): UnitHealth {
  const layout = unitLayout(layer);
  return {
    activation,
    count: layout.units,
    dead: floor ? countUnits(data, layout, floor) : 0,
    stuck: ceiling ? countUnits(data, layout, ceiling) : 0,
  };
}
