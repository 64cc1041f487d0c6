import { activated } from '../importing/finishing';
import type { Operation, Rule } from '../importing/operation';

const concatenation: Rule = (o) => activated(o, o.emit('Concat', o.inputs, { axis: o.intOption(0) }), o.byteOption(1));

const pack: Rule = (o) => {
  const axis = o.intOption(1);
  const parts = o.inputs.map((input) => o.emit('Unsqueeze', [input, o.w.ints(axis)]));
  return o.emit('Concat', parts, { axis });
};

const unpack: Rule = (o) => {
  const axis = o.intOption(1);
  if (o.outputCount === 1) return o.emit('Squeeze', [o.input(0), o.w.ints(axis)]);
  const parts = o.w.emitMany('Split', [o.input(0)], o.outputCount, { axis, num_outputs: o.outputCount });
  return parts.map((part) => o.emit('Squeeze', [part, o.w.ints(axis)]));
};

const axisOf = (o: Operation, index: number): number => {
  const [axis = o.unsupported('lacks its axis')] = o.ints(index);
  return axis;
};

/** Into equal parts; the axis is the first input. */
const split: Rule = (o) => {
  const axis = axisOf(o, 0);
  return o.w.emitMany('Split', [o.input(1)], o.outputCount, { axis, num_outputs: o.outputCount });
};

/** Into parts of given lengths, of which one may be −1: what is left. */
const splitV: Rule = (o) => {
  const axis = axisOf(o, 2);
  const lengths = [...o.ints(1)];
  if (lengths.length !== o.outputCount) o.unsupported(`gives ${lengths.length} lengths for ${o.outputCount} parts`);
  const rest = lengths.indexOf(-1);
  if (rest >= 0) lengths[rest] = o.length(0, axis) - lengths.reduce((sum, length) => sum + length, 1);
  return o.w.emitMany('Split', [o.input(0), o.w.ints(...lengths)], o.outputCount, { axis });
};

export const joining: Readonly<Record<string, Rule>> = {
  CONCATENATION: concatenation,
  PACK: pack,
  UNPACK: unpack,
  SPLIT: split,
  SPLIT_V: splitV,
};
