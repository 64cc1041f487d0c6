/** Values put together, and cut apart. */
import type { CallContext, Size } from '../values/context';
import { promoted } from '../values/promotion';
import type { Family, Rule } from '../values/table';

/** `Slice` reads it as the end. */
const end = Number.MAX_SAFE_INTEGER;

/** An empty list of numbers (shape [0]) may stand among values of any shape. */
function joined(c: CallContext, tensors: readonly string[]): readonly string[] {
  const full = tensors.filter((value) => !(c.dims(value)?.length === 1 && c.dims(value)?.[0] === 0));
  return promoted(
    c,
    (full.length > 0 ? full : tensors.slice(0, 1)).map((value) => ({ value })),
  );
}

const concatenate: Rule = (c) => {
  const values = joined(c, c.tensors('tensors'));
  const first = values[0] ?? c.unsupported('joins nothing');
  const axis = c.axis('dim', first);
  if (values.length === 1) c.same(first);
  else c.give('Concat', values, { axis });
};

function stack(c: CallContext): void {
  const values = promoted(
    c,
    c.tensors('tensors').map((value) => ({ value })),
  );
  const first = values[0] ?? c.unsupported('joins nothing');
  const axis = c.axis('dim', first, 1);
  const rows = values.map((value) => c.emit('Unsqueeze', [value, c.ints64(axis)]));
  if (rows.length === 1) c.same(rows[0] as string);
  else c.give('Concat', rows, { axis });
}

/** Lines of single images are columns. */
const besides =
  (place: number): Rule =>
  (c) => {
    const values = c.tensors('tensors');
    const flat = values.every((value) => c.rank(value) === 1);
    c.give(
      'Concat',
      promoted(
        c,
        values.map((value) => ({ value })),
      ),
      { axis: flat ? 0 : place },
    );
  };

/** Lengths of parts of `step`, the last of what is left. */
function parts(c: CallContext, input: string, axis: number, step: number): Size[] {
  const length = c.length(input, axis);
  const count = c.call.outputs.length;
  if (step <= 0) c.unsupported(`cuts into parts of ${step}`);
  const before = new Array<Size>(count - 1).fill(step);
  if (typeof length !== 'number') return [...before, c.emit('Sub', [length, c.int64((count - 1) * step)])];
  if (Math.max(Math.ceil(length / step), 1) !== count) c.unsupported(`gives ${count} parts of a length of ${length}`);
  return [...before, length - (count - 1) * step];
}

function cut(c: CallContext, input: string, axis: number, lengths: readonly Size[]): void {
  if (lengths.length !== c.call.outputs.length)
    c.unsupported(`gives ${c.call.outputs.length} of ${lengths.length} parts`);
  if (lengths.length === 1) c.same(input);
  else c.giveAll('Split', [input, c.shape(lengths)], { axis });
}

function split(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const sizes = c.sizes('split_size');
  if (sizes.length > 1 || c.call.outputs.length === 1)
    cut(c, input, axis, sizes.length > 1 ? sizes : [c.length(input, axis)]);
  else cut(c, input, axis, parts(c, input, axis, c.int('split_size')));
}

function splitBySizes(c: CallContext): void {
  const input = c.tensor('self');
  cut(c, input, c.axis('dim', input), c.sizes('split_sizes'));
}

function chunk(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const length = c.dims(input)?.[axis];
  const count = c.call.outputs.length;
  if (length != null) cut(c, input, axis, parts(c, input, axis, Math.ceil(length / c.int('chunks'))));
  else if (count === 1) c.same(input);
  else c.giveAll('Split', [input], { axis, num_outputs: count });
}

function unbind(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const count = c.call.outputs.length;
  const length = c.dims(input)?.[axis];
  if (length != null && length !== count) c.unsupported(`gives ${count} of ${length} parts`);
  for (let index = 0; index < count; index++) c.give('Gather', [input, c.int64(index)], { axis }, index);
}

function select(c: CallContext): void {
  const input = c.tensor('self');
  const index = c.size('index');
  c.give('Gather', [input, typeof index === 'number' ? c.int64(index) : index], { axis: c.axis('dim', input) });
}

function slice(c: CallContext): void {
  const input = c.tensor('self');
  const start: Size = c.isGiven('start') ? c.size('start') : 0;
  const stop: Size = c.isGiven('end') ? c.size('end') : end;
  const [axis, step] = [c.axis('dim', input), c.int('step')];
  const length = c.dims(input)?.[axis];
  const whole = start === 0 && typeof stop === 'number' && stop >= (length ?? end);
  if (whole && step === 1) c.same(input);
  else c.give('Slice', c.sliceInputs(input, axis, start, typeof stop === 'number' ? Math.min(stop, end) : stop, step));
}

