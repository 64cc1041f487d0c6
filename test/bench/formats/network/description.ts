/** One description of a network that every writer of a format goes by, so that all files hold the same weights. */
import { uniform } from '../../networks/networkBuilder';

export interface Weight {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

interface Common {
  /** A word of letters, digits and underscores; also the name of the layer's output. */
  readonly name: string;
  /** Names of layers, or `input`. */
  readonly inputs: readonly string[];
  /** Of the output without its batch: [channels, height, width], or [channels]. */
  readonly dims: readonly number[];
}

interface Window {
  readonly kernel: number;
  readonly stride: number;
  /** On each side, as PyTorch pads. */
  readonly pad: number;
}

export interface Convolution extends Common, Window {
  readonly kind: 'convolution';
  /** [outputs, inputs, kernel, kernel] */
  readonly weight: Weight;
  readonly bias: Weight | null;
}

/** With the running statistics of a training. */
export interface Normalisation extends Common {
  readonly kind: 'normalisation';
  readonly scale: Weight;
  readonly shift: Weight;
  readonly mean: Weight;
  readonly variance: Weight;
  readonly epsilon: number;
}

/** Of values that are not negative, so that padding with zeros is no different from none. */
export interface MaxPool extends Common, Window {
  readonly kind: 'maxPool';
}

export interface Dense extends Common {
  readonly kind: 'dense';
  /** [outputs, inputs] */
  readonly weight: Weight;
  readonly bias: Weight;
  /** [channels, height, width] of what was flattened into its inputs; null when these are channels. */
  readonly flattened: readonly number[] | null;
}

/** `mean` gives [channels]; `flatten` puts the elements in the order channels, rows, columns. */
export interface Simple extends Common {
  readonly kind: 'relu' | 'add' | 'mean' | 'flatten';
}

export type Layer = Convolution | Normalisation | MaxPool | Dense | Simple;

export interface Network {
  readonly id: string;
  readonly name: string;
  /** [channels, height, width] */
  readonly input: readonly number[];
  /** In the order in which they run; the last one gives the logits. */
  readonly layers: readonly Layer[];
}

/** Puts layers one behind the other, with seeded random weights. */
export class NetworkDescription {
  private readonly layers: Layer[] = [];
  private readonly random = uniform(1);
  private readonly dims = new Map<string, readonly number[]>();

  constructor(private readonly input: readonly number[]) {
    this.dims.set('input', input);
  }

  convolution(
    name: string,
    x: string,
    to: number,
    options: { kernel?: number; stride?: number; gain?: number; bias?: boolean } = {},
  ): string {
    const { kernel = 1, stride = 1, gain = 1, bias = false } = options;
    const [from = 0] = this.dimsOf(x);
    const pad = (kernel - 1) / 2;
    const weight = this.weights([to, from, kernel, kernel], gain * Math.sqrt(2 / (from * kernel * kernel)));
    const dims = [to, ...this.spatial(x, { kernel, stride, pad })];
    const shift = bias ? this.weights([to], 0.05) : null;
    return this.add({ kind: 'convolution', name, inputs: [x], dims, kernel, stride, pad, weight, bias: shift });
  }

  normalisation(name: string, x: string): string {
    const dims = this.dimsOf(x);
    const channels = dims.slice(0, 1);
    return this.add({
      kind: 'normalisation',
      name,
      inputs: [x],
      dims,
      scale: this.weights(channels, 0.05, 1),
      shift: this.weights(channels, 0.05),
      mean: this.weights(channels, 0.05),
      variance: this.weights(channels, 0.05, 1),
      epsilon: 1e-5,
    });
  }

  maxPool(name: string, x: string, window: Window): string {
    const dims = [this.dimsOf(x)[0] as number, ...this.spatial(x, window)];
    return this.add({ kind: 'maxPool', name, inputs: [x], dims, ...window });
  }

  relu(name: string, x: string): string {
    return this.add({ kind: 'relu', name, inputs: [x], dims: this.dimsOf(x) });
  }

  sum(name: string, a: string, b: string): string {
    return this.add({ kind: 'add', name, inputs: [a, b], dims: this.dimsOf(a) });
  }

  mean(name: string, x: string): string {
    return this.add({ kind: 'mean', name, inputs: [x], dims: this.dimsOf(x).slice(0, 1) });
  }

