import type { Operation, Rules } from '../operation';

function concat(o: Operation, values: readonly string[], axis: number): void {
  if (values.length === 1) o.give('Identity', values);
  else o.give('Concat', values, { axis });
}

function pack(o: Operation): void {
  const axis = o.number('axis');
  const values = o.inputs.map((input) => o.w.emit('Unsqueeze', [input, o.w.ints(axis)]));
  concat(o, values, axis);
}

/** Each output that is read is its own slice without the axis. */
function unpack(o: Operation): void {
  const axis = o.number('axis');
  for (let index = 0; index < o.count('num'); index++) {
    if (!o.used(index) && index > 0) continue;
    o.w.emit('Gather', [o.x(), o.w.int(index)], { axis }, o.out(index));
  }
}

/** (axis, value), into equal parts. */
function split(o: Operation): void {
  const axis = o.single(0, 'axis');
  const parts = o.w.emitMany('Split', [o.x(1)], o.count('num_split'), { axis, num_outputs: o.count('num_split') });
  name(o, parts);
}

/** (value, lengths, axis); one length may be left open. */
function splitByLengths(o: Operation): void {
  const axis = o.single(2, 'axis');
  const lengths = o.fixed(1, 'lengths');
  const open = lengths.indexOf(-1);
  const rest = lengths.reduce((sum, length) => sum + Math.max(length, 0), 0);
  const left = () => o.w.emit('Sub', [o.w.lengths(o.x(), axis, axis === -1 ? undefined : axis + 1), o.w.ints(rest)]);
  const sizes =
    open < 0
      ? o.w.ints(...lengths)
      : o.w.emit(
          'Concat',
          lengths.map((length, i) => (i === open ? left() : o.w.ints(length))),
          { axis: 0 },
        );
  name(o, o.w.emitMany('Split', [o.x(), sizes], lengths.length, { axis }));
}

/** Parts under the names of the outputs that are read. */
function name(o: Operation, parts: readonly string[]): void {
  parts.forEach((part, index) => {
    if (index === 0 || o.used(index)) o.w.emit('Identity', [part], {}, o.out(index));
  });
}

export const joining: Rules = {
  ConcatV2: (o) => concat(o, o.inputs.slice(0, -1), o.single(-1, 'axis')),
  Concat: (o) => concat(o, o.inputs.slice(1), o.single(0, 'axis')),
  Pack: pack,
  Unpack: unpack,
  Split: split,
  SplitV: splitByLengths,
};
