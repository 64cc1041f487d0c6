import { intAttribute } from '../ir/attributes';
import { fromNumbers, stridesOf, toNumbers } from '../ir/numbers';
import { elementCount, type Tensor } from '../ir/tensor';
import { type BackwardContext, type InferContext, noGradient, type Operators } from './definition';
import { zerosLike } from './elementwise';
import { pickedBack } from './indexing';

function topDims(c: InferContext): number[] {
  const dims = c.dims(0);
  const axis = c.axis(intAttribute(c.node, 'axis', -1), dims.length);
  const [count] = c.ints(1) ?? c.fail('has no count');
  if (count === undefined || count > (dims[axis] as number)) c.fail(`takes ${count} of ${dims[axis]} elements`);
  return dims.with(axis, count as number);
}

/** Positions of the elements that a Compress keeps. */
function kept(condition: Tensor): number[] {
  return toNumbers(condition).flatMap((value, index) => (value ? [index] : []));
}

function compressedDims(c: InferContext): number[] {
  const axis = c.node.attributes['axis'];
  const { length } = kept(c.value(1) ?? c.fail('has a length that depends on the data'));
  return typeof axis === 'number' ? c.dims(0).with(c.axis(axis, c.dims(0).length), length) : [length];
}

/** Without an axis the elements are taken from the flattened input. */
function compressBackward(b: BackwardContext): string[] {
  const dims = b.dims(b.x());
  const axis = b.node.attributes['axis'];
  const positions = kept(b.constant(b.x(1)) ?? b.unsupported('has a condition that is computed from the data'));
  if (typeof axis === 'number') {
    const at = (axis + dims.length) % dims.length;
    return [pickedBack(b, b.g(), at, dims[at] as number, positions)];
  }
  return [b.emit('Reshape', [pickedBack(b, b.g(), 0, elementCount(dims), positions), b.emit('Shape', [b.x()])])];
}

/** Coordinates of the elements that are not 0, one row per axis. */
function foldNonZero(x: Tensor): Tensor {
  const strides = stridesOf(x.dims);
  const places = kept(x);
  const rows = x.dims.flatMap((length, axis) =>
    places.map((at) => Math.floor(at / (strides[axis] as number)) % length),
  );
  return fromNumbers('int64', [x.dims.length, places.length], rows);
}

/** Operators that choose elements by their values. */
export const selecting: Operators = {
  TopK: {
    infer: (c) => [
      { dtype: c.dtype(0), dims: topDims(c) },
      { dtype: 'int64', dims: topDims(c) },
    ],
    // Each value goes back to where it was found.
    backward: (b) => {
      const axis = intAttribute(b.node, 'axis', -1);
      const indices = b.extraOutput(1, 'int64', b.dims(b.y()));
      return [b.emit('ScatterElements', [zerosLike(b, b.x()), indices, b.g()], { axis })];
    },
  },
  Compress: {
    infer: (c) => [{ dtype: c.dtype(0), dims: compressedDims(c) }],
    backward: compressBackward,
  },
  NonZero: {
    infer: (c) => {
      const value = c.value(0) ?? c.fail('has a shape that depends on the data');
      return [{ dtype: 'int64', dims: [value.dims.length, kept(value).length] }];
    },
    fold: ([x]) => [foldNonZero(x as Tensor)],
    backward: noGradient,
  },
  // The values off and on each get what the places that show them got.
  OneHot: {
    infer: (c) => {
      const [depth] = toNumbers(c.value(1) ?? c.fail('has a depth that depends on the data')) as [number];
      const dims = [...c.dims(0)];
      dims.splice(c.axis(intAttribute(c.node, 'axis', -1), dims.length + 1), 0, depth);
      return [{ dtype: c.dtype(2), dims }];
    },
    backward: (b) => {
      const ones = b.tensor(fromNumbers(b.dtype(b.x(2)), [2], [0, 1]));
      const mask = b.emit('OneHot', [b.x(0), b.x(1), ones], b.node.attributes);
      const sum = (value: string) => b.emit('Reshape', [b.emit('ReduceSum', [value], { keepdims: 0 }), b.ints([1])]);
      const on = sum(b.emit('Mul', [b.g(), mask]));
      return [null, null, b.emit('Concat', [b.emit('Sub', [sum(b.g()), on]), on], { axis: 0 })];
    },
  },
  Hardmax: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: noGradient,
  },
};
