/** Other shapes of the same elements. */
import type { CallContext, Size } from '../values/context';
import type { Family, Rule } from '../values/table';

function reshape(c: CallContext, input: string, sizes: readonly Size[]): void {
  c.give('Reshape', [input, c.shape(sizes)]);
}

/** Sizes of the axes before and behind a range that becomes others. */
function replaced(c: CallContext, input: string, start: number, end: number, by: readonly Size[]): Size[] {
  const dims = c.dims(input) ?? [];
  const kept = (axis: number): Size => {
    // Reshape copies the length of the same axis for 0.
    if (axis < start) return dims[axis] ?? 0;
    return c.length(input, axis);
  };
  const before = Array.from({ length: start }, (_, axis) => kept(axis));
  const after = Array.from({ length: dims.length - end }, (_, i) => kept(end + i));
  return [...before, ...by, ...after];
}

function flatten(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  const [start, end] = [c.axis('start_dim', input), c.axis('end_dim', input)];
  if (rank === 0) reshape(c, input, [1]);
  else if (start > end) c.unsupported('flattens from a later axis to an earlier one');
  else if (start === end) c.same(input);
  else if (start === 1 && end === rank - 1) c.give('Flatten', [input], { axis: 1 });
  else reshape(c, input, replaced(c, input, start, end + 1, [-1]));
}

function unflatten(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  reshape(c, input, replaced(c, input, axis, axis + 1, c.sizes('sizes')));
}

function permute(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  c.give('Transpose', [input], { perm: c.ints('dims').map((axis) => c.axisAt(axis, rank)) });
}

/** The order of axes with two of them exchanged. */
function exchanged(rank: number, a: number, b: number): number[] {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  [perm[a], perm[b]] = [b, a];
  return perm;
}

const transpose =
  (first: string, second: string): Rule =>
  (c) => {
    const input = c.tensor('self');
    const rank = c.rank(input);
    if (rank === 0) c.same(input);
    else c.give('Transpose', [input], { perm: exchanged(rank, c.axis(first, input), c.axis(second, input)) });
  };

function turnedLast(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  if (rank < 2) c.same(input);
  else c.give('Transpose', [input], { perm: exchanged(rank, rank - 2, rank - 1) });
}

function movedim(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  const from = c.ints('source').map((axis) => c.axisAt(axis, rank));
  const to = c.ints('destination').map((axis) => c.axisAt(axis, rank));
  const rest = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !from.includes(axis));
  const perm = Array.from({ length: rank }, (_, axis) => {
    const moved = to.indexOf(axis);
    return moved >= 0 ? (from[moved] as number) : (rest.shift() as number);
  });
  c.give('Transpose', [input], { perm });
}

/** Takes out axes of length 1; those of another length stay. */
function squeeze(c: CallContext): void {
  const input = c.tensor('self');
  const dims = c.dims(input);
  const rank = c.rank(input);
  const named = c.has('dim') ? c.ints('dim').map((axis) => c.axisAt(axis, rank)) : dims?.map((_, axis) => axis);
  const long = named?.filter((axis) => dims?.[axis] === 1) ?? [];
  const open = named?.some((axis) => dims?.[axis] === null) ?? false;
  if (open && !c.has('dim')) c.unsupported('takes out axes that depend on the input’s size');
  // The length of a named axis that is not known yet is 1, or it would not be squeezed.
  const axes =
    open && c.has('dim') ? (named ?? []).filter((axis) => dims?.[axis] === 1 || dims?.[axis] === null) : long;
  if (axes.length === 0) c.same(input);
  else c.give('Squeeze', [input, c.ints64(...axes)]);
}

function unsqueeze(c: CallContext): void {
  const input = c.tensor('self');
  c.give('Unsqueeze', [input, c.ints64(c.axis('dim', input, 1))]);
}

/** −1 keeps a length. */
function expand(c: CallContext): void {
  const sizes = c.sizes('size').map((size) => (size === -1 ? 1 : size));
  c.give('Expand', [c.tensor('self'), c.shape(sizes)]);
}

function repeat(c: CallContext): void {
  const input = c.tensor('self');
  const times = c.sizes(c.has('repeats') ? 'repeats' : 'dims');
  const rank = c.rank(input);
  const missing = times.length - rank;
  const axes = c.ints64(...Array.from({ length: Math.max(missing, 0) }, (_, axis) => axis));
  const value = missing > 0 ? c.emit('Unsqueeze', [input, axes]) : input;
  const all = missing < 0 ? [...new Array<number>(-missing).fill(1), ...times] : times;
  c.give('Tile', [value, c.shape(all)]);
}

/** Each element several times, one after the other. */
function repeatInterleave(c: CallContext): void {
  const input = c.tensor('self');
  const times = c.size('repeats');
  const flat = c.isGiven('dim') ? input : c.emit('Reshape', [input, c.ints64(-1)]);
  const axis = c.isGiven('dim') ? c.axis('dim', input) : 0;
  const rank = c.rank(flat);
  const apart = c.emit('Unsqueeze', [flat, c.ints64(axis + 1)]);
  const counts = Array.from({ length: rank + 1 }, (_, place): Size => (place === axis + 1 ? times : 1));
  const tiled = c.emit('Tile', [apart, c.shape(counts)]);
  const sizes = Array.from(
    { length: rank },
    (_, place): Size => (place < axis ? 0 : place === axis ? -1 : c.length(flat, place)),
  );
  c.give('Reshape', [tiled, c.shape(sizes)]);
}

