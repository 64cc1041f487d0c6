import type { Tensor } from '../../../../graph/ir/tensor';
import type { NodeRecord } from '../../proto/graphProto';
import { inputOf, intOf, nodeWith, outputOf, type Rewrite } from '../writing/rewrite';

function epsilonOf(node: NodeRecord): number {
  const epsilon = node.attributes.get('epsilon');
  return epsilon?.kind === 'float' ? epsilon.value : 1e-5;
}

/**
 * `spatial` = 0 (before opset 9): statistics for every place of a channel, in the shape of one item. The four constants make one
 * factor and one offset.
 */
const perElement: Rewrite = (node, c) => {
  const constants = [1, 2, 3, 4].map((index) => c.constant(inputOf(node, index, c)));
  if (constants.some((tensor) => tensor?.dtype !== 'float32'))
    c.fail('has spatial = 0 and computed statistics, which is not supported');
  const [scale, bias, mean, variance] = (constants as Tensor[]).map((tensor) => tensor.data as Float32Array);
  const { dims } = constants[0] as Tensor;
  const factor = new Float32Array(scale!.length);
  const offset = new Float32Array(scale!.length);
  for (let i = 0; i < factor.length; i++) {
    const ratio = scale![i]! / Math.sqrt(variance![i]! + epsilonOf(node));
    factor[i] = ratio;
    offset[i] = bias![i]! - mean![i]! * ratio;
  }
  const y = outputOf(node, c);
  const scaled = c.fresh(`${y}/scaled`);
  const factorName = c.add(`${y}/factor`, { dtype: 'float32', dims, data: factor });
  const offsetName = c.add(`${y}/offset`, { dtype: 'float32', dims, data: offset });
  return [
    { op: 'Mul', name: node.name, inputs: [inputOf(node, 0, c), factorName], outputs: [scaled], attributes: {} },
    { op: 'Add', name: node.name, inputs: [scaled, offsetName], outputs: [y], attributes: {} },
  ];
};

/** Always the inference form: one output, the stored statistics. */
const batchNormalization: Rewrite = (node, c) => {
  const others = node.outputs.slice(1).filter((output) => output !== '');
  if (others.some((output) => c.used(output)))
    c.fail('gives batch statistics that other nodes read, which is not supported');
  if (intOf(node, 'training_mode', 0) !== 0 || (c.opset < 14 && others.length > 0)) {
    c.note('BatchNormalization was saved in training mode; the stored mean and variance are used, as in inference.');
  }
  if (c.opset < 9 && intOf(node, 'spatial', 1) === 0) return perElement(node, c);
  const y = outputOf(node, c);
  return [
    {
      op: 'BatchNormalization',
      name: node.name,
      inputs: node.inputs.slice(0, 5),
      outputs: [y],
      attributes: { epsilon: epsilonOf(node) },
    },
  ];
};

/**
 * Before opset 21 scale and bias are per group. InstanceNormalization over [N, groups, rest] computes that without knowing the
 * number of channels.
 */
const groupNormalization: Rewrite = (node, c) => {
  if (c.opset >= 21) return [nodeWith(node, c)];
  const [x, scale, bias] = [0, 1, 2].map((index) => inputOf(node, index, c)) as [string, string, string];
  const groups = intOf(node, 'num_groups', 0);
  if (groups < 1) c.fail('lacks num_groups');
  const y = outputOf(node, c);
  const [grouped, normalised, shape] = ['grouped', 'normalised', 'shape'].map((part) => c.fresh(`${y}/${part}`)) as [
    string,
    string,
    string,
  ];
  const groupedShape = { dtype: 'int64', dims: [3], data: BigInt64Array.of(0n, BigInt(groups), -1n) } as const;
  const target = c.add(`${y}/groupedShape`, groupedShape);
  const { name } = node;
  const attributes = { epsilon: epsilonOf(node) };
  return [
    { op: 'Reshape', name, inputs: [x, target], outputs: [grouped], attributes: {} },
    { op: 'InstanceNormalization', name, inputs: [grouped, scale, bias], outputs: [normalised], attributes },
    { op: 'Shape', name, inputs: [x], outputs: [shape], attributes: {} },
    { op: 'Reshape', name, inputs: [normalised, shape], outputs: [y], attributes: {} },
  ];
};

export const normalisation: Readonly<Record<string, Rewrite>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
};
