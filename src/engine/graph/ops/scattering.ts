import { intAttribute, stringAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { broadcastIndices, pick, stridesOf, toNumbers, walk } from '../ir/numbers';
import { elementCount, type Tensor, type TensorData } from '../ir/tensor';
import type { BackwardContext, InferContext, OperatorDefinition, Operators } from './definition';
import { times, zerosLike } from './elementwise';

/**
 * Adjoint of an operator that only picks elements of x, repeatedly if need be: `select` makes it pick their flat positions instead, and the
 * gradient is added up there.
 */
export function adjointByPositions(b: BackwardContext, select: (positions: string) => string): string {
  const [shape, flat, zero] = [b.emit('Shape', [b.x()]), b.ints([-1]), b.tensor(int64Scalar(0))];
  const size = b.emit('ReduceProd', [shape], { keepdims: 1 });
  const places = b.emit('Range', [zero, b.emit('Squeeze', [size]), b.tensor(int64Scalar(1))]);
  const positions = b.emit('Reshape', [select(b.emit('Reshape', [places, shape])), flat]);
  const gradient = b.emit('Reshape', [b.g(), flat]);
  const zeros = b.emit('ConstantOfShape', [size]);
  const sum = b.emit('ScatterElements', [zeros, positions, gradient], { axis: 0, reduction: 'add' });
  return b.emit('Reshape', [sum, shape]);
}

const scalars = new Map<number, Tensor>();

function int64Scalar(value: number): Tensor {
  const known = scalars.get(value) ?? { dtype: 'int64', dims: [], data: BigInt64Array.of(BigInt(value)) };
  scalars.set(value, known);
  return known;
}

/** Writing updates to places of the data and reading those places. */
interface Places {
  readonly write: (data: string, updates: string, reduction: string) => string;
  readonly read: (data: string) => string;
}

/** The gradient with respect to [data, indices, updates]. */
type ScatterRule = (b: BackwardContext, at: Places) => readonly (string | null)[];

/** Places that are overwritten pass nothing to the data and everything to the updates. */
const overwriting: ScatterRule = (b, at) => [
  b.wanted(0) ? at.write(b.g(), zerosLike(b, b.x(2)), 'none') : null,
  null,
  b.wanted(2) ? at.read(b.g()) : null,
];

const adding: ScatterRule = (b, at) => [b.g(), null, b.wanted(2) ? at.read(b.g()) : null];

/** To each factor g times the product of the others, which is y / factor where nothing is 0 (compare ReduceProd). */
const multiplying: ScatterRule = (b, at) => {
  const updates = b.x(2);
  const byUpdates = () => {
    const isZero = b.emit('Equal', [updates, b.scalar(0)]);
    const rest = b.emit('Where', [isZero, b.scalar(1), updates]);
    const zeros = at.read(at.write(zerosLike(b, b.x()), b.emit('Cast', [isZero], { to: 1 }), 'add'));
    const product = at.read(times(b, at.write(b.x(), rest, 'mul')));
    const where = (count: number, value: string) =>
      b.emit('Where', [b.emit('Equal', [zeros, b.scalar(count)]), value, b.scalar(0)]);
    return b.emit('Where', [isZero, where(1, product), b.emit('Div', [where(0, product), rest])]);
  };
  return [b.wanted(0) ? at.write(b.g(), updates, 'mul') : null, null, b.wanted(2) ? byUpdates() : null];
};

/** To those that attain the extreme, in equal shares where several do. */
const extreme: ScatterRule = (b, at) => {
  const attains = (value: string, y: string) => b.emit('Cast', [b.emit('Equal', [value, y])], { to: 1 });
  const [byData, byUpdates] = [attains(b.x(), b.y()), attains(b.x(2), at.read(b.y()))];
  const share = b.emit('Div', [b.g(), b.emit('Max', [at.write(byData, byUpdates, 'add'), b.scalar(1)])]);
  return [b.emit('Mul', [byData, share]), null, b.emit('Mul', [byUpdates, at.read(share)])];
};

const rules: ReadonlyMap<string, ScatterRule> = new Map([
  ['none', overwriting],
  ['add', adding],
  ['mul', multiplying],
  ['max', extreme],
  ['min', extreme],
]);

const reductionOf = (node: Node) => stringAttribute(node, 'reduction', 'none');

type PlacesOf = (data: Tensor, indices: Tensor, axis: number) => Int32Array;

function foldScatter(places: PlacesOf): NonNullable<OperatorDefinition['fold']> {
  return ([data, indices, updates], node) => {
    const [x, at, u] = [data, indices, updates] as [Tensor, Tensor, Tensor];
    return reductionOf(node) === 'none' ? [overwrite(x, places(x, at, intAttribute(node, 'axis', 0)), u)] : null;
  };
}

function inferScatter(c: InferContext) {
  if (c.dtype(2) !== c.dtype(0)) c.fail(`puts ${c.dtype(2)} values among ${c.dtype(0)} ones`);
  return [{ dtype: c.dtype(0), dims: c.dims(0) }];
}

function scatter(op: string, gather: string, places: PlacesOf): OperatorDefinition {
  return {
    inputs: [3],
    infer: inferScatter,
    fold: foldScatter(places),
    backward: (b) => {
      const { reduction: _, ...axis } = b.node.attributes;
      const rule = rules.get(reductionOf(b.node)) ?? overwriting;
      return rule(b, {
        write: (data, updates, reduction) => b.emit(op, [data, b.x(1), updates], { ...axis, reduction }),
        read: (data) => b.emit(gather, [data, b.x(1)], axis),
      });
    },
  };
}

function overwrite(data: Tensor, places: Int32Array, updates: Tensor): Tensor {
  type Typed = Exclude<TensorData, readonly string[]>;
  if (updates.data.length !== places.length)
    throw new RangeError(`${updates.data.length} values do not fill ${places.length} places`);
  const values = (data.data as Typed).slice() as Typed;
  const outside = places.find((place) => !(place >= 0 && place < values.length));
  if (outside !== undefined) throw new RangeError(`element ${outside} of ${values.length} does not exist`);
  for (let i = 0; i < places.length; i++) values[places[i] as number] = updates.data[i] as never;
  return { ...data, data: values };
}

/** Flat places in `data` that GatherElements and ScatterElements mean: an element's own coordinates but for one axis. */
function elementPlaces(data: Tensor, indices: Tensor, axis: number): Int32Array {
  const strides = stridesOf(data.dims);
  const at = axis < 0 ? axis + data.dims.length : axis;
  const length = data.dims[at] as number;
  const own = walk(indices.dims, strides.with(at, 0));
  return toNumbers(indices).reduce((places, index, i) => {
    places[i] = (places[i] as number) + (index < 0 ? index + length : index) * (strides[at] as number);
    return places;
  }, own);
}

/** Flat places that GatherND and ScatterND mean: whole blocks behind the coordinates in the last axis of `indices`. */
function blockPlaces(data: Tensor, indices: Tensor): Int32Array {
  const strides = stridesOf(data.dims);
  const depth = indices.dims.at(-1) as number;
  const block = elementCount(data.dims.slice(depth));
  const coordinates = toNumbers(indices);
  const count = elementCount(indices.dims.slice(0, -1));
  const offset = (c: number, axis: number) => (c < 0 ? c + (data.dims[axis] as number) : c) * (strides[axis] as number);
  const starts = Array.from({ length: count }, (_, i) =>
    coordinates.slice(i * depth, (i + 1) * depth).reduce((sum, c, axis) => sum + offset(c, axis), 0),
  );
  const repeated = broadcastIndices([count, 1], [count, block]);
  return repeated.map((start, i) => (starts[start] as number) + (i % Math.max(block, 1)));
}

export const scattering: Operators = {
  ScatterElements: scatter('ScatterElements', 'GatherElements', elementPlaces),
  ScatterND: scatter('ScatterND', 'GatherND', blockPlaces),

  GatherElements: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(1) }],
    fold: ([x, indices], node) => {
      const places = elementPlaces(x as Tensor, indices as Tensor, intAttribute(node, 'axis', 0));
      return [pick(x as Tensor, (indices as Tensor).dims, places)];
    },
    backward: (b) => {
      const attributes = { axis: intAttribute(b.node, 'axis', 0), reduction: 'add' };
      return [b.emit('ScatterElements', [zerosLike(b, b.x()), b.x(1), b.g()], attributes)];
    },
  },
  GatherND: {
    infer: (c) => {
      const [x, indices, batch] = [c.dims(0), c.dims(1), intAttribute(c.node, 'batch_dims', 0)];
      const depth = indices.at(-1) ?? c.fail('has scalar indices');
      return [{ dtype: c.dtype(0), dims: [...indices.slice(0, -1), ...x.slice(batch + depth)] }];
    },
    fold: ([x, indices], node) => {
      const [data, at] = [x, indices] as [Tensor, Tensor];
      if (intAttribute(node, 'batch_dims', 0) !== 0) return null;
      const dims = [...at.dims.slice(0, -1), ...data.dims.slice(at.dims.at(-1))];
      return [pick(data, dims, blockPlaces(data, at))];
    },
    backward: (b) => [adjointByPositions(b, (places) => b.emit('GatherND', [places, b.x(1)], b.node.attributes))],
  },
};
