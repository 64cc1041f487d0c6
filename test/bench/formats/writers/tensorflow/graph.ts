/** A network as nodes of a TensorFlow graph, images N×H×W×C. */
import type { Convolution, Layer, MaxPool, Network, Weight } from '../../network/description';
import { denseInOut, kernelHwio } from '../writer';

/** Numbers of DataType in types.proto. */
export const types = { float: 1, int32: 3, string: 7, floatRef: 101 } as const;

export type Attribute =
  | { readonly type: number }
  | { readonly types: readonly number[] }
  | { readonly s: string }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly ints: readonly number[] }
  | { readonly shape: readonly number[] }
  | { readonly weight: Weight }
  | { readonly integers: readonly number[]; readonly dims: readonly number[] }
  | { readonly strings: readonly string[]; readonly dims: readonly number[] };

export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Adds what gives a weight to the nodes, and returns the name it is read by. */
export type WeightNodes = (nodes: TfNode[], name: string, weight: Weight) => string;

const float: Attribute = { type: types.float };

/** A weight that stands in the graph. */
export const constantWeight: WeightNodes = (nodes, name, weight) => {
  nodes.push({ name, op: 'Const', inputs: [], attributes: { dtype: float, value: { weight } } });
  nodes.push({ name: `${name}/read`, op: 'Identity', inputs: [name], attributes: { T: float } });
  return `${name}/read`;
};

/** A variable, whose weight is in a checkpoint. */
export const variableWeight: WeightNodes = (nodes, name, { dims }) => {
  const attributes = { dtype: float, shape: { shape: dims }, container: { s: '' }, shared_name: { s: '' } };
  nodes.push({ name, op: 'VariableV2', inputs: [], attributes });
  nodes.push({ name: `${name}/read`, op: 'Identity', inputs: [name], attributes: { T: float } });
  return `${name}/read`;
};

export function integerConstant(name: string, dims: readonly number[], integers: readonly number[]): TfNode {
  return {
    name,
    op: 'Const',
    inputs: [],
    attributes: { dtype: { type: types.int32 }, value: { integers, dims } },
  };
}

class GraphOf {
  readonly nodes: TfNode[] = [];

  constructor(private readonly weight: WeightNodes) {}

  add(name: string, op: string, inputs: readonly string[], attributes: TfNode['attributes'] = {}): string {
    this.nodes.push({ name, op, inputs, attributes: { T: float, ...attributes } });
    return name;
  }

  layer(layer: Layer): void {
    const { name, inputs } = layer;
    const [x = ''] = inputs;
    const weight = (part: string, value: Weight) => this.weight(this.nodes, `${name}/${part}`, value);
    switch (layer.kind) {
      case 'convolution': {
        const kernel = weight('kernel', kernelHwio(layer));
        const output = layer.bias ? `${name}/Conv2D` : name;
        const same = layer.stride === 1;
        this.add(output, 'Conv2D', [same ? x : this.padded(layer), kernel], {
          strides: { ints: [1, layer.stride, layer.stride, 1] },
          dilations: { ints: [1, 1, 1, 1] },
          padding: { s: same ? 'SAME' : 'VALID' },
          data_format: { s: 'NHWC' },
        });
        if (layer.bias) this.add(name, 'BiasAdd', [output, weight('bias', layer.bias)], { data_format: { s: 'NHWC' } });
        break;
      }
      case 'normalisation': {
        const { scale, shift, mean, variance } = layer;
        const parts = [
          weight('gamma', scale),
          weight('beta', shift),
          weight('moving_mean', mean),
          weight('moving_variance', variance),
        ];
        this.add(name, 'FusedBatchNormV3', [x, ...parts], {
          U: float,
          epsilon: { f: layer.epsilon },
          is_training: { b: false },
          data_format: { s: 'NHWC' },
        });
        break;
      }
      case 'maxPool':
        this.add(name, 'MaxPool', [this.padded(layer)], {
          ksize: { ints: [1, layer.kernel, layer.kernel, 1] },
          strides: { ints: [1, layer.stride, layer.stride, 1] },
          padding: { s: 'VALID' },
          data_format: { s: 'NHWC' },
        });
        break;
      case 'dense': {
        const kernel = weight('kernel', denseInOut(layer));
        const output = this.add(`${name}/MatMul`, 'MatMul', [x, kernel], {
          transpose_a: { b: false },
          transpose_b: { b: false },
        });
        this.add(name, 'BiasAdd', [output, weight('bias', layer.bias)], { data_format: { s: 'NHWC' } });
        break;
      }
      case 'mean': {
        const axes = this.integers(`${name}/reduction_indices`, [2], [1, 2]);
        this.add(name, 'Mean', [x, axes], { keep_dims: { b: false }, Tidx: { type: types.int32 } });
        break;
      }
      case 'flatten': {
        const shape = this.integers(`${name}/shape`, [2], [-1, ...layer.dims]);
        this.add(name, 'Reshape', [x, shape], { Tshape: { type: types.int32 } });
        break;
      }
      case 'relu':
        this.add(name, 'Relu', [x]);
        break;
      case 'add':
        this.add(name, 'AddV2', inputs);
    }
  }

  private integers(name: string, dims: readonly number[], values: readonly number[]): string {
    this.nodes.push(integerConstant(name, dims, values));
    return name;
  }

  /** PyTorch pads both sides alike, TensorFlow's SAME only where the stride is 1. */
  private padded({ name, inputs, pad }: Convolution | MaxPool): string {
    const [x = ''] = inputs;
    if (pad === 0) return x;
    const paddings = this.integers(`${name}/Pad/paddings`, [4, 2], [0, 0, pad, pad, pad, pad, 0, 0]);
    return this.add(`${name}/Pad`, 'Pad', [x, paddings], { Tpaddings: { type: types.int32 } });
  }
}

/** The nodes in the order in which they run: from the Placeholder `input` to the last layer's, each layer's under its name. */
export function tfNodes({ input, layers }: Network, weight: WeightNodes): TfNode[] {
  const graph = new GraphOf(weight);
  const [channels = 0, height = 0, width = 0] = input;
  graph.nodes.push({
    name: 'input',
    op: 'Placeholder',
    inputs: [],
    attributes: { dtype: float, shape: { shape: [-1, height, width, channels] } },
  });
  for (const layer of layers) graph.layer(layer);
  return graph.nodes;
}
