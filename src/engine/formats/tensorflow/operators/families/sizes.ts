import { float32 } from '../../../../graph/ir/tensor';
import type { Operation, Rule, Rules } from '../operation';

/** Values of one number, in the shape of another value. */
const filled =
  (value: number): Rule =>
  (o) =>
    o.give('Expand', [o.scalar(value, o.type('T')), o.w.emit('Shape', [o.x()])]);

function rank(o: Operation): void {
  const known = o.rank();
  if (known !== undefined) o.give('Identity', [o.w.int(known)]);
  else o.give('Size', [o.w.emit('Shape', [o.x()])]);
}

/** (start, end, count) → evenly spaced numbers, both ends among them. */
function linSpace(o: Operation): void {
  const count = o.single(2, 'counts');
  if (count < 1 || count > 1 << 16) o.fail(`counts ${count} numbers`);
  const parts = Float32Array.from({ length: count }, (_, i) => (count === 1 ? 0 : i / (count - 1)));
  const width = o.w.emit('Sub', [o.x(1), o.x(0)]);
  o.give('Add', [o.x(0), o.w.mul(width, o.w.constant('parts', float32([count], parts)))]);
}

/** (indices, depth, on, off). */
function oneHot(o: Operation): void {
  const values = [3, 2].map((index) => o.w.emit('Reshape', [o.x(index), o.w.ints(1)]));
  const pair = o.w.emit('Concat', values, { axis: 0 });
  o.give('OneHot', [o.x(0), o.x(1), pair], { axis: o.number('axis') });
}

export const sizes: Rules = {
  Shape: (o) => o.give('Shape', [o.x()]),
  ShapeN: (o) => {
    for (const [index, input] of o.inputs.entries()) o.w.emit('Shape', [input], {}, o.out(index));
  },
  Rank: rank,
  Size: (o) => o.give('Size', [o.x()]),
  Fill: (o) => o.give('Expand', [o.x(1), o.vector(0)]),
  Range: (o) => o.give('Range', [o.x(0), o.x(1), o.x(2)]),
  LinSpace: linSpace,
  OnesLike: filled(1),
  ZerosLike: filled(0),
  OneHot: oneHot,
  InvertPermutation: (o) => {
    const perm = o.fixed(0, 'orders of axes');
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    o.give('Identity', [o.w.ints(...inverse)]);
  },
};
