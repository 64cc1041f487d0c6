import { intAttribute } from '../ir/attributes';
import { fromNumbers, stridesOf, toNumbers } from '../ir/numbers';
import type { DType, Tensor } from '../ir/tensor';
import { type Additions, type InferContext, noGradient, type Operators } from './definition';
import { elementTypes } from './elementTypes';

const sameShape: Operators[string]['infer'] = (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }];

/** Running sums along `axis`, from the end with `reverse`, without the element itself with `exclusive`. */
function runningSums(x: Tensor, axis: number, exclusive: boolean, reverse: boolean): Tensor {
  const at = axis < 0 ? axis + x.dims.length : axis;
  const [length, stride] = [x.dims[at] as number, stridesOf(x.dims)[at] as number];
  const values = toNumbers(x);
  const sums = new Array<number>(values.length);
  const total = new Map<number, number>();
  for (const i of values.keys()) {
    const flat = reverse ? values.length - 1 - i : i;
    const row = flat - (Math.floor(flat / stride) % length) * stride;
    const before = total.get(row) ?? 0;
    total.set(row, before + (values[flat] as number));
    sums[flat] = exclusive ? before : (total.get(row) as number);
  }
  return fromNumbers(x.dtype, x.dims, sums);
}

/** Rows and columns from 0 to `length`: true where the row is `nearest` or more behind the column (in front of it, with `reverse`). */
function triangle(length: number, nearest: number, reverse: boolean): number[] {
  return Array.from({ length: length ** 2 }, (_, flat) => {
    const behind = Math.floor(flat / length) - (flat % length);
    return (reverse ? -behind : behind) >= nearest ? 1 : 0;
  });
}

/** A longer axis is not repeated for every one of its places. */
const longestProduct = 2048;

/** CumProd, which the graph's opset lacks: at every place the product over a triangle of the repeated axis, with ones elsewhere. */
function explicitProducts(c: InferContext, add: Additions) {
  const dims = c.dims(0);
  const axis = c.axis(c.ints(1)?.[0] ?? c.fail('has no axis'), dims.length);
  const length = dims[axis] as number;
  if (length > longestProduct)
    c.fail(`multiplies ${length} numbers in turn, of which at most ${longestProduct} are supported`);
  const inside = triangle(length, intAttribute(c.node, 'exclusive', 0), intAttribute(c.node, 'reverse', 0) === 1);
  const mask = fromNumbers('bool', [length, length, ...dims.slice(axis + 1).map(() => 1)], inside);
  const repeated = add.emit('Unsqueeze', [c.node.inputs[0] as string, add.ints([axis])]);
  const one = add.tensor(fromNumbers(c.dtype(0), [], [1]));
  const factors = add.emit('Where', [add.tensor(mask), repeated, one]);
  return { ...c.node, op: 'ReduceProd', inputs: [factors, add.ints([axis + 1])], attributes: { keepdims: 0 } };
}

/** Operators that run along an axis, and matrices by their diagonal. */
export const scanning: Operators = {
  // The adjoint of summing what came before is summing what comes after.
  CumSum: {
    inputs: [2],
    infer: sameShape,
    fold: ([x, axis], node) => {
      const [exclusive, reverse] = ['exclusive', 'reverse'].map((name) => intAttribute(node, name, 0) === 1);
      return [runningSums(x as Tensor, toNumbers(axis as Tensor)[0] as number, exclusive === true, reverse === true)];
    },
    backward: (b) => {
      const attributes = { ...b.node.attributes, reverse: 1 - intAttribute(b.node, 'reverse', 0) };
      return [b.emit('CumSum', [b.g(), b.x(1)], attributes)];
    },
  },
  CumProd: { inputs: [2], explicit: explicitProducts, infer: sameShape },
  // Reversing twice is the identity.
  ReverseSequence: {
    infer: sameShape,
    backward: (b) => [b.emit('ReverseSequence', [b.g(), b.x(1)], b.node.attributes)],
  },
  Trilu: {
    infer: sameShape,
    fold: ([x, diagonal], node) => {
      const { dtype, dims } = x as Tensor;
      const [rows, columns] = dims.slice(-2) as [number, number];
      const k = diagonal ? (toNumbers(diagonal)[0] as number) : 0;
      const upper = intAttribute(node, 'upper', 1) === 1;
      const values = toNumbers(x as Tensor).map((value, flat) => {
        const distance = (flat % columns) - (Math.floor(flat / columns) % rows);
        return (upper ? distance >= k : distance <= k) ? value : 0;
      });
      return [fromNumbers(dtype, dims, values)];
    },
    backward: (b) => [b.emit('Trilu', [b.g(), ...b.node.inputs.slice(1)], b.node.attributes)],
  },
  EyeLike: {
    infer: (c) => {
      const dtype: DType | undefined = elementTypes[intAttribute(c.node, 'dtype', 0)] ?? c.dtype(0);
      return [{ dtype, dims: c.dims(0) }];
    },
    fold: ([x], node) => {
      const { dims, dtype } = x as Tensor;
      const [rows, columns] = dims as [number, number];
      const k = intAttribute(node, 'k', 0);
      const ones = Array.from({ length: rows * columns }, (_, i) => (i % columns) - Math.floor(i / columns) === k);
      return [fromNumbers(elementTypes[intAttribute(node, 'dtype', 0)] ?? dtype, dims, ones.map(Number))];
    },
    backward: noGradient,
  },
};