  flatten(name: string, x: string): string {
    return this.add({ kind: 'flatten', name, inputs: [x], dims: [product(this.dimsOf(x))] });
  }

  dense(name: string, x: string, to: number, gain = 1): string {
    const [from = 0] = this.dimsOf(x);
    const before = this.layers.at(-1);
    const flattened = before?.kind === 'flatten' ? this.dimsOf(before.inputs[0] as string) : null;
    const weight = this.weights([to, from], gain / Math.sqrt(from));
    return this.add({
      kind: 'dense',
      name,
      inputs: [x],
      dims: [to],
      weight,
      bias: this.weights([to], 0.05),
      flattened,
    });
  }

  finish(id: string, name: string): Network {
    return { id, name, input: this.input, layers: this.layers };
  }

  private add(layer: Layer): string {
    this.layers.push(layer);
    this.dims.set(layer.name, layer.dims);
    return layer.name;
  }

  private dimsOf(name: string): readonly number[] {
    const dims = this.dims.get(name);
    if (!dims) throw new Error(`There is no layer ${name}.`);
    return dims;
  }

  private spatial(x: string, { kernel, stride, pad }: Window): number[] {
    return this.dimsOf(x)
      .slice(1)
      .map((size) => Math.floor((size + 2 * pad - kernel) / stride) + 1);
  }

  /** Uniform, of a standard deviation around `mean`. */
  private weights(dims: readonly number[], deviation: number, mean = 0): Weight {
    const data = new Float32Array(product(dims));
    const reach = deviation * Math.sqrt(3);
    for (let i = 0; i < data.length; i++) data[i] = mean + (this.random() * 2 - 1) * reach;
    return { dims, data };
  }
}

export const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);

/** The weights of a layer under the names that they have in PyTorch, in its order. */
export function weightsOf(layer: Layer): Readonly<Record<string, Weight>> {
  if (layer.kind === 'convolution') return { weight: layer.weight, ...(layer.bias && { bias: layer.bias }) };
  if (layer.kind === 'dense') return { weight: layer.weight, bias: layer.bias };
  if (layer.kind !== 'normalisation') return {};
  return { weight: layer.scale, bias: layer.shift, running_mean: layer.mean, running_var: layer.variance };
}

/** The same network with other weights, as a format that rounds them holds them. */
export function withWeights(network: Network, change: (weight: Weight) => Weight): Network {
  const layers = network.layers.map((layer): Layer => {
    if (layer.kind === 'convolution') {
      return { ...layer, weight: change(layer.weight), bias: layer.bias && change(layer.bias) };
    }
    if (layer.kind === 'dense') return { ...layer, weight: change(layer.weight), bias: change(layer.bias) };
    if (layer.kind !== 'normalisation') return layer;
    const { scale, shift, mean, variance } = layer;
    return { ...layer, scale: change(scale), shift: change(shift), mean: change(mean), variance: change(variance) };
  });
  return { ...network, layers };
}

/** The same network with each BatchNormalization worked into the convolution in front of it, whose name that takes. */
export function foldNormalisations(network: Network): Network {
  const renamed = new Map<string, string>();
  const layers: Layer[] = [];
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => renamed.get(name) ?? name);
    const before = layers.at(-1);
    if (layer.kind !== 'normalisation') layers.push({ ...layer, inputs });
    else if (before?.kind === 'convolution' && inputs[0] === before.name) {
      layers[layers.length - 1] = folded(before, layer);
      renamed.set(layer.name, before.name);
    } else throw new Error(`There is no convolution in front of ${layer.name}.`);
  }
  return { ...network, layers };
}

function folded(convolution: Convolution, { scale, shift, mean, variance, epsilon }: Normalisation): Convolution {
  const { dims, data } = convolution.weight;
  const each = data.length / scale.data.length;
  const factors = scale.data.map((value, i) => value / Math.sqrt((variance.data[i] as number) + epsilon));
  const weight = { dims, data: data.map((value, i) => value * (factors[Math.floor(i / each)] as number)) };
  const bias = shift.data.map((value, i) => {
    const own = convolution.bias?.data[i] ?? 0;
    return value + (own - (mean.data[i] as number)) * (factors[i] as number);
  });
  return { ...convolution, weight, bias: { dims: shift.dims, data: bias } };
}
