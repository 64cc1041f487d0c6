/** Values picked by indices, and put at them. */

import { toNumbers } from '../../../../graph/ir/numbers';
import { int64, type Tensor } from '../../../../graph/ir/tensor';
import type { CallContext, Size } from '../values/context';
import type { Family } from '../values/table';

function indexSelect(c: CallContext): void {
  const input = c.tensor('self');
  c.give('Gather', [input, c.tensor('index')], { axis: c.axis('dim', input) });
}

function gather(c: CallContext): void {
  const input = c.tensor('self');
  c.give('GatherElements', [input, c.tensor('index')], { axis: c.axis('dim', input) });
}

function embedding(c: CallContext): void {
  c.give('Gather', [c.tensor('weight'), c.tensor('indices')], { axis: 0 });
}

interface Indexed {
  readonly axis: number;
  readonly indices: string;
}

/** The axes that indices are given for; truth values choose the places where they are true, when they are constants. */
function indexedAxes(c: CallContext, input: string): Indexed[] {
  const indexed: Indexed[] = [];
  let axis = 0;
  for (const indices of c.optionalTensors('indices')) {
    if (indices === undefined) axis++;
    else if (c.dtype(indices) === 'bool') {
      const chosen = c.constant(indices);
      if (!chosen) c.unsupported('picks by truth values that are computed from the data');
      for (const places of placesOf(chosen as Tensor)) {
        indexed.push({ axis: axis++, indices: c.tensorConstant('places', int64([places.length], places)) });
      }
    } else indexed.push({ axis: axis++, indices });
  }
  if (axis > c.rank(input)) c.unsupported(`picks along ${axis} axes of ${c.rank(input)}`);
  return indexed;
}

/** Places where a tensor is true, for each of its axes. */
function placesOf(tensor: Tensor): number[][] {
  const places = tensor.dims.map((): number[] => []);
  toNumbers(tensor).forEach((value, flat) => {
    if (value === 0) return;
    let rest = flat;
    for (let axis = tensor.dims.length - 1; axis >= 0; axis--) {
      const length = tensor.dims[axis] as number;
      (places[axis] as number[]).push(rest % length);
      rest = Math.floor(rest / length);
    }
  });
  return places;
}

/**
 * NumPy's indexing: indices broadcast against each other, and stand where the first of their axes did, or in front of all where their axes
 * are not neighbours.
 */
function index(c: CallContext): void {
  const input = c.tensor('self');
  const indexed = indexedAxes(c, input);
  const [only, ...others] = indexed;
  if (only === undefined) c.same(input);
  else if (others.length === 0) c.give('Gather', [input, only.indices], { axis: only.axis });
  else pickTogether(c, input, indexed);
}

/** Several axes at once: brought to the front, they are one axis whose places are numbered row by row. */
function pickTogether(c: CallContext, input: string, indexed: readonly Indexed[]): void {
  const rank = c.rank(input);
  const axes = indexed.map(({ axis }) => axis);
  const rest = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  const front = c.transpose(input, [...axes, ...rest]);
  const lengths = axes.map((axis) => c.length(input, axis));
  const flat = c.emit('Reshape', [front, c.shape([-1, ...rest.map((axis) => c.length(input, axis))])]);
  const numbered = indexed.map(({ indices }, i) => {
    const places = wrapped(c, c.cast(indices, 'int64'), lengths[i] as Size);
    const stride = product(c, lengths.slice(i + 1));
    return stride === 1 ? places : c.emit('Mul', [places, scalar(c, stride)]);
  });
  const places = numbered.reduce((sum, each) => c.emit('Add', [sum, each]));
  const neighbours = axes.every((axis, i) => axis === (axes[0] as number) + i);
  const [first = 0] = axes;
  if (!neighbours || first === 0) {
    c.give('Gather', [flat, places], { axis: 0 });
    return;
  }
  const picked = c.emit('Gather', [flat, places], { axis: 0 });
  const indexRank = c.rank(places);
  const before = Array.from({ length: first }, (_, i) => indexRank + i);
  const own = Array.from({ length: indexRank }, (_, i) => i);
  const after = Array.from({ length: rest.length - first }, (_, i) => indexRank + first + i);
  c.give('Transpose', [picked], { perm: [...before, ...own, ...after] });
}

const scalar = (c: CallContext, size: Size) => (typeof size === 'number' ? c.int64(size) : size);

function product(c: CallContext, sizes: readonly Size[]): Size {
  if (sizes.every((size) => typeof size === 'number')) return (sizes as number[]).reduce((a, b) => a * b, 1);
  return sizes.reduce<Size>((a, b) => c.emit('Mul', [scalar(c, a), scalar(c, b)]), 1);
}

/** Negative indices count from the end. */
function wrapped(c: CallContext, indices: string, length: Size): string {
  const known = c.constant(indices);
  if (known && toNumbers(known).every((value) => value >= 0)) return indices;
  const negative = c.emit('Less', [indices, c.int64(0)]);
  return c.emit('Where', [negative, c.emit('Add', [indices, scalar(c, length)]), indices]);
}