function narrow(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const [start, length] = [c.size('start'), c.size('length')];
  let stop: Size;
  if (typeof start === 'number' && typeof length === 'number')
    stop = start < 0 && start + length >= 0 ? end : start + length;
  else {
    const value = (size: Size) => (typeof size === 'number' ? c.int64(size) : size);
    stop = c.emit('Add', [value(start), value(length)]);
  }
  c.give('Slice', c.sliceInputs(input, axis, start, stop));
}

/** Puts `src` in the place of a slice of the value. */
function sliceScatter(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const length = c.fixedLength(input, axis);
  const step = c.int('step');
  const bound = (name: string, usual: number) => {
    const given = c.optionalInt(name) ?? usual;
    return Math.min(Math.max(given < 0 ? given + length : given, 0), length);
  };
  const [start, stop] = [bound('start', 0), bound('end', length)];
  const places: number[] = [];
  for (let place = start; place < stop; place += step) places.push(place);
  replace(c, input, axis, places, c.cast(c.tensor('src'), c.dtype(input)));
}

/** The value with the parts at `places` of an axis replaced by those of another: cut apart and joined again. */
function replace(c: CallContext, input: string, axis: number, places: readonly number[], by: string): void {
  const length = c.fixedLength(input, axis);
  if (places.length > 1024) c.unsupported('replaces too many parts');
  if (places.length === 0) {
    c.same(input);
    return;
  }
  const inRow = places.every((place, i) => place === (places[0] as number) + i);
  const pieces: string[] = [];
  const keep = (from: number, to: number) => {
    if (to > from) pieces.push(c.slice(input, axis, from, to));
  };
  let at = 0;
  if (inRow) {
    keep(0, places[0] as number);
    const size = Array.from(
      { length: c.rank(input) },
      (_, place): Size => (place === axis ? places.length : c.length(input, place)),
    );
    pieces.push(c.emit('Expand', [by, c.shape(size)]));
    at = (places[0] as number) + places.length;
  } else {
    places.forEach((place, i) => {
      keep(at, place);
      pieces.push(c.slice(by, axis, i, i + 1));
      at = place + 1;
    });
  }
  keep(at, length);
  if (pieces.length === 1) c.same(pieces[0] as string);
  else c.give('Concat', pieces, { axis });
}

function selectScatter(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const [length, index] = [c.fixedLength(input, axis), c.int('index')];
  const source = c.cast(c.tensor('src'), c.dtype(input));
  replace(c, input, axis, [index < 0 ? index + length : index], c.emit('Unsqueeze', [source, c.ints64(axis)]));
}

const many = 'tensors:T[] dim:i=0';

export const joining: Family = {
  cat: [many, concatenate],
  concat: [many, concatenate],
  concatenate: [many, concatenate],
  stack: [many, stack],
  hstack: ['tensors:T[]', besides(1)],
  vstack: [
    'tensors:T[]',
    (c) => {
      const rows = c
        .tensors('tensors')
        .map((value) => (c.rank(value) === 1 ? c.emit('Unsqueeze', [value, c.ints64(0)]) : value));
      c.give('Concat', rows, { axis: 0 });
    },
  ],
  split: ['self:T split_size:i[] dim:i=0', split],
  split_with_sizes: ['self:T split_sizes:i[] dim:i=0', splitBySizes],
  split_with_sizes_copy: ['self:T split_sizes:i[] dim:i=0', splitBySizes],
  split_copy: ['self:T split_size:i[] dim:i=0', split],
  unsafe_split: ['self:T split_size:i[] dim:i=0', split],
  chunk: ['self:T chunks:i dim:i=0', chunk],
  unsafe_chunk: ['self:T chunks:i dim:i=0', chunk],
  unbind: ['self:T dim:i=0', unbind],
  unbind_copy: ['self:T dim:i=0', unbind],
  select: ['self:T dim:i index:i', select],
  select_copy: ['self:T dim:i index:i', select],
  slice: ['self:T dim:i=0 start:i?=null end:i?=null step:i=1', slice],
  slice_copy: ['self:T dim:i=0 start:i?=null end:i?=null step:i=1', slice],
  narrow: ['self:T dim:i start:i length:i', narrow],
  narrow_copy: ['self:T dim:i start:i length:i', narrow],
  slice_scatter: ['self:T src:T dim:i=0 start:i?=null end:i?=null step:i=1', sliceScatter],
  select_scatter: ['self:T src:T dim:i index:i', selectScatter],
};
