import { typeCode } from '../../../../graph/ops/elementTypes';
import type { Operation, Rule, Rules } from '../operation';

function attributesOf(o: Operation) {
  return { keepdims: Number(o.flag('keep_dims')), noop_with_empty_axes: 1 };
}

const reduction =
  (op: string): Rule =>
  (o) =>
    o.give(op, [o.x(), o.vector(1)], attributesOf(o));

/** Truth values are reduced as numbers. */
const truth =
  (op: string): Rule =>
  (o) => {
    const numbers = o.w.emit('Cast', [o.x()], { to: typeCode('float32') });
    const reduced = o.w.emit(op, [numbers, o.vector(1)], attributesOf(o));
    o.give('Cast', [reduced], { to: typeCode('bool') });
  };

const place =
  (op: string): Rule =>
  (o) =>
    o.give(op, [o.x()], { axis: o.single(1, 'axis'), keepdims: 0 });

export const reductions: Rules = {
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  EuclideanNorm: reduction('ReduceL2'),
  All: truth('ReduceMin'),
  Any: truth('ReduceMax'),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
};
