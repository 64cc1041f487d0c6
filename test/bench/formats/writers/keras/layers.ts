/** A network as layers of Keras, images N×H×W×C. */
import type { Convolution, Layer, MaxPool, Network, Weight } from '../../network/description';
import { denseInOut, kernelHwio } from '../writer';

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly inputs: readonly string[];
  /** What its class takes, beside the name. */
  readonly config: Readonly<Record<string, unknown>>;
  /** In the order of Keras: those that are trained first. */
  readonly weights: readonly (readonly [name: string, weight: Weight])[];
  /** Of its output, without the batch. */
  readonly dims: readonly number[];
}

/** Sizes with the channels last. */
const last = ([channels = 0, ...spatial]: readonly number[]): readonly number[] => [...spatial, channels];

/** PyTorch pads both sides alike, Keras's “same” only where the stride is 1. */
function padding({ name, inputs, pad, ...layer }: Convolution | MaxPool, dims: readonly number[]): KerasLayer[] {
  if (pad === 0) return [];
  if (layer.kind === 'convolution' && layer.stride === 1) return [];
  const [channels = 0, ...spatial] = dims;
  return [
    {
      className: 'ZeroPadding2D',
      name: `${name}_pad`,
      inputs,
      config: {
        padding: [
          [pad, pad],
          [pad, pad],
        ],
        data_format: 'channels_last',
      },
      weights: [],
      dims: [...spatial.map((size) => size + 2 * pad), channels],
    },
  ];
}

function windowed(layer: Convolution | MaxPool, inputDims: readonly number[]): KerasLayer[] {
  const before = padding(layer, inputDims);
  const common = {
    name: layer.name,
    inputs: before[0] ? [before[0].name] : layer.inputs,
    dims: last(layer.dims),
  };
  const size = [layer.kernel, layer.kernel];
  const shared = { strides: [layer.stride, layer.stride], data_format: 'channels_last' };
  if (layer.kind === 'maxPool') {
    const config = { pool_size: size, padding: 'valid', ...shared };
    return [...before, { ...common, className: 'MaxPooling2D', config, weights: [] }];
  }
  const config = {
    filters: layer.weight.dims[0],
    kernel_size: size,
    padding: layer.stride === 1 ? 'same' : 'valid',
    ...shared,
    dilation_rate: [1, 1],
    groups: 1,
    activation: 'linear',
    use_bias: layer.bias !== null,
  };
  const kernel = ['kernel', kernelHwio(layer)] as const;
  const weights = layer.bias ? [kernel, ['bias', layer.bias] as const] : [kernel];
  return [...before, { ...common, className: 'Conv2D', config, weights }];
}

function converted(layer: Layer, dimsOf: (name: string) => readonly number[]): KerasLayer[] {
  const { name, inputs } = layer;
  const common = { name, inputs, weights: [], dims: last(layer.dims) };
  switch (layer.kind) {
    case 'convolution':
    case 'maxPool':
      return windowed(layer, dimsOf(inputs[0] as string));
    case 'normalisation': {
      const config = { axis: -1, momentum: 0.99, epsilon: layer.epsilon, center: true, scale: true };
      const { scale, shift, mean, variance } = layer;
      const weights = [
        ['gamma', scale],
        ['beta', shift],
        ['moving_mean', mean],
        ['moving_variance', variance],
      ] as const;
      return [{ ...common, className: 'BatchNormalization', config, weights }];
    }
    case 'dense': {
      const config = { units: layer.dims[0], activation: 'linear', use_bias: true };
      const weights = [['kernel', denseInOut(layer)] as const, ['bias', layer.bias] as const];
      return [{ ...common, className: 'Dense', config, weights }];
    }
    case 'relu':
      return [{ ...common, className: 'Activation', config: { activation: 'relu' } }];
    case 'add':
      return [{ ...common, className: 'Add', config: {} }];
    case 'mean':
      return [{ ...common, className: 'GlobalAveragePooling2D', config: { data_format: 'channels_last' } }];
    case 'flatten':
      return [{ ...common, className: 'Flatten', config: { data_format: 'channels_last' } }];
  }
}

/** All layers but that of the input, in the order of Keras: what is further from the end comes first. */
export function kerasLayers({ input, layers }: Network): KerasLayer[] {
  const dims = new Map([['input', input], ...layers.map((layer) => [layer.name, layer.dims] as const)]);
  const all = layers.flatMap((layer) => converted(layer, (name) => dims.get(name) ?? []));
  const distances = new Map<string, number>();
  for (const { name, inputs } of all.toReversed()) {
    const own = distances.get(name) ?? 0;
    for (const each of inputs) distances.set(each, Math.max(distances.get(each) ?? 0, own + 1));
  }
  return all.sort((a, b) => (distances.get(b.name) ?? 0) - (distances.get(a.name) ?? 0));
}
