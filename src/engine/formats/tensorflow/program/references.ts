/** How nodes name the values that they read. */

export interface Reference {
  readonly node: string;
  /** Which of its outputs. */
  readonly output: number;
  /** True for an input that says only that the node comes first. */
  readonly control: boolean;
}

/**
 * Outputs of operators with several, by name; of all others the outputs are one, or one list. Inside functions values are named
 * `node:output:index`, where the index counts within the output (tensorflow/core/ops).
 */
const outputNames: Readonly<Record<string, readonly string[]>> = {
  FusedBatchNorm: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  _FusedBatchNormEx: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  TopK: ['values', 'indices'],
  TopKV2: ['values', 'indices'],
  Unique: ['y', 'idx'],
  UniqueV2: ['y', 'idx'],
  MaxPoolWithArgmax: ['output', 'argmax'],
  Switch: ['output_false', 'output_true'],
  RefSwitch: ['output_false', 'output_true'],
  Merge: ['output', 'value_index'],
  RefMerge: ['output', 'value_index'],
  SoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  SparseSoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  BroadcastGradientArgs: ['r0', 'r1'],
  ListDiff: ['out', 'idx'],
  TensorArrayV3: ['handle', 'flow'],
  TensorListPopBack: ['output_handle', 'tensor'],
  NonMaxSuppressionV4: ['selected_indices', 'valid_outputs'],
  NonMaxSuppressionV5: ['selected_indices', 'selected_scores', 'valid_outputs'],
  QuantizeV2: ['output', 'output_min', 'output_max'],
};

/**
 * Reads `name`, `name:1`, `^name` and, of the body of a function, `name:output:1`.
 *
 * @param opOf the operator of a node of the same body.
 */
export function reference(text: string, opOf: (node: string) => string | undefined): Reference {
  if (text.startsWith('^')) return { node: text.slice(1), output: 0, control: true };
  const [node = '', output = '0', index = '0'] = text.split(':');
  if (/^\d+$/.test(output)) return { node, output: Number(output), control: false };
  const op = opOf(node) ?? '';
  const names = Object.hasOwn(outputNames, op) ? outputNames[op] : undefined;
  return { node, output: Math.max(names?.indexOf(output) ?? 0, 0) + Number(index), control: false };
}

/** The name of a node's output: `node` for the first, `node:k` for the others. */
export function valueName(node: string, output: number): string {
  return output === 0 ? node : `${node}:${output}`;
}
