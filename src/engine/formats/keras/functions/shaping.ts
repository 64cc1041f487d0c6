import { typeCode } from '../../../graph/ops/elementTypes';
import { refuse, whole } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { given, int, intsOf, numberOf, operand, operands, shapeValue, text } from './arguments';
import type { FunctionRules, Write } from './rule';
import { getItem } from './slicing';

const input = (c: LayerCall) => operand(c, 0, 'x', 'tensor', 'input', 'a', 'images', 'image', 'array');

/** Begin and end of every axis, from a list of pairs. */
function pads(c: LayerCall): readonly number[] {
  const list = given(c, 1, 'pad_width', 'paddings');
  if (!Array.isArray(list)) return refuse('has no paddings');
  const pairs = (list as readonly unknown[]).map((pair) => {
    const each = Array.isArray(pair) ? pair : [pair, pair];
    return [whole(each[0], 'paddings'), whole(each[1] ?? each[0], 'paddings')] as const;
  });
  const rank = c.rank(input(c));
  const all = pairs.length === 1 ? Array.from({ length: rank }, () => pairs[0]!) : pairs;
  if (all.length !== rank) refuse(`pads ${all.length} axes of a value with ${rank}`);
  return [...all.map(([begin]) => begin), ...all.map(([, end]) => end)];
}

const modes: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'edge',
  wrap: 'wrap',
};

const pad: Write = (c) => {
  const name = text(c, 2, 'mode', 'constant').toLowerCase();
  const mode = Object.hasOwn(modes, name) ? modes[name] : undefined;
  if (!mode) refuse(`pads in the way “${name}”`);
  const fill = mode === 'constant' ? [c.w.scalar(numberOf(c, 3, 'constant_values', 0))] : [];
  c.emit('Pad', [input(c), c.w.ints(...pads(c)), ...fill], { mode: mode as string }, c.output);
};

/** Equal parts by their number, or parts by their sizes or by where they begin. */
const split =
  (byPlaces: boolean): Write =>
  (c) => {
    const x = operand(c, 0, 'x', 'value');
    const axis = int(c, 2, 'axis', 0);
    const parts = given(c, 1, 'indices_or_sections', 'num_or_size_splits');
    const outputs = c.site.outputs;
    if (typeof parts === 'number') {
      const count = whole(parts, 'parts');
      if (count < outputs.length || count > 4096) refuse(`splits into ${count} parts`);
      const names = Array.from({ length: count }, (_, i) => outputs[i] ?? c.site.fresh(`${c.output}/part`));
      c.w.nodes.push({
        op: 'Split',
        name: c.output,
        inputs: [x],
        outputs: names,
        attributes: { axis, num_outputs: count },
      });
      return;
    }
    const list = intsOf(c, 1, 'indices_or_sections', 'num_or_size_splits') ?? refuse('does not say how it splits');
    const length = c.dims(x)[c.axis(axis, c.rank(x))] as number;
    const sizes = byPlaces
      ? [...list, length].map((place, i) => place - (i === 0 ? 0 : (list[i - 1] as number)))
      : list;
    if (sizes.length > 4096) refuse(`splits into ${sizes.length} parts`);
    const rest = length - sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
    const all = sizes.map((size) => (size < 0 && !byPlaces ? rest : size));
    const names = all.map((_, i) => outputs[i] ?? c.site.fresh(`${c.output}/part`));
    c.w.nodes.push({
      op: 'Split',
      name: c.output,
      inputs: [x, c.w.ints(...all)],
      outputs: names,
      attributes: { axis },
    });
  };

const moved: Write = (c) => {
  const x = input(c);
  const rank = c.rank(x);
  const from = (intsOf(c, 1, 'source') ?? []).map((axis) => c.axis(axis, rank));
  const to = (intsOf(c, 2, 'destination') ?? []).map((axis) => c.axis(axis, rank));
  if (from.length !== to.length || new Set(to).size !== to.length) refuse('moves axes that do not fit');
  const rest = Array.from({ length: rank }, (_, i) => i).filter((axis) => !from.includes(axis));
  const perm = Array.from({ length: rank }, (_, place) => {
    const at = to.indexOf(place);
    return at >= 0 ? (from[at] as number) : (rest.shift() as number);
  });
  c.emit('Transpose', [x], { perm }, c.output);
};

const turned: Write = (c) => {
  const x = input(c);
  const rank = c.rank(x);
  const axes = intsOf(c, 1, 'axes', 'perm')?.map((axis) => c.axis(axis, rank));
  const perm = axes ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  c.emit('Transpose', [x], { perm }, c.output);
};

const swapped: Write = (c) => {
  const x = input(c);
  const rank = c.rank(x);
  const [a, b] = [c.axis(int(c, 1, 'axis1'), rank), c.axis(int(c, 2, 'axis2'), rank)];
  const perm = Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
  c.emit('Transpose', [x], { perm }, c.output);
};

/** Each element so often, one behind the other. */
const repeated: Write = (c) => {
  const x = input(c);
  const dims = c.dims(x);
  const axis = c.axis(int(c, 2, 'axis'), dims.length);
  const times = int(c, 1, 'repeats');
  if (axis === 0 || times < 1) refuse('repeats images of the batch');
  const tiled = c.emit('Tile', [
    c.emit('Unsqueeze', [x, c.w.ints(axis + 1)]),
    c.w.ints(...[...dims, 0].map((_, i) => (i === axis + 1 ? times : 1))),
  ]);
  const shape = dims.map((length, i) => (i === 0 ? 0 : i === axis ? length * times : length));
  c.emit('Reshape', [tiled, c.w.ints(...shape)], {}, c.output);
};

