import type { LayerHealth } from '../../shared/results/health';
import type { LayerInfo } from '../../shared/results/layers';
import type { FloatTensor } from '../graph/ir/tensor';
import { bytesOf, gradientOf, type Passes } from './passes';
import { type Saturation, saturations } from './saturation';
import { arrayHealth } from './statistics';
import { unitHealth } from './units';

function layerHealth(
  layer: LayerInfo,
  activation: Float32Array,
  gradient: Float32Array | null,
  saturation: Saturation | undefined,
): LayerHealth {
  return {
    name: layer.name,
    operator: layer.operator,
    shape: layer.shape,
    activation: arrayHealth(activation),
    units: saturation ? unitHealth(layer, activation, saturation) : null,
    gradient: gradient && arrayHealth(gradient),
    relativeGradient: null,
  };
}

/**
 * Statistics of the model's input and of all its layers, for one image.
 *
 * @param differentiable values with respect to which gradients are taken, the input's name among them where it has one.
 */
export async function measureLayers(
  passes: Passes,
  image: FloatTensor,
  differentiable: ReadonlySet<string>,
): Promise<{ readonly input: LayerHealth; readonly layers: readonly LayerHealth[] }> {
  const { graph, input: pixels, layers } = passes.model;
  const name = graph.inputs[0]?.name ?? '';
  const inputLayer: LayerInfo = { name, operator: 'Input', shape: pixels.dims, spatial: false };
  const flat = saturations(graph);
  const bytes = ({ name }: LayerInfo): number => bytesOf(graph, name) * (differentiable.has(name) ? 2 : 1);
  const all: LayerHealth[] = [];
  for (const part of passes.split([inputLayer, ...layers], bytes)) {
    const activations = part.filter((layer) => layer !== inputLayer).map(({ name }) => name);
    const gradients = part.map(({ name }) => name).filter((name) => differentiable.has(name));
    const evaluation = await passes.run(activations, gradients);
    for (const layer of part) {
      const activation = layer === inputLayer ? image.data : evaluation.activation(layer.name).data;
      const gradient = differentiable.has(layer.name) ? evaluation.gradient(gradientOf(layer.name)).data : null;
      all.push(layerHealth(layer, activation, gradient, flat.get(layer.name)));
    }
  }
  let largest = 0;
  for (const { gradient } of all)
    if (gradient && Number.isFinite(gradient.norm)) largest = Math.max(largest, gradient.norm);
  const [input, ...rest] = all.map((layer) => ({
    ...layer,
    relativeGradient: layer.gradient && (largest > 0 ? layer.gradient.norm / largest : 0),
  }));
  return { input: input as LayerHealth, layers: rest };
}
