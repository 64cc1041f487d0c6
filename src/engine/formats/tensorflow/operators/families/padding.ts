import { toNumbers } from '../../../../graph/ir/numbers';
import type { Operation, Rule, Rules } from '../operation';

/** Before and after each axis in turn ([axes, 2]) becomes all before, then all after. */
export function padsOf(o: Operation, index: number): string {
  const known = knownPads(o, index);
  if (known) return o.w.ints(...known.map(([first]) => first), ...known.map(([, last]) => last));
  return o.w.emit('Reshape', [o.w.emit('Transpose', [o.x(index)], { perm: [1, 0] }), o.w.ints(-1)]);
}

function knownPads(o: Operation, index: number): readonly (readonly [number, number])[] | undefined {
  const tensor = o.constant(index);
  if (tensor?.dims.length !== 2 || tensor.dims[1] !== 2 || (tensor.dims[0] as number) > 64) return undefined;
  const numbers = toNumbers(tensor);
  return Array.from({ length: numbers.length / 2 }, (_, axis) => [numbers[2 * axis] ?? 0, numbers[2 * axis + 1] ?? 0]);
}

/** SYMMETRIC shows the edge itself too, which no mode of ONNX does: parts of the value are joined on, turned round. */
const mirror: Rule = (o) => {
  const mode = o.text('mode');
  if (mode === 'REFLECT') return o.give('Pad', [o.x(), padsOf(o, 1)], { mode: 'reflect' });
  const pads = knownPads(o, 1) ?? o.unsupported('has paddings that depend on the data');
  const turned = (value: string, axis: number, from: number, count: number) =>
    o.w.emit('Slice', [value, ...[from, from - count, axis, -1].map((each) => o.w.ints(each))]);
  const result = pads.reduce((value, [first, last], axis) => {
    const front = first > 0 ? [turnedFront(o, value, axis, first)] : [];
    const behind = last > 0 ? [turned(value, axis, -1, last)] : [];
    return first > 0 || last > 0 ? o.w.emit('Concat', [...front, value, ...behind], { axis }) : value;
  }, o.x());
  o.give('Identity', [result]);
};

/** The first places, the last of them in front. */
function turnedFront(o: Operation, value: string, axis: number, count: number): string {
  return o.w.emit('Slice', [value, ...[count - 1, -Number.MAX_SAFE_INTEGER, axis, -1].map((each) => o.w.ints(each))]);
}

export const padding: Rules = {
  Pad: (o) => o.give('Pad', [o.x(), padsOf(o, 1)]),
  PadV2: (o) => o.give('Pad', [o.x(), padsOf(o, 1), o.x(2)]),
  MirrorPad: mirror,
};
