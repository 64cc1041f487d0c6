import type { Operation, Rule, Rules } from '../operation';
import { renamed } from './shared';

/** A length of 0 is one in TensorFlow, where ONNX copies the input's. */
const reshape: Rule = (o) => {
  const empty = o.integers(1)?.includes(0);
  o.give('Reshape', [o.x(0), o.vector(1)], empty ? { allowzero: 1 } : {});
};

/** Without axes all those of length 1 are taken out, but for what is only known to be one when the size is bound: the batch. */
const squeeze: Rule = (o) => {
  const given = o.list('squeeze_dims');
  const dims = o.dims();
  const found = given.length > 0 || !dims ? given : dims.flatMap((length, axis) => (length === 1 ? [axis] : []));
  if (found.length === 0 && dims) return o.give('Identity', [o.x()]);
  o.give('Squeeze', found.length === 0 ? [o.x()] : [o.x(), o.w.ints(...found)]);
};

function transpose(o: Operation): void {
  const perm = o.fixed(1, 'orders of axes');
  o.give('Transpose', [o.x()], { perm: perm.map((axis) => (axis < 0 ? axis + perm.length : axis)) });
}

export const shapes: Rules = {
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: (o) => o.give('Unsqueeze', [o.x(0), o.vector(1)]),
  Transpose: transpose,
  Tile: renamed('Tile'),
  BroadcastTo: renamed('Expand'),
  EnsureShape: (o) => o.give('Identity', [o.x()]),
};
