import { float32, type Tensor } from '../../../../src/engine/graph/ir/tensor';
import type { ProtobufWriter } from '../../../../src/engine/runtime/onnxruntime/protobufWriter';
import { encodeTestModel, externalTensor, type ModelNode } from '../../../support/onnxModel';
import { type Layer, type Network, product, weightsOf } from '../network/description';
import { bytesOf, save, type Writer } from './writer';

const operators = { relu: 'Relu', add: 'Add', flatten: 'Flatten' } as const;

function nodes(layer: Layer): readonly ModelNode[] {
  const { name, inputs } = layer;
  const weights = Object.keys(weightsOf(layer)).map((weight) => `${name}.${weight}`);
  const node = (op: string, attributes: ModelNode['attributes'] = {}): ModelNode => ({
    op,
    name: `${name}/${op}`,
    inputs: [...inputs, ...weights],
    outputs: [name],
    attributes,
  });
  switch (layer.kind) {
    case 'convolution':
    case 'maxPool': {
      const { kernel, stride, pad } = layer;
      const attributes = {
        kernel_shape: { ints: [kernel, kernel] },
        strides: { ints: [stride, stride] },
        pads: { ints: [pad, pad, pad, pad] },
      };
      return [node(layer.kind === 'maxPool' ? 'MaxPool' : 'Conv', attributes)];
    }
    case 'normalisation':
      return [node('BatchNormalization', { epsilon: { f: layer.epsilon } })];
    case 'dense':
      return [node('Gemm', { transB: { i: 1 } })];
    case 'mean':
      return [
        { ...node('GlobalAveragePool'), outputs: [`${name}_pooled`] },
        { ...node('Flatten'), inputs: [`${name}_pooled`] },
      ];
    default:
      return [node(operators[layer.kind])];
  }
}

function encode(network: Network, initializers: Readonly<Record<string, Tensor | ProtobufWriter>>): Uint8Array {
  const last = network.layers.at(-1) as Layer;
  return encodeTestModel({
    opset: 18,
    nodes: network.layers.flatMap(nodes),
    initializers,
    inputs: { input: { dims: ['batch', ...network.input] } },
    outputs: { [last.name]: { dims: ['batch', ...last.dims] } },
  });
}

function* namedWeights({ layers }: Network) {
  for (const layer of layers)
    for (const [name, weight] of Object.entries(weightsOf(layer))) yield [`${layer.name}.${name}`, weight] as const;
}

export const onnx: Writer = {
  id: 'onnx',
  title: 'ONNX',
  main: 'model.onnx',
  write: (network, folder) => {
    const weights = [...namedWeights(network)].map(([name, { dims, data }]) => [name, float32(dims, data)] as const);
    save(folder, 'model.onnx', encode(network, Object.fromEntries(weights)));
  },
};

export const onnxExternal: Writer = {
  id: 'onnx-external',
  title: 'ONNX, external data',
  main: 'model.onnx',
  write: (network, folder) => {
    const location = 'model.onnx.data';
    const initializers: Record<string, ProtobufWriter> = {};
    const chunks: Uint8Array[] = [];
    let offset = 0;
    for (const [name, { dims, data }] of namedWeights(network)) {
      const length = 4 * product(dims);
      const place = { location, offset: String(offset), length: String(length) };
      initializers[name] = externalTensor(name, 'float32', dims, place);
      chunks.push(bytesOf(data));
      offset += length;
    }
    save(folder, location, Buffer.concat(chunks));
    save(folder, 'model.onnx', encode(network, initializers));
  },
};