function pixelShuffle(c: CallContext): void {
  const input = c.tensor('self');
  if (c.rank(input) !== 4) c.unsupported('works on another number of axes than four');
  c.give('DepthToSpace', [input], { blocksize: c.int('upscale_factor'), mode: 'CRD' });
}

/** Channels before the cells of a block. */
function pixelUnshuffle(c: CallContext): void {
  const input = c.tensor('self');
  if (c.rank(input) !== 4) c.unsupported('works on another number of axes than four');
  c.give('SpaceToDepth', [input], { blocksize: c.int('downscale_factor'), mode: 'CRD' });
}

function channelShuffle(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  const rest = Array.from({ length: rank - 2 }, (_, i): Size => c.length(input, i + 2));
  const apart = c.emit('Reshape', [input, c.shape([0, c.int('groups'), -1, ...rest])]);
  const turned = c.transpose(apart, exchanged(rank + 1, 1, 2));
  c.give('Reshape', [turned, c.shape([0, -1, ...rest])]);
}

/** Strides decide nothing where the elements stay in their order; what else they may do depends on how memory lies. */
function strided(c: CallContext): void {
  const input = c.tensor('self');
  const [sizes, strides] = [c.sizes('size'), c.sizes('stride')];
  if (c.isGiven('storage_offset') && c.int('storage_offset') !== 0) c.unsupported('reads memory from another place on');
  if (c.dims(input)?.includes(null)) c.unsupported('depends on a size that follows the input');
  const long = sizes.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const own = (c.dims(input) ?? []).filter((length) => length !== 1);
  const same = long.length === own.length && long.every((axis, i) => sizes[axis] === own[i]);
  let dense: Size = 1;
  for (const axis of [...long].reverse()) {
    if (strides[axis] !== dense || !same) c.unsupported('reads memory in an order of its own');
    dense = (dense as number) * (sizes[axis] as number);
  }
  reshape(c, input, sizes);
}

/** All elements that a program may look at in another shape: those of a dense value. */
const view: Rule = (c) => reshape(c, c.tensor('self'), c.sizes('size'));
const sized: Rule = (c) => reshape(c, c.tensor('self'), c.sizes('shape'));

const like: Rule = (c) => c.give('Reshape', [c.tensor('self'), c.emit('Shape', [c.tensor('other')])]);
const pair = 'self:T dim0:i dim1:i';

export const shape: Family = {
  view: ['self:T size:i[]', view],
  _unsafe_view: ['self:T size:i[]', view],
  view_copy: ['self:T size:i[]', view],
  reshape: ['self:T shape:i[]', sized],
  _reshape_alias: ['self:T size:i[] stride:x', view],
  as_strided: ['self:T size:i[] stride:i[] storage_offset:i?=null', strided],
  view_as: ['self:T other:T', like],
  reshape_as: ['self:T other:T', like],
  flatten: ['self:T start_dim:i=0 end_dim:i=-1', flatten],
  ravel: ['self:T', (c) => reshape(c, c.tensor('self'), [-1])],
  unflatten: ['self:T dim:i sizes:i[]', unflatten],
  permute: ['self:T dims:i[]', permute],
  permute_copy: ['self:T dims:i[]', permute],
  transpose: [pair, transpose('dim0', 'dim1')],
  transpose_copy: [pair, transpose('dim0', 'dim1')],
  swapaxes: ['self:T axis0:i axis1:i', transpose('axis0', 'axis1')],
  swapdims: [pair, transpose('dim0', 'dim1')],
  t: ['self:T', turnedLast],
  numpy_T: [
    'self:T',
    (c) =>
      c.give('Transpose', [c.tensor('self')], {
        perm: Array.from({ length: c.rank(c.tensor('self')) }, (_, i) => i).reverse(),
      }),
  ],
  mT: ['self:T', turnedLast],
  adjoint: ['self:T', turnedLast],
  movedim: ['self:T source:i[] destination:i[]', movedim],
  moveaxis: ['self:T source:i[] destination:i[]', movedim],
  squeeze: ['self:T', squeeze],
  'squeeze.dim|dims': ['self:T dim:i[]', squeeze],
  unsqueeze: ['self:T dim:i', unsqueeze],
  expand: ['self:T size:i[] implicit:x=false', expand],
  expand_copy: ['self:T size:i[] implicit:x=false', expand],
  expand_as: ['self:T other:T', (c) => c.give('Expand', [c.tensor('self'), c.emit('Shape', [c.tensor('other')])])],
  broadcast_to: ['self:T size:i[]', expand],
  repeat: ['self:T repeats:i[]', repeat],
  tile: ['self:T dims:i[]', repeat],
  repeat_interleave: ['self:T repeats:i dim:i?=null output_size:x?=null', repeatInterleave],
  pixel_shuffle: ['self:T upscale_factor:i', pixelShuffle],
  pixel_unshuffle: ['self:T downscale_factor:i', pixelUnshuffle],
  channel_shuffle: ['self:T groups:i', channelShuffle],
  native_channel_shuffle: ['self:T groups:i', channelShuffle],
};
