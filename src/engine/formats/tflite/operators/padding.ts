import type { Operation, Rule } from '../importing/operation';

/** Pairs begin, end for each axis, as ONNX lists them: all begins, then all ends. */
function pads(o: Operation): string {
  const pairs = o.ints(1);
  if (pairs.length !== 2 * o.rank(0)) o.unsupported(`has ${pairs.length} paddings for ${o.rank(0)} axes`);
  return o.w.ints(...pairs.filter((_, i) => i % 2 === 0), ...pairs.filter((_, i) => i % 2 === 1));
}

/** With zeros, for quantised values the number 0 too. */
const pad: Rule = (o) => o.emit('Pad', [o.input(0), pads(o)]);

const padV2: Rule = (o) => {
  const value = o.constant(2);
  const scalar = value && value.dims.length > 0 ? o.emit('Reshape', [o.input(2), o.w.ints()]) : o.input(2);
  return o.emit('Pad', [o.input(0), pads(o), scalar]);
};

/** Mirrored without the border cell, or with it: then the border is doubled first, as there is no such mode. */
const mirrorPad: Rule = (o) => {
  if (o.byteOption(0) === 0) return o.emit('Pad', [o.input(0), pads(o)], { mode: 'reflect' });
  const pairs = o.ints(1);
  const [from, to] = [-1, -(2 ** 31)];
  let x = o.input(0);
  for (let axis = 0; axis < o.rank(0); axis++) {
    const [before = 0, after = 0] = [pairs[2 * axis], pairs[2 * axis + 1]];
    if (before === 0 && after === 0) continue;
    const at = o.w.ints(axis);
    const mirrored = (part: string) => o.emit('Slice', [part, o.w.ints(from), o.w.ints(to), at, o.w.ints(-1)]);
    const parts = [x];
    if (before > 0) parts.unshift(mirrored(o.emit('Slice', [x, o.w.ints(0), o.w.ints(before), at])));
    if (after > 0) parts.push(mirrored(o.emit('Slice', [x, o.w.ints(-after), o.w.ints(2 ** 31 - 1), at])));
    x = o.emit('Concat', parts, { axis });
  }
  return x;
};

export const padding: Readonly<Record<string, Rule>> = {
  PAD: pad,
  PADV2: padV2,
  MIRROR_PAD: mirrorPad,
};
