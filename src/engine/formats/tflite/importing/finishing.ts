/** What stands behind every operator: the activation that it is fused with, and the steps in which its output is kept. */
import type { Node } from '../../../graph/ir/graph';
import type { Tensor } from '../../../graph/ir/tensor';
import { newArray } from '../../kit/tensors/elements';
import type { Quantisation } from '../schema/model';
import type { Operation } from './operation';

/** By ActivationFunctionType. */
const activations: readonly ((o: Operation, x: string) => string)[] = [
  (_, x) => x,
  (o, x) => o.emit('Relu', [x]),
  (o, x) => clip(o, x, -1, 1),
  (o, x) => clip(o, x, 0, 6),
  (o, x) => o.emit('Tanh', [x]),
];

export function clip(o: Operation, x: string, low: number, high: number): string {
  return o.emit('Clip', [x, o.w.scalar(low), o.w.scalar(high)]);
}

/** The fused activation by its number in the operator's options. */
export function activated(o: Operation, x: string, code: number): string {
  const activate = activations[code] ?? o.unsupported(`is fused with the unknown activation ${code}`);
  return activate(o, x);
}

const quantisedTypes = ['int8', 'uint8', 'int16', 'uint16'] as const;
type QuantisedType = (typeof quantisedTypes)[number];

/**
 * The numbers that are left when a value is kept as integers of these steps: rounded, and cut off where the integers end. In files that
 * were quantised in training that is where a ReLU6 is; it has no operator of its own.
 */
export function inSteps(o: Operation, x: string, { scales, zeroPoints }: Quantisation, dtype: string): string {
  const [scale, zero] = [scales[0] as number, zeroPoints[0] as number];
  if (scales.length !== 1) o.unsupported('gives a value with a scale for each of its channels');
  if (!(scale > 0)) o.unsupported('gives a value whose scale is 0');
  const type = quantisedTypes.find((each) => each === dtype);
  // int32 sums are kept in steps so small that rounding to them is none.
  if (!type) return x;
  const steps = [o.w.scalar(scale), o.w.constant('zero_point', wholeNumber(type, zero, o))];
  return o.emit('DequantizeLinear', [o.emit('QuantizeLinear', [x, ...steps]), ...steps]);
}

function wholeNumber(dtype: QuantisedType, value: number, o: Operation): Tensor {
  const data = newArray(dtype, 1) as Int8Array;
  data[0] = value;
  if (data[0] !== value) o.unsupported(`gives a value of ${dtype} whose zero point is ${value}`);
  return { dtype, dims: [], data };
}

/** Gives the results their names in the file: what computes a result computes it under that name. */
export function named(nodes: Node[], results: readonly string[], outputs: readonly string[], o: Operation): void {
  const renamed = new Map<string, string>();
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const copies: [string, string][] = [];
  results.forEach((result, index) => {
    const output = outputs[index] as string;
    if (made.has(result) && !renamed.has(result)) renamed.set(result, output);
    else copies.push([result, output]);
  });
  const name = (value: string) => renamed.get(value) ?? value;
  nodes.forEach((node, index) => {
    nodes[index] = { ...node, inputs: node.inputs.map(name), outputs: node.outputs.map(name) };
  });
  for (const [from, to] of copies) o.w.emit('Identity', [name(from)], {}, to);
}
