import type { DType } from '../../../graph/ir/tensor';
import type { Operation, Rule } from '../importing/operation';
import { asDtype } from './casting';

/** Sizes are int64 in the graph. */
const integers = (o: Operation, value: string, dtype: DType): string =>
  dtype === 'int64' ? value : asDtype(o, value, dtype);

/** The new shape is an input; in old files an option, and then perhaps a wrong input beside it. */
const reshape: Rule = (o) => {
  const option = o.intsOption(0);
  const target = o.has(1) ? o.sizes(1) : option.length > 0 ? o.w.ints(...option) : o.w.ints(...known(o));
  return o.emit('Reshape', [o.input(0), target]);
};

const known = (o: Operation): number[] =>
  o.outputDims().map((length) => length ?? o.unsupported('leaves the shape of its output open'));

const squeeze: Rule = (o) => {
  const axes = o.intsOption(0);
  return o.emit('Squeeze', axes.length > 0 ? [o.input(0), o.w.ints(...axes)] : [o.input(0)]);
};

const expandDims: Rule = (o) => o.emit('Unsqueeze', [o.input(0), o.w.ints(...o.ints(1))]);

const transpose: Rule = (o) => o.emit('Transpose', [o.input(0)], { perm: o.ints(1) });

const shape: Rule = (o) => integers(o, o.emit('Shape', [o.input(0)]), o.outputDtype());

const rank: Rule = (o) => integers(o, o.w.int(o.rank(0)), o.outputDtype());

const fill: Rule = (o) => o.emit('Expand', [o.input(1), o.sizes(0)]);

const zerosLike: Rule = (o) => o.emit('Sub', [o.input(0), o.input(0)]);

export const shapes: Readonly<Record<string, Rule>> = {
  RESHAPE: reshape,
  SQUEEZE: squeeze,
  EXPAND_DIMS: expandDims,
  TRANSPOSE: transpose,
  SHAPE: shape,
  RANK: rank,
  FILL: fill,
  ZEROS_LIKE: zerosLike,
  BROADCAST_TO: (o) => o.emit('Expand', [o.input(0), o.sizes(1)]),
  TILE: (o) => o.emit('Tile', [o.input(0), o.sizes(1)]),
  RANGE: (o) => o.emit('Range', [o.input(0), o.input(1), o.input(2)]),
};
