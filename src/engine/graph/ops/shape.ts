import { intAttribute, intsAttribute } from '../ir/attributes';
import { broadcastDims, broadcastIndices, pick, stridesOf, toNumbers, walk, withDims } from '../ir/numbers';
import { elementCount, type Tensor } from '../ir/tensor';
import type { BackwardContext, InferContext, OperatorDefinition, Operators } from './definition';
import { unbroadcast } from './elementwise';

/** Back to the input's own shape, read off the input so that any batch length is right. */
function reshapeBack(b: BackwardContext): string[] {
  return [b.emit('Reshape', [b.g(), b.emit('Shape', [b.x()])])];
}

/** An operator that only renames the axes of the same elements. */
function reshaping(dims: (c: InferContext) => number[]): OperatorDefinition {
  return {
    infer: (c) => [{ dtype: c.dtype(0), dims: dims(c) }],
    backward: reshapeBack,
    quantised: 'moved',
  };
}

/** Resolves 0 (copy) and −1 (rest) in a Reshape's target. */
export function resolveReshape(
  from: readonly number[],
  target: readonly number[],
  allowZero: boolean,
): number[] | null {
  const dims = target.map((length, axis) => (length === 0 && !allowZero ? (from[axis] ?? -2) : length));
  const free = dims.indexOf(-1);
  const count = elementCount(from);
  if (free >= 0) {
    const rest = dims.reduce((product, length, axis) => (axis === free ? product : product * length), 1);
    dims[free] = rest === 0 ? 0 : count / rest;
  }
  const whole = dims.every((length) => Number.isInteger(length) && length >= 0);
  return whole && elementCount(dims) === count ? dims : null;
}

function squeezedDims(c: InferContext): number[] {
  const dims = c.dims(0);
  const axes = c.ints(1)?.map((axis) => c.axis(axis, dims.length));
  if (axes?.some((axis) => dims[axis] !== 1)) c.fail(`squeezes an axis of [${dims.join(', ')}] that is longer than 1`);
  return dims.filter((length, axis) => (axes ? !axes.includes(axis) : length !== 1));
}

function unsqueezedDims(c: InferContext): number[] {
  const given = c.ints(1) ?? c.fail('has no axes');
  const rank = c.dims(0).length + given.length;
  const axes = given.map((axis) => c.axis(axis, rank));
  const rest = [...c.dims(0)];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() as number)));
}

function permutation(node: InferContext['node'], rank: number): readonly number[] {
  return intsAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

const foldReshaping =
  (dims: (x: Tensor, second: Tensor | undefined) => number[]): NonNullable<OperatorDefinition['fold']> =>
  ([x, second]) => [withDims(x as Tensor, dims(x as Tensor, second))];

function tiledDims(c: InferContext): number[] {
  const repeats = c.ints(1) ?? c.fail('has no repeats');
  return c.dims(0).map((length, axis) => length * (repeats[axis] ?? 1));
}

export const shapes: Operators = {
  Reshape: {
    infer: (c) => {
      const target = c.ints(1) ?? c.fail('has no target shape');
      const dims = resolveReshape(c.dims(0), target, intAttribute(c.node, 'allowzero', 0) === 1);
      const text = `[${c.dims(0).join(', ')}] to [${target.join(', ')}]`;
      return [{ dtype: c.dtype(0), dims: dims ?? c.fail(`cannot reshape ${text}`) }];
    },
    fold: ([x, target], node) => {
      const dims = resolveReshape(
        (x as Tensor).dims,
        toNumbers(target as Tensor),
        intAttribute(node, 'allowzero', 0) === 1,
      );
      return [withDims(x as Tensor, dims as number[])];
    },
    backward: reshapeBack,
    quantised: 'moved',
  },
  Flatten: reshaping((c) => {
    const rank = c.dims(0).length;
    const given = intAttribute(c.node, 'axis', 1);
    const axis = given < 0 ? given + rank : given;
    return [elementCount(c.dims(0).slice(0, axis)), elementCount(c.dims(0).slice(axis))];
  }),
  Squeeze: {
    ...reshaping(squeezedDims),
    fold: foldReshaping((x, second) => {
      const axes = second && toNumbers(second).map((axis) => (axis < 0 ? axis + x.dims.length : axis));
      return x.dims.filter((length, axis) => (axes ? !axes.includes(axis) : length !== 1));
    }),
  },
  Unsqueeze: {
    ...reshaping(unsqueezedDims),
    fold: foldReshaping((x, second) => {
      const given = toNumbers(second as Tensor);
      const rank = x.dims.length + given.length;
      const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
      const rest = [...x.dims];
      return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() as number)));
    }),
  },

  Transpose: {
    infer: (c) => {
      const perm = permutation(c.node, c.dims(0).length);
      if (perm.length !== c.dims(0).length) c.fail(`has a perm that does not fit [${c.dims(0).join(', ')}]`);
      return [{ dtype: c.dtype(0), dims: perm.map((axis) => c.dims(0)[axis] as number) }];
    },
    fold: ([x], node) => {
      const { dims } = x as Tensor;
      const perm = permutation(node, dims.length);
      const strides = stridesOf(dims);
      const to = perm.map((axis) => dims[axis] as number);
      return [
        pick(
          x as Tensor,
          to,
          walk(
            to,
            perm.map((axis) => strides[axis] as number),
          ),
        ),
      ];
    },
    backward: (b) => {
      const perm = permutation(b.node, b.dims(b.x()).length);
      return [b.emit('Transpose', [b.g()], { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
    },
    quantised: 'moved',
  },

  Expand: {
    infer: (c) => {
      const target = c.ints(1) ?? c.fail('has no shape');
      const dims = broadcastDims([c.dims(0), target]);
      return [
        {
          dtype: c.dtype(0),
          dims: dims ?? c.fail(`cannot expand [${c.dims(0).join(', ')}] to [${target.join(', ')}]`),
        },
      ];
    },
    fold: ([x, target]) => {
      const dims = broadcastDims([(x as Tensor).dims, toNumbers(target as Tensor)]) as number[];
      return [pick(x as Tensor, dims, broadcastIndices((x as Tensor).dims, dims))];
    },
    backward: (b) => [unbroadcast(b, b.g(), b.dims(b.y()), b.dims(b.x()))],
    quantised: 'moved',
  },
  Tile: {
    infer: (c) => [{ dtype: c.dtype(0), dims: tiledDims(c) }],
    // The copies along each axis add up.
    backward: (b) => {
      const [from, to] = [b.dims(b.x()), b.dims(b.y())];
      return [
        from.reduce((g, length, axis) => {
          const copies = (to[axis] as number) / length;
          const sizes = new Array<number>(copies).fill(length);
          return copies === 1 ? g : b.emit('Sum', b.emitMany('Split', [g, b.ints(sizes)], copies, { axis }));
        }, b.g()),
      ];
    },
  },
};
