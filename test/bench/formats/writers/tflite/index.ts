/** TensorFlow Lite: the network as its converter leaves it, BatchNormalization worked into the convolutions and Relu into what it follows. */
import {
  type Dense,
  foldNormalisations,
  type Layer,
  type Network,
  type Weight,
  withWeights,
} from '../../network/description';
import { bytesOf, denseChannelsLast, kernelOhwi, save, type Writer } from '../writer';
import { type Fields, FlatbufferWriter, type Value } from './flatbuffer';
import { halves, inHalves } from './half';

/** Numbers of BuiltinOperator, and of BuiltinOptions. */
const operators = {
  ADD: [0, 11],
  CONV_2D: [3, 1],
  DEQUANTIZE: [6, 38],
  FULLY_CONNECTED: [9, 8],
  MAX_POOL_2D: [17, 5],
  RELU: [19, 0],
  RESHAPE: [22, 17],
  PAD: [34, 22],
  MEAN: [40, 27],
} as const;

type Operator = keyof typeof operators;

const types = { float32: 0, float16: 1, int32: 2 } as const;
const relu: Value = { i8: 1 };
const same: Value = { i8: 0 };
const valid: Value = { i8: 1 };

class ModelWriter {
  private readonly tensors: Fields[] = [];
  private readonly byName = new Map<string, number>();
  /** The first one is empty: that of tensors that the network computes. */
  private readonly buffers: Fields[] = [{}];
  private readonly codes: Operator[] = [];
  private readonly operators: Fields[] = [];
  private bytes = 0;

  constructor(private readonly half: boolean) {}

  tensor(name: string, dims: readonly number[], type: keyof typeof types = 'float32', bytes?: Uint8Array): string {
    this.byName.set(name, this.tensors.length);
    if (bytes) this.buffers.push({ 0: { bytes } });
    this.bytes += (bytes?.length ?? 0) + 512;
    this.tensors.push({
      0: { int32s: dims },
      1: { i8: types[type] },
      2: { i32: bytes ? this.buffers.length - 1 : 0 },
      3: { text: name },
    });
    return name;
  }

  integers(name: string, dims: readonly number[], values: readonly number[]): string {
    return this.tensor(name, dims, 'int32', new Uint8Array(Int32Array.from(values).buffer));
  }

  weight(name: string, weight: Weight): string {
    if (!this.half) return this.tensor(name, weight.dims, 'float32', bytesOf(weight.data));
    const stored = this.tensor(`${name}/half`, weight.dims, 'float16', bytesOf(halves(weight)));
    this.operator('DEQUANTIZE', [stored], this.tensor(name, weight.dims), {});
    return name;
  }

  operator(operator: Operator, inputs: readonly string[], output: string, options: Fields): void {
    if (!this.codes.includes(operator)) this.codes.push(operator);
    this.operators.push({
      0: { i32: this.codes.indexOf(operator) },
      1: { int32s: inputs.map((name) => this.indexOf(name)) },
      2: { int32s: [this.indexOf(output)] },
      3: { u8: operators[operator][1] },
      4: { table: options },
    });
  }

  finish(input: string, output: string): Uint8Array {
    const graph: Fields = {
      0: { tables: this.tensors },
      1: { int32s: [this.indexOf(input)] },
      2: { int32s: [this.indexOf(output)] },
      3: { tables: this.operators },
      4: { text: 'main' },
    };
    const codes = this.codes.map((operator): Fields => {
      const [number] = operators[operator];
      return { 0: { i8: number }, 2: { i32: 1 }, 3: { i32: number } };
    });
    const file = new FlatbufferWriter(this.bytes + (1 << 20));
    return file.finish('TFL3', {
      0: { i32: 3 },
      1: { tables: codes },
      2: { tables: [graph] },
      3: { text: 'Whylight’s benchmark' },
      4: { tables: this.buffers },
    });
  }

  private indexOf(name: string): number {
    const index = this.byName.get(name);
    if (index === undefined) throw new Error(`There is no tensor ${name}.`);
    return index;
  }
}

/** Sizes with one image in front and the channels last. */
const last = ([channels = 0, ...spatial]: readonly number[]) => [1, ...spatial, channels];