/** What leaves at one end comes in at the other. */
const rolled: Write = (c) => {
  const axes = intsOf(c, 2, 'axis') ?? refuse('rolls all numbers at once');
  const shifts = intsOf(c, 1, 'shift') ?? [];
  let x = input(c);
  axes.forEach((axis, i) => {
    const length = c.dims(x)[c.axis(axis, c.rank(x))] as number;
    const shift = (((shifts[i] ?? refuse('has fewer shifts than axes')) % length) + length) % length;
    if (shift === 0) return;
    const at = c.w.ints(axis);
    const back = c.emit('Slice', [x, c.w.ints(length - shift), c.w.ints(2 ** 31 - 1), at]);
    const front = c.emit('Slice', [x, c.w.ints(0), c.w.ints(length - shift), at]);
    x = c.emit('Concat', [back, front], { axis });
  });
  c.give(x);
};

const flipped: Write = (c) => {
  const x = input(c);
  const axes = intsOf(c, 1, 'axis') ?? Array.from({ length: c.rank(x) }, (_, i) => i);
  const each = (value: number) => c.w.ints(...axes.map(() => value));
  c.emit('Slice', [x, each(-1), each(-(2 ** 31 - 1)), c.w.ints(...axes), each(-1)], {}, c.output);
};

export const shapingFunctions: FunctionRules = {
  reshape: (c) => c.emit('Reshape', [input(c), shapeValue(c, 1, 'newshape', 'shape')], {}, c.output),
  ravel: (c) => c.emit('Reshape', [input(c), c.w.ints(-1)], {}, c.output),
  transpose: turned,
  moveaxis: moved,
  swapaxes: swapped,
  expand_dims: (c) => c.emit('Unsqueeze', [input(c), c.w.ints(...(intsOf(c, 1, 'axis') ?? []))], {}, c.output),
  squeeze: (c) => {
    const axes = intsOf(c, 1, 'axis', 'squeeze_dims');
    c.emit('Squeeze', axes && axes.length > 0 ? [input(c), c.w.ints(...axes)] : [input(c)], {}, c.output);
  },
  concatenate: (c) => c.emit('Concat', operands(c, 0, 'xs', 'values'), { axis: int(c, 1, 'axis', 0) }, c.output),
  stack: (c) => {
    const values = operands(c, 0, 'x', 'values');
    const axis = int(c, 1, 'axis', 0);
    c.emit(
      'Concat',
      values.map((value) => c.emit('Unsqueeze', [value, c.w.ints(axis)])),
      { axis },
      c.output,
    );
  },
  unstack: (c) => {
    const x = operand(c, 0, 'x', 'value');
    const axis = c.axis(int(c, 2, 'axis', 0), c.rank(x));
    const count = c.dims(x)[axis] as number;
    if (axis === 0 || count > 4096) refuse(`takes ${count} values apart`);
    const parts = c.w.emitMany('Split', [x], count, { axis, num_outputs: count });
    c.site.outputs.forEach((output, i) => {
      c.emit('Squeeze', [parts[i] ?? refuse(`has ${count} parts`), c.w.ints(axis)], {}, output);
    });
  },
  split: split(true),
  split_by_sizes: split(false),
  get_item: getItem,
  pad,
  tile: (c) => c.emit('Tile', [input(c), c.w.ints(...(intsOf(c, 1, 'repeats', 'multiples') ?? []))], {}, c.output),
  repeat: repeated,
  roll: rolled,
  flip: flipped,
  broadcast_to: (c) => c.emit('Expand', [input(c), shapeValue(c, 1, 'shape')], {}, c.output),
  shape: (c) => c.emit('Shape', [input(c)], {}, c.output),
  zeros_like: (c) => c.emit('Mul', [input(c), c.w.scalar(0)], {}, c.output),
  ones_like: (c) => c.emit('Add', [c.w.mul(input(c), c.w.scalar(0)), c.w.scalar(1)], {}, c.output),
  take: (c) => {
    const rows = c.emit('Cast', [operand(c, 1, 'indices')], { to: typeCode('int64') });
    const axis = given(c, 2, 'axis') === undefined ? refuse('takes from all numbers at once') : int(c, 2, 'axis');
    c.emit('Gather', [operand(c, 0, 'x', 'params'), rows], { axis }, c.output);
  },
  gather: (c) => {
    const rows = c.emit('Cast', [operand(c, 1, 'indices')], { to: typeCode('int64') });
    c.emit('Gather', [operand(c, 0, 'params'), rows], { axis: int(c, 3, 'axis', 0) }, c.output);
  },
  depth_to_space: (c) => {
    const blocksize = int(c, 1, 'block_size');
    c.spatially(input(c), false, (x) => c.emit('DepthToSpace', [x], { blocksize, mode: 'DCR' }), c.output);
  },
  space_to_depth: (c) => {
    const blocksize = int(c, 1, 'block_size');
    c.spatially(input(c), false, (x) => c.emit('SpaceToDepth', [x], { blocksize }), c.output);
  },
};