/** Puts values at indices of the first axes. */
function indexPut(c: CallContext): void {
  const input = c.tensor('self');
  const indexed = indexedAxes(c, input);
  if (indexed.length === 0 || indexed.some(({ axis }, i) => axis !== i))
    c.unsupported('puts values along axes other than the first');
  const values = c.cast(c.tensor('values'), c.dtype(input));
  const shapes = indexed.map(({ indices }) => c.emit('Shape', [indices]));
  // Indices get one shape by adding zeros to each other.
  const sum = indexed.map(({ indices }) => c.cast(indices, 'int64')).reduce((a, b) => c.emit('Add', [a, b]));
  const shape = shapes.length === 1 ? (shapes[0] as string) : c.emit('Shape', [sum]);
  const columns = indexed.map(({ indices, axis }) => {
    const places = c.emit('Expand', [wrapped(c, c.cast(indices, 'int64'), c.length(input, axis)), shape]);
    return c.emit('Unsqueeze', [places, c.ints64(-1)]);
  });
  const places = columns.length === 1 ? (columns[0] as string) : c.emit('Concat', columns, { axis: -1 });
  const rest = Array.from({ length: c.rank(input) - indexed.length }, (_, i) => c.length(input, indexed.length + i));
  const wanted = rest.length === 0 ? shape : c.emit('Concat', [shape, c.shape(rest)], { axis: 0 });
  const reduction = c.bool('accumulate') ? 'add' : 'none';
  c.give('ScatterND', [input, places, c.emit('Expand', [values, wanted])], { reduction });
}

function scatter(c: CallContext): void {
  const input = c.tensor('self');
  const indices = c.tensor('index');
  const operand = c.operand(c.has('src') ? 'src' : 'value');
  const dtype = c.dtype(input);
  const source =
    typeof operand === 'object' && c.has('src')
      ? c.cast(operand.value, dtype)
      : c.emit('Expand', [
          typeof operand === 'object' ? c.cast(operand.value, dtype) : c.number(Number(operand), dtype),
          c.emit('Shape', [indices]),
        ]);
  const reduction = c.call.op.startsWith('scatter_add') ? 'add' : 'none';
  c.give('ScatterElements', [input, indices, source], { axis: c.axis('dim', input), reduction });
}

function oneHot(c: CallContext): void {
  const classes = c.int('num_classes');
  if (classes < 1 || classes > 1 << 16) c.unsupported('finds the number of classes in the data');
  const range = c.tensorConstant(
    'classes',
    int64(
      [classes],
      Array.from({ length: classes }, (_, i) => i),
    ),
  );
  const indices = c.emit('Unsqueeze', [c.tensor('self'), c.ints64(-1)]);
  c.same(c.cast(c.emit('Equal', [indices, range]), 'int64'));
}

function takeAlong(c: CallContext): void {
  const input = c.tensor('self');
  if (!c.isGiven('dim')) c.unsupported('picks without an axis');
  c.give('GatherElements', [input, c.tensor('indices')], { axis: c.axis('dim', input) });
}

function meshgrid(c: CallContext): void {
  const axes = c.tensors('tensors');
  const crossed = c.optionalText('indexing') === 'xy' && axes.length > 1;
  const lengths = axes.map((value) => c.length(value, 0));
  const order = axes.map((_, i) => (crossed && i < 2 ? 1 - i : i));
  const shape = c.shape(order.map((i) => lengths[i] as Size));
  axes.forEach((value, i) => {
    const place = crossed && i < 2 ? 1 - i : i;
    const sizes = axes.map((_, axis): Size => (axis === place ? -1 : 1));
    c.give('Expand', [c.emit('Reshape', [value, c.shape(sizes)]), shape], {}, i);
  });
}

export const indexing: Family = {
  index_select: ['self:T dim:i index:T', indexSelect],
  gather: ['self:T dim:i index:T sparse_grad:x=false', gather],
  take_along_dim: ['self:T indices:T dim:i?=null', takeAlong],
  embedding: ['weight:T indices:T padding_idx:x=-1 scale_grad_by_freq:x=false sparse:x=false', embedding],
  index: ['self:T indices:T?[]', index],
  _unsafe_index: ['self:T indices:T?[]', index],
  index_put: ['self:T indices:T?[] values:T accumulate:b=false', indexPut],
  _unsafe_index_put: ['self:T indices:T?[] values:T accumulate:b=false', indexPut],
  'scatter.src': ['self:T dim:i index:T src:T', scatter],
  'scatter.value': ['self:T dim:i index:T value:T', scatter],
  scatter_add: ['self:T dim:i index:T src:T', scatter],
  one_hot: ['self:T num_classes:i=-1', oneHot],
  meshgrid: ['tensors:T[] indexing:s?=null', meshgrid],
};
