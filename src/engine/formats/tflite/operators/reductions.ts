import type { Rule } from '../importing/operation';
import { asDtype } from './casting';

/** No axis means none is reduced, which ONNX has to be told. */
const reduce =
  (op: string): Rule =>
  (o) =>
    o.emit(op, [o.input(0), o.sizes(1)], { keepdims: o.flagOption(0) ? 1 : 0, noop_with_empty_axes: 1 });

/** Truth values as numbers: any is their maximum, all their minimum. */
const reduceTruth =
  (op: string): Rule =>
  (o) => {
    const attributes = { keepdims: o.flagOption(0) ? 1 : 0, noop_with_empty_axes: 1 };
    const number = o.emit('Cast', [o.input(0)], { to: 1 });
    return asDtype(o, o.emit(op, [number, o.sizes(1)], attributes), 'bool');
  };

/** Of several largest numbers the first. */
const extreme =
  (op: string): Rule =>
  (o) => {
    const [axis = o.unsupported('lacks its axis')] = o.ints(1);
    return asDtype(o, o.emit(op, [o.input(0)], { axis, keepdims: 0 }), o.outputDtype());
  };

const cumulativeSum: Rule = (o) => {
  const attributes = { exclusive: o.flagOption(0) ? 1 : 0, reverse: o.flagOption(1) ? 1 : 0 };
  const [axis = o.unsupported('lacks its axis')] = o.ints(1);
  return o.emit('CumSum', [o.input(0), o.w.int(axis)], attributes);
};

export const reductions: Readonly<Record<string, Rule>> = {
  MEAN: reduce('ReduceMean'),
  SUM: reduce('ReduceSum'),
  REDUCE_MAX: reduce('ReduceMax'),
  REDUCE_MIN: reduce('ReduceMin'),
  REDUCE_PROD: reduce('ReduceProd'),
  REDUCE_ANY: reduceTruth('ReduceMax'),
  REDUCE_ALL: reduceTruth('ReduceMin'),
  ARG_MAX: extreme('ArgMax'),
  ARG_MIN: extreme('ArgMin'),
  CUMSUM: cumulativeSum,
};
