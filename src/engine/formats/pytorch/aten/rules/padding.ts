/** Padding, and turning values around. */
import type { CallContext, Size } from '../values/context';
import type { Family, Rule } from '../values/table';

const modes: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  replicate: 'edge',
  circular: 'wrap',
};

/** PyTorch's pads go from the last axis forwards, begin and end of each; negative ones cut off. */
function padBy(c: CallContext, mode: string, value: number | undefined): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  const given = c.sizes(c.has('pad') ? 'pad' : 'padding');
  if (given.length % 2 !== 0 || given.length > 2 * rank) c.unsupported(`pads ${rank} axes by ${given.length} numbers`);
  const [begins, ends] = [new Array<Size>(rank).fill(0), new Array<Size>(rank).fill(0)];
  for (let i = 0; i < given.length; i += 2) {
    begins[rank - 1 - i / 2] = given[i] as Size;
    ends[rank - 1 - i / 2] = given[i + 1] as Size;
  }
  const pads = [...begins, ...ends];
  if (pads.every((pad) => pad === 0)) c.same(input);
  else {
    const dtype = c.dtype(input);
    const filler = mode === 'constant' && (value ?? 0) !== 0 ? c.number(value as number, dtype) : '';
    c.give('Pad', [input, c.shape(pads), filler], { mode });
  }
}

function pad(c: CallContext): void {
  const name = c.text('mode');
  const mode = modes[name] ?? c.unsupported(`pads by the unknown mode “${name}”`);
  padBy(c, mode, c.optionalFloat('value'));
}

const mirrored =
  (mode: string): Rule =>
  (c) =>
    padBy(c, mode, undefined);

/** Backwards along some axes. */
function flip(c: CallContext): void {
  const input = c.tensor('self');
  const axes = c.axes('dims', input);
  const each = (value: number) => c.ints64(...axes.map(() => value));
  c.give('Slice', [input, each(-1), each(-Number.MAX_SAFE_INTEGER), c.ints64(...axes), each(-1)]);
}

/** What leaves at the end comes in again at the beginning. */
function roll(c: CallContext): void {
  const input = c.tensor('self');
  const shifts = c.ints('shifts');
  const named = c.ints('dims');
  if (named.length === 0) {
    const flat = c.emit('Reshape', [input, c.ints64(-1)]);
    c.give('Reshape', [turn(c, flat, 0, shifts[0] ?? 0), c.emit('Shape', [input])]);
    return;
  }
  const result = named.reduce((value, axis, i) => turn(c, value, c.axisAt(axis, c.rank(input)), shifts[i] ?? 0), input);
  c.same(result);
}

function turn(c: CallContext, value: string, axis: number, shift: number): string {
  const length = c.dims(value)?.[axis];
  const by = length ? shift % length : shift;
  if (by === 0) return value;
  const end = Number.MAX_SAFE_INTEGER;
  const [tail, head] = [c.slice(value, axis, -by, end), c.slice(value, axis, 0, -by)];
  return c.emit('Concat', [tail, head], { axis });
}

function rotate(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  const [a, b] = c.ints('dims').map((axis) => c.axisAt(axis, rank));
  if (a === undefined || b === undefined) c.unsupported('turns by no two axes');
  const times = ((c.int('k') % 4) + 4) % 4;
  const backwards = (value: string, ...axes: number[]) => {
    const each = (number: number) => c.ints64(...axes.map(() => number));
    return c.emit('Slice', [value, each(-1), each(-Number.MAX_SAFE_INTEGER), c.ints64(...axes), each(-1)]);
  };
  const perm = Array.from({ length: rank }, (_, axis) =>
    axis === a ? (b as number) : axis === b ? (a as number) : axis,
  );
  if (times === 0) c.same(input);
  else if (times === 2) c.same(backwards(input, a as number, b as number));
  else if (times === 1) c.give('Transpose', [backwards(input, b as number)], { perm });
  else c.same(backwards(c.transpose(input, perm), b as number));
}

const pads = 'self:T pad:i[]';
const mirror = 'self:T padding:i[]';

export const padding: Family = {
  pad: [`${pads} mode:s="constant" value:n?=null`, pad],
  constant_pad_nd: [`${pads} value:n=0`, (c) => padBy(c, 'constant', c.float('value'))],
  reflection_pad1d: [mirror, mirrored('reflect')],
  reflection_pad2d: [mirror, mirrored('reflect')],
  reflection_pad3d: [mirror, mirrored('reflect')],
  replication_pad1d: [mirror, mirrored('edge')],
  replication_pad2d: [mirror, mirrored('edge')],
  replication_pad3d: [mirror, mirrored('edge')],
  flip: ['self:T dims:i[]', flip],
  fliplr: [
    'self:T',
    (c) =>
      c.give('Slice', [c.tensor('self'), c.ints64(-1), c.ints64(-Number.MAX_SAFE_INTEGER), c.ints64(1), c.ints64(-1)]),
  ],
  flipud: [
    'self:T',
    (c) =>
      c.give('Slice', [c.tensor('self'), c.ints64(-1), c.ints64(-Number.MAX_SAFE_INTEGER), c.ints64(0), c.ints64(-1)]),
  ],
  roll: ['self:T shifts:i[] dims:i[]=[]', roll],
  rot90: ['self:T k:i=1 dims:i[]=[0,1]', rotate],
};
