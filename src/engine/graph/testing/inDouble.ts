import type { Graph, Node } from '../graph';
import { fromNumbers, toNumbers } from '../numbers';
import { typeCode } from '../ops/elementTypes';
import type { Tensor, ValueType } from '../tensor';

/** Operators for which onnxruntime's CPU backend has kernels of float32 only. */
const singleOnly: ReadonlySet<string> = new Set(
  `Acos Acosh Asin Asinh Atan Atanh AveragePool Celu Conv ConvTranspose Cosh DequantizeLinear Elu Erf Gelu GlobalAveragePool GlobalLpPool
   GlobalMaxPool GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LeakyRelu LpPool Mean MeanVarianceNormalization Mish PRelu QuantizeLinear
   Resize Selu Shrink Sinh Softplus Softsign Tan ThresholdedRelu`.split(/\s+/),
);

/** True when onnxruntime can run the graph's form in float64, with nothing rounded to fewer bits inside. */
export function runsInDouble(graph: Graph): boolean {
  const rounded = [typeCode('float16'), typeCode('bfloat16')];
  return graph.nodes.every(({ op, attributes }) => {
    return !singleOnly.has(op) && !(op === 'Cast' && rounded.includes(attributes['to'] as number));
  });
}

const doubled = (tensor: Tensor): Tensor =>
  tensor.dtype === 'float32' ? fromNumbers('float64', tensor.dims, toNumbers(tensor)) : tensor;

const doubledType = (type: ValueType): ValueType => (type.dtype === 'float32' ? { ...type, dtype: 'float64' } : type);

function doubledNode(node: Node): Node {
  const { attributes } = node;
  if (node.op === 'Cast' && attributes['to'] === typeCode('float32')) {
    return { ...node, attributes: { ...attributes, to: typeCode('float64') } };
  }
  if (node.op === 'ConstantOfShape') {
    const value = (attributes['value'] as Tensor | undefined) ?? fromNumbers('float32', [1], [0]);
    return { ...node, attributes: { ...attributes, value: doubled(value) } };
  }
  return node;
}

/** The same graph with every float32 value a float64: what it computes when rounding is out of the way. */
export function inDouble(graph: Graph): Graph {
  return {
    inputs: graph.inputs.map(({ name, type }) => ({ name, type: doubledType(type) })),
    outputs: graph.outputs,
    nodes: graph.nodes.map(doubledNode),
    constants: new Map([...graph.constants].map(([name, tensor]) => [name, doubled(tensor)])),
    types: new Map([...graph.types].map(([name, type]) => [name, doubledType(type)])),
  };
}