/** @param before the sizes of what goes in. */
function windowed(
  model: ModelWriter,
  layer: Extract<Layer, { kernel: number }>,
  output: string,
  before: readonly number[],
): void {
  const { name, pad, stride, kernel } = layer;
  let [x = ''] = layer.inputs;
  const convolves = layer.kind === 'convolution';
  const isSame = convolves && stride === 1;
  if (pad > 0 && !isSame) {
    const [channels = 0, ...spatial] = before;
    const paddings = model.integers(`${name}/paddings`, [4, 2], [0, 0, pad, pad, pad, pad, 0, 0]);
    const padded = model.tensor(`${name}/padded`, last([channels, ...spatial.map((size) => size + 2 * pad)]));
    model.operator('PAD', [x, paddings], padded, {});
    x = padded;
  }
  const activation = output === name ? {} : { [convolves ? 3 : 5]: relu };
  const window = { 0: isSame ? same : valid, 1: { i32: stride }, 2: { i32: stride }, ...activation };
  if (convolves) {
    const weights = [
      model.weight(`${name}/kernel`, kernelOhwi(layer)),
      model.weight(`${name}/bias`, layer.bias as Weight),
    ];
    model.tensor(output, last(layer.dims));
    model.operator('CONV_2D', [x, ...weights], output, { ...window, 4: { i32: 1 }, 5: { i32: 1 } });
  } else {
    model.tensor(output, last(layer.dims));
    model.operator('MAX_POOL_2D', [x], output, { ...window, 3: { i32: kernel }, 4: { i32: kernel } });
  }
}

function dense(model: ModelWriter, layer: Dense, output: string): void {
  const { name, inputs } = layer;
  const weight: Weight = { dims: layer.weight.dims, data: denseChannelsLast(layer).data };
  const weights = [model.weight(`${name}/kernel`, weight), model.weight(`${name}/bias`, layer.bias)];
  model.tensor(output, [1, ...layer.dims]);
  model.operator('FULLY_CONNECTED', [...inputs, ...weights], output, output === name ? {} : { 0: relu });
}

function encode(network: Network, half: boolean): Uint8Array {
  const { layers, input } = foldNormalisations(network);
  const model = new ModelWriter(half);
  const dims = new Map([['input', input], ...layers.map((layer) => [layer.name, layer.dims] as const)]);
  model.tensor('input', last(input));
  layers.forEach((layer, i) => {
    if (layer.kind === 'relu') return;
    const next = layers[i + 1];
    const { name, inputs } = layer;
    const output = next?.kind === 'relu' && next.inputs[0] === name ? next.name : name;
    if (layer.kind === 'convolution' || layer.kind === 'maxPool')
      windowed(model, layer, output, dims.get(layer.inputs[0] as string) ?? []);
    else if (layer.kind === 'dense') dense(model, layer, output);
    else if (layer.kind === 'add') {
      model.tensor(output, last(layer.dims));
      model.operator('ADD', inputs, output, output === name ? {} : { 0: relu });
    } else if (layer.kind === 'mean') {
      const axes = model.integers(`${name}/axes`, [2], [1, 2]);
      model.operator('MEAN', [...inputs, axes], model.tensor(output, [1, ...layer.dims]), { 0: { u8: 0 } });
    } else if (layer.kind === 'flatten') {
      const shape = model.integers(`${name}/shape`, [2], [1, ...layer.dims]);
      model.operator('RESHAPE', [...inputs, shape], model.tensor(output, [1, ...layer.dims]), {});
    } else throw new Error(`TensorFlow Lite has no ${layer.kind}.`);
  });
  return model.finish('input', layers.at(-1)?.name ?? '');
}

export const tflite: Writer = {
  id: 'tflite',
  title: 'TensorFlow Lite',
  main: 'model.tflite',
  write: (network, folder) => save(folder, 'model.tflite', encode(network, false)),
};

export const tfliteHalf: Writer = {
  id: 'tflite-half',
  title: 'TensorFlow Lite, float16',
  main: 'model.tflite',
  holds: (network) => withWeights(foldNormalisations(network), inHalves),
  write: (network, folder) => save(folder, 'model.tflite', encode(network, true)),
};
