import type { LayerHealth } from '../../shared/health';
import type { LayerInfo } from '../../shared/protocol';
import type { FloatTensor } from '../graph/tensor';
import { INPUT } from '../model/model';
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
 * Statistics of the model's input and of all its layers, for one picture.
 *
 * @param differentiable values with respect to which gradients are taken, the input's name among them where it has one.
 */
export async function measureLayers(
  passes: Passes,
  image: FloatTensor,
  differentiable: ReadonlySet<string>,
): Promise<{ readonly input: LayerHealth; readonly layers: readonly LayerHealth[] }> {
  const { model } = passes;
  const { graph } = model;
  const inputName = graph.inputs[0]?.name ?? INPUT;
  const flat = saturations(graph);
  const bytes = (name: string): number => bytesOf(graph, name) * (differentiable.has(name) ? 2 : 1);
  const measured: LayerHealth[] = [];
  let input: LayerHealth | undefined;
  for (const part of passes.split(model.layers, ({ name }) => bytes(name))) {
    const names = part.map(({ name }) => name);
    const withInput = input === undefined && differentiable.has(inputName);
    const evaluation = await passes.run(names, [
      ...(withInput ? [INPUT] : []),
      ...names.filter((name) => differentiable.has(name)),
    ]);
    const gradient = (wrt: string): Float32Array => evaluation.gradient(gradientOf(wrt)).data;
    input ??= layerHealth(
      { name: inputName, operator: 'Input', shape: model.input.dims, spatial: false },
      image.data,
      withInput ? gradient(INPUT) : null,
      undefined,
    );
    for (const layer of part) {
      const { name } = layer;
      const own = differentiable.has(name) ? gradient(name) : null;
      measured.push(layerHealth(layer, evaluation.activation(name).data, own, flat.get(name)));
    }
  }
  if (!input) throw new Error('The model has no layers.');
  const largest = Math.max(0, ...[input, ...measured].map(({ gradient }) => finite(gradient?.norm)));
  const withShare = (layer: LayerHealth): LayerHealth => ({
    ...layer,
    relativeGradient: layer.gradient && (largest > 0 ? layer.gradient.norm / largest : 0),
  });
  return { input: withShare(input), layers: measured.map(withShare) };
}

const finite = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) ? value : 0);
