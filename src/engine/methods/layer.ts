import { MethodError } from '../../shared/errors';
import type { LayerInfo } from '../../shared/results/layers';
import { nearest, quoted } from '../../shared/words/nearest';

/**
 * The layer that a class activation method is to use.
 *
 * @param name null when the caller names none and the model has no default.
 * @throws MethodError when there is no such layer or it has no height and width, naming likely ones.
 */
export function findLayer(layers: readonly LayerInfo[], name: string | null, method: string): LayerInfo {
  const spatial = layers.filter((layer) => layer.spatial).map((layer) => layer.name);
  if (spatial.length === 0) {
    throw new MethodError(
      `${method} needs a layer with height and width, and this model has none; use a method that works on the input, such as gradient or occlusion.`,
    );
  }
  if (name === null) {
    throw new MethodError(
      `${method} needs a layer and none was chosen; name one, for example ${quoted(spatial.slice(-3))}.`,
    );
  }
  const layer = layers.find((each) => each.name === name);
  if (!layer) {
    throw new MethodError(`There is no layer “${name}” in this model; did you mean ${quoted(nearest(name, spatial))}?`);
  }
  if (!layer.spatial) {
    throw new MethodError(
      `${method} needs a layer with height and width, and “${name}” (${layer.operator}) has the shape ${layer.shape.join('×')}; choose for example ${quoted(spatial.slice(-3))}.`,
    );
  }
  return layer;
}
