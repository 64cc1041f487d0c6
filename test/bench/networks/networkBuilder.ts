/** Writes whole networks as ONNX files in the forms that PyTorch's two exporters give them, with seeded random weights. */
import { float32, int64, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { encodeTestModel, type ModelAttribute, type ModelNode } from '../../support/onnxModel';

/**
 * `dynamo` is torch.onnx.export of PyTorch 2.9 and later (opset 20: BatchNormalization folded into convolutions, LayerNormalization and
 * Gelu as one operator); `torchscript` the exporter before it (opset 13: BatchNormalization kept, the others in pieces).
 */
export type Exporter = 'dynamo' | 'torchscript';

/** A small fast generator (mulberry32), uniform in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface ConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Times the standard deviation √(2 / fan-in) of He et al. 2015. Default 1. */
  readonly gain?: number;
  /** Default (kernel − 1) / 2. */
  readonly pad?: number;
}

export class NetworkBuilder {
  private readonly nodes: ModelNode[] = [];
  private readonly initializers: Record<string, Tensor> = {};
  private readonly random: () => number;

  constructor(
    readonly exporter: Exporter,
    seed = 1,
  ) {
    this.random = uniform(seed);
  }

  /** The file: input `input` ['batch', …dims], output `output` ['batch', classes]. */
  finish(dims: readonly number[], output: string, classes: number): Uint8Array {
    return encodeTestModel({
      opset: this.exporter === 'dynamo' ? 20 : 13,
      irVersion: this.exporter === 'dynamo' ? 10 : 7,
      nodes: this.nodes,
      initializers: this.initializers,
      inputs: { input: { dims: ['batch', ...dims] } },
      outputs: { [output]: { dims: ['batch', classes] } },
    });
  }

  add(op: string, inputs: readonly string[], attributes: Record<string, ModelAttribute> = {}, name?: string): string {
    const output = name ?? `${op}_${this.nodes.length}`;
    this.nodes.push({ op, name: `node_${output}`, inputs, outputs: [output], attributes });
    return output;
  }

  ints(values: readonly number[]): string {
    return this.constant(`ints_${values.join('_')}`, () => int64([values.length], values));
  }

  scalar(value: number): string {
    return this.constant(`float_${value}`, () => float32([], Float32Array.of(value)));
  }

  /** Uniform weights of the given standard deviation around `mean`. */
  weights(dims: readonly number[], deviation: number, mean = 0): string {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    const reach = deviation * Math.sqrt(3);
    for (let i = 0; i < data.length; i++) data[i] = mean + (this.random() * 2 - 1) * reach;
    return this.constant(`weight_${Object.keys(this.initializers).length}`, () => float32(dims, data));
  }

  convolution(x: string, from: number, to: number, options: ConvolutionOptions = {}): string {
    return this.convolutionWith(x, from, to, options, [this.weights([to], 0.05)]);
  }

  /** A convolution without bias and the BatchNormalization behind it. */
  normalisedConvolution(x: string, from: number, to: number, options: ConvolutionOptions = {}): string {
    if (this.exporter === 'dynamo') return this.convolution(x, from, to, options);
    const conv = this.convolutionWith(x, from, to, options, []);
    const statistics = [
      this.weights([to], 0.05, 1),
      this.weights([to], 0.05),
      this.weights([to], 0.05),
      this.weights([to], 0.05, 1),
    ];
    return this.add('BatchNormalization', [conv, ...statistics], { epsilon: { f: 1e-5 } });
  }

