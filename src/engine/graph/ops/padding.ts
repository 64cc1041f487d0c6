import { stringAttribute } from '../attributes';
import { toNumbers } from '../numbers';
import { adjointAlong, selection } from './axisMap';
import type { BackwardContext, InferContext, Operators } from './definition';

interface AxisPads {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

function axisPads(rank: number, pads: readonly number[], axes?: readonly number[]): AxisPads[] {
  const count = pads.length / 2;
  return Array.from({ length: count }, (_, index) => {
    const given = axes?.[index] ?? index;
    const axis = given < 0 ? given + rank : given;
    return { axis, before: pads[index] as number, after: pads[index + count] as number };
  });
}

function padsOf(c: InferContext): AxisPads[] {
  const pads = c.ints(1) ?? c.fail('has no pads');
  return axisPads(c.dims(0).length, pads, c.ints(3));
}

/** Which element of an axis of `length` a padded position shows. */
function sourceOf(mode: string, position: number, length: number): number {
  if (mode === 'edge') return Math.min(Math.max(position, 0), length - 1);
  if (mode === 'wrap') return ((position % length) + length) % length;
  const period = Math.max(2 * (length - 1), 1);
  const folded = ((position % period) + period) % period;
  return folded < length ? folded : period - folded;
}

/** Constant padding is cut off again; in the other modes the gradient goes back to the elements that were shown. */
function padBackward(b: BackwardContext): string[] {
  const constant = (index: number) =>
    b.has(index)
      ? toNumbers(b.constant(b.x(index)) ?? b.unsupported('has pads that are computed from the data'))
      : undefined;
  const dims = b.dims(b.x());
  const mode = stringAttribute(b.node, 'mode', 'constant');
  const all = axisPads(dims.length, constant(1) ?? [], constant(3)).filter(
    (pad) => pad.before !== 0 || pad.after !== 0,
  );
  if (mode === 'constant') {
    const pads = new Array<number>(2 * dims.length).fill(0);
    for (const { axis, before, after } of all) {
      pads[axis] = -before;
      pads[axis + dims.length] = -after;
    }
    return [all.length > 0 ? b.emit('Pad', [b.g(), b.ints(pads)]) : b.g()];
  }
  const gradient = all.reduce((g, { axis, before, after }) => {
    const length = dims[axis] as number;
    const sources = Array.from({ length: length + before + after }, (_, i) => sourceOf(mode, i - before, length));
    return adjointAlong(b, g, axis, b.tensor(selection(sources, length)));
  }, b.g());
  return [gradient];
}

export const padding: Operators = {
  Pad: {
    infer: (c) => {
      const dims = [...c.dims(0)];
      for (const { axis, before, after } of padsOf(c)) {
        dims[c.axis(axis, dims.length)] = (dims[axis] as number) + before + after;
      }
      if (dims.some((length) => length < 0)) c.fail('cuts more off than there is');
      return [{ dtype: c.dtype(0), dims }];
    },
    backward: padBackward,
    quantised: 'moved',
  },
};
