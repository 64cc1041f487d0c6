import type { LayerInfo } from '../../shared/results/layers';
import { formatShape } from './format';

/**
 * The layers that a class activation map can be drawn from and that match a query, in the model's order. Every word of the
 * query must occur in the name, the operator or the shape, in any case.
 */
export function searchLayers(layers: readonly LayerInfo[], query: string): readonly LayerInfo[] {
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  return layers.filter((layer) => {
    if (!layer.spatial) return false;
    const text = `${layer.name} ${layer.operator} ${formatShape(layer.shape)} ${layer.shape.join('x')}`.toLowerCase();
    return parts.every((part) => text.includes(part));
  });
}