  private convolutionWith(x: string, from: number, to: number, options: ConvolutionOptions, bias: string[]): string {
    const { kernel = 1, stride = 1, groups = 1, gain = 1, pad = Math.floor((kernel - 1) / 2) } = options;
    const fan = (from / groups) * kernel * kernel;
    const weight = this.weights([to, from / groups, kernel, kernel], gain * Math.sqrt(2 / fan));
    return this.add('Conv', [x, weight, ...bias], {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [pad, pad, pad, pad] },
      dilations: { ints: [1, 1] },
      group: { i: groups },
    });
  }

  /** x·W + b over the last axis of a value of rank 3 and more. */
  linear(x: string, from: number, to: number, gain = 1): string {
    const product = this.add('MatMul', [x, this.weights([from, to], gain / Math.sqrt(from))]);
    const bias = this.weights([to], 0.02);
    return this.add('Add', this.exporter === 'dynamo' ? [product, bias] : [bias, product]);
  }

  /** The classifier's last layer on [batch, from]. */
  classify(x: string, from: number, classes = 1000, name = 'logits'): string {
    const weight = this.weights([classes, from], 1 / Math.sqrt(from));
    return this.add('Gemm', [x, weight, this.weights([classes], 0.05)], { transB: { i: 1 } }, name);
  }

  layerNormalization(x: string, channels: number, epsilon = 1e-6): string {
    const [scale, shift] = [this.weights([channels], 0.05, 1), this.weights([channels], 0.05)];
    if (this.exporter === 'dynamo') {
      return this.add('LayerNormalization', [x, scale, shift], { axis: { i: -1 }, epsilon: { f: epsilon } });
    }
    const mean = (value: string) => this.add('ReduceMean', [value], { axes: { ints: [-1] }, keepdims: { i: 1 } });
    const centred = this.add('Sub', [x, mean(x)]);
    const variance = mean(this.add('Pow', [centred, this.scalar(2)]));
    const deviation = this.add('Sqrt', [this.add('Add', [variance, this.scalar(epsilon)])]);
    const standard = this.add('Div', [centred, deviation]);
    return this.add('Add', [this.add('Mul', [standard, scale]), shift]);
  }

  gelu(x: string): string {
    if (this.exporter === 'dynamo') return this.add('Gelu', [x]);
    const erf = this.add('Erf', [this.add('Div', [x, this.scalar(Math.SQRT2)])]);
    const product = this.add('Mul', [x, this.add('Add', [erf, this.scalar(1)])]);
    return this.add('Mul', [product, this.scalar(0.5)]);
  }

  silu(x: string): string {
    return this.add('Mul', [x, this.add('Sigmoid', [x])]);
  }

  relu(x: string): string {
    return this.add('Relu', [x]);
  }

  relu6(x: string): string {
    return this.add('Clip', [x, this.scalar(0), this.scalar(6)]);
  }

  transpose(x: string, perm: readonly number[]): string {
    return this.add('Transpose', [x], { perm: { ints: perm } });
  }

  /** A Reshape that keeps the batch: its length is read off `x` when the graph runs, as exporters write it. */
  reshape(x: string, dims: readonly number[]): string {
    const batch =
      this.exporter === 'dynamo'
        ? this.add('Shape', [x], { start: { i: 0 }, end: { i: 1 } })
        : this.add('Unsqueeze', [
            this.add('Gather', [this.add('Shape', [x]), this.integer(0)], { axis: { i: 0 } }),
            this.ints([0]),
          ]);
    const shape = this.add('Concat', [batch, ...dims.map((dim) => this.ints([dim]))], { axis: { i: 0 } });
    return this.add('Reshape', [x, shape]);
  }

  /** A mean over the spatial axes, kept as axes of length 1. */
  spatialMean(x: string): string {
    return this.exporter === 'dynamo'
      ? this.add('ReduceMean', [x, this.ints([-1, -2])], { keepdims: { i: 1 } })
      : this.add('GlobalAveragePool', [x]);
  }

  flatten(x: string): string {
    return this.add('Flatten', [x], { axis: { i: 1 } });
  }

  integer(value: number): string {
    return this.constant(`int_${value}`, () => int64([], [value]));
  }

  private constant(name: string, make: () => Tensor): string {
    this.initializers[name] ??= make();
    return name;
  }
}
