import type { AttributeValue } from '../../../../graph/ir/graph';
import type { Operation, Rule } from '../operation';

/** The same operator under ONNX's name. */
export const renamed =
  (op: string, attributes: Readonly<Record<string, AttributeValue>> = {}): Rule =>
  (o) =>
    o.give(op, o.inputs, attributes);

/** By a function of its first input. */
export const inSteps =
  (write: (o: Operation, x: string) => readonly [op: string, inputs: readonly string[]]): Rule =>
  (o) =>
    o.give(...write(o, o.x()));
