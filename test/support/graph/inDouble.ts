import { GraphBuilder } from '../../../src/engine/graph/inference/builder';
import type { Graph, Node } from '../../../src/engine/graph/ir/graph';
import { fromNumbers, toNumbers } from '../../../src/engine/graph/ir/numbers';
import type { Tensor, ValueType } from '../../../src/engine/graph/ir/tensor';
import { typeCode } from '../../../src/engine/graph/ops/elementTypes';
import { lowerings, repeats } from './lowerings';

/** Operators for which onnxruntime's CPU backend has kernels of float32 only, and which are not decomposed here. */
const singleOnly: ReadonlySet<string> = new Set(
  `Acos Acosh Asin Asinh Atan Atanh Cosh DequantizeLinear GlobalLpPool Hardmax LRN LpPool MaxUnpool MeanVarianceNormalization OneHot
   QuantizeLinear Shrink Sinh`.split(/\s+/),
);

/** True when {@link inDouble} of the graph runs, with nothing rounded to fewer bits inside. */
export function runsInDouble(graph: Graph): boolean {
  const rounded = [typeCode('float16'), typeCode('bfloat16')];
  const dims = (name = '') => graph.types.get(name)?.dims ?? graph.constants.get(name)?.dims ?? [];
  return graph.nodes.every((node) => {
    const { op, attributes, inputs, outputs } = node;
    if (op === 'Resize') return repeats(node, dims(inputs[0]), dims(outputs[0]));
    // Its statistics stay float32 whatever it normalises.
    if (op === 'LayerNormalization') return outputs.slice(1).every((output) => output === '');
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

/**
 * The same bound graph with every float32 value a float64: what it computes when rounding is out of the way. Operators without kernels for
 * that are decomposed into others.
 */
export function inDouble(graph: Graph): Graph {
  const builder = new GraphBuilder(
    {
      inputs: graph.inputs.map(({ name, type }) => ({ name, type: doubledType(type) })),
      outputs: graph.outputs,
      nodes: [],
      constants: new Map([...graph.constants].map(([name, tensor]) => [name, doubled(tensor)])),
      types: new Map([...graph.types].map(([name, type]) => [name, doubledType(type)])),
    },
    'float64/',
  );
  for (const node of graph.nodes) {
    const lowering = lowerings[node.op];
    if (!lowering) {
      builder.append(doubledNode(node));
      continue;
    }
    const result = lowering({
      node,
      builder,
      x: (index = 0) => node.inputs[index] as string,
      dims: (name) => builder.type(name).dims as readonly number[],
      emit: (op, inputs, attributes) => builder.emit(op, inputs, attributes),
    });
    builder.append({ ...node, op: 'Identity', inputs: [result], attributes: {} });
  }
  return builder.finish([], []);
}
