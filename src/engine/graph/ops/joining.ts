import { intAttribute } from '../ir/attributes';
import { pick, stridesOf, toNumbers, walk } from '../ir/numbers';
import { elementCount, type Tensor, type TensorData } from '../ir/tensor';
import type { BackwardContext, InferContext, Operators } from './definition';

function concatenated(c: InferContext): number[] {
  const first = c.dims(0);
  const axis = c.axis(intAttribute(c.node, 'axis', 0), first.length);
  let length = 0;
  for (let index = 0; index < c.inputCount; index++) {
    const dims = c.dims(index);
    if (c.dtype(index) !== c.dtype(0)) c.fail(`joins values of type ${c.dtype(0)} and ${c.dtype(index)}`);
    if (dims.length !== first.length || dims.some((size, i) => i !== axis && size !== first[i])) {
      c.fail(`joins shapes that do not fit each other: [${first.join(', ')}] and [${dims.join(', ')}]`);
    }
    length += dims[axis] as number;
  }
  return first.map((size, i) => (i === axis ? length : size));
}

const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);

function foldConcat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0] as Tensor;
  const at = axis < 0 ? axis + first.dims.length : axis;
  const dims = first.dims.with(at, sum(parts.map((part) => part.dims[at] as number)));
  const data = emptyLike(first, elementCount(dims));
  let position = 0;
  for (let outer = 0; outer < elementCount(first.dims.slice(0, at)); outer++) {
    for (const part of parts) {
      const size = elementCount(part.dims.slice(at));
      data.set((part.data as Numbers).subarray(outer * size, (outer + 1) * size) as never, position);
      position += size;
    }
  }
  return { dtype: first.dtype, dims, data };
}

type Numbers = Exclude<TensorData, readonly string[]>;

function emptyLike({ data }: Tensor, length: number): Numbers {
  const Type = data.constructor as new (length: number) => Numbers;
  return new Type(length);
}

/** Sizes of a Split's parts: given, or equal ones (the last may be shorter). */
function splitSizes(c: InferContext, axis: number): readonly number[] {
  const length = c.dims(0)[axis] ?? c.fail('splits a single number');
  const given = c.ints(1);
  if (given) return given;
  const count = intAttribute(c.node, 'num_outputs', c.node.outputs.length);
  const size = Math.ceil(length / count);
  return Array.from({ length: count }, (_, index) => Math.min(size, length - index * size));
}

/** Every part's gradient beside the others; zeros where a part has none. */
function splitBackward(b: BackwardContext): string[] {
  const parts = b.node.outputs.map((_, index) =>
    b.hasGradient(index) ? b.g(index) : b.emit('ConstantOfShape', [b.emit('Shape', [b.y(index)])]),
  );
  return [b.emit('Concat', parts, { axis: intAttribute(b.node, 'axis', 0) })];
}

export const joining: Operators = {
  Concat: {
    infer: (c) => [{ dtype: c.dtype(0), dims: concatenated(c) }],
    fold: (inputs, node) => [foldConcat(inputs as readonly Tensor[], intAttribute(node, 'axis', 0))],
    backward: (b) => {
      const rank = b.dims(b.y()).length;
      const axis = (intAttribute(b.node, 'axis', 0) + rank) % rank;
      const sizes = b.node.inputs.map((_, index) => b.dims(b.x(index))[axis] as number);
      if (sizes.every((_, index) => b.wanted(index))) {
        return b.emitMany('Split', [b.g(), b.ints(sizes)], sizes.length, { axis });
      }
      const begins = sizes.map((_, index) => sum(sizes.slice(0, index)));
      return sizes.map((size, index) => {
        const [begin, end] = [begins[index] as number, (begins[index] as number) + size];
        return b.wanted(index) ? b.emit('Slice', [b.g(), b.ints([begin]), b.ints([end]), b.ints([axis])]) : null;
      });
    },
    quantised: 'moved',
  },
  Split: {
    // Every part gets a name, so that the gradient can ask for the shape of those that nothing reads.
    explicit: ({ node }) => {
      const owner = node.outputs.find((output) => output !== '');
      return { ...node, outputs: node.outputs.map((output, index) => output || `${owner}/part_${index}`) };
    },
    infer: (c) => {
      const dims = c.dims(0);
      const axis = c.axis(intAttribute(c.node, 'axis', 0), dims.length);
      const sizes = splitSizes(c, axis);
      if (sum(sizes) !== dims[axis]) c.fail(`splits ${dims[axis]} elements into parts of ${sizes.join(', ')}`);
      return sizes.map((size) => ({ dtype: c.dtype(0), dims: dims.map((length, i) => (i === axis ? size : length)) }));
    },
    fold: ([x, split], node) => {
      const { dims } = x as Tensor;
      const axis = (intAttribute(node, 'axis', 0) + dims.length) % dims.length;
      const count = node.outputs.length;
      const equal = Math.ceil((dims[axis] as number) / count);
      let begin = 0;
      return Array.from({ length: count }, (_, index) => {
        const size = split ? (toNumbers(split)[index] as number) : Math.min(equal, (dims[axis] as number) - begin);
        const part = dims.map((length, i) => (i === axis ? size : length));
        const start = begin * (stridesOf(dims)[axis] as number);
        begin += size;
        return pick(x as Tensor, part, walk(part, stridesOf(dims), start));
      });
    },
    backward: splitBackward,
    quantised: 'moved',
  },
};
