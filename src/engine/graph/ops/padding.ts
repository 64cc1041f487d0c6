import { intsAttribute, stringAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import { adjointAlong, selection } from './axisMap';
import type { Additions, BackwardContext, InferContext, Operators } from './definition';
import { adjointByPositions } from './scattering';

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
  const [rank, axes] = [c.dims(0).length, c.ints(3)];
  const count = axes?.length ?? rank;
  if (pads.length !== 2 * count) c.fail(`has ${pads.length} pads for ${count} axes`);
  return axisPads(rank, pads, axes);
}

/** Which element of an axis of `length` a padded position shows. */
function sourceOf(mode: string, position: number, length: number): number {
  if (mode === 'edge') return Math.min(Math.max(position, 0), length - 1);
  if (mode === 'wrap') return ((position % length) + length) % length;
  const period = Math.max(2 * (length - 1), 1);
  const folded = ((position % period) + period) % period;
  return folded < length ? folded : period - folded;
}

/** Constant padding is cut off again: padded by as much less. */
function cutBack(b: BackwardContext, pads: readonly number[] | undefined): string {
  if (!pads) return b.emit('Pad', [b.g(), b.emit('Neg', [b.x(1)])]);
  return pads.some((length) => length !== 0) ? b.emit('Pad', [b.g(), b.ints(pads.map((length) => -length))]) : b.g();
}

/** In the other modes the gradient goes back to the elements that were shown. */
function shownBack(b: BackwardContext, mode: string, pads: readonly number[] | undefined): string {
  const dims = b.dims(b.x());
  if (!pads) {
    return adjointByPositions(b, (places) => b.emit('Pad', [places, ...b.node.inputs.slice(1)], b.node.attributes));
  }
  return axisPads(dims.length, pads).reduce((g, { axis, before, after }) => {
    if (before === 0 && after === 0) return g;
    const length = dims[axis] as number;
    const sources = Array.from({ length: length + before + after }, (_, i) => sourceOf(mode, i - before, length));
    return adjointAlong(b, g, axis, b.tensor(selection(sources, length)));
  }, b.g());
}

/** The constant that pads gets what x does not. */
function padBackward(b: BackwardContext): (string | null)[] {
  const constant = b.constant(b.x(1));
  const pads = constant && toNumbers(constant);
  const mode = stringAttribute(b.node, 'mode', 'constant');
  const gradient = mode === 'constant' ? cutBack(b, pads) : shownBack(b, mode, pads);
  const total = (value: string) => b.emit('ReduceSum', [value], { keepdims: 0 });
  const byConstant = () =>
    b.emit('Reshape', [b.emit('Sub', [total(b.g()), total(gradient)]), b.emit('Shape', [b.x(2)])]);
  return [gradient, null, b.wanted(2) ? byConstant() : null];
}

/** Lengths after a CenterCropPad. */
function centredDims(c: InferContext): number[] {
  const dims = [...c.dims(0)];
  const lengths = c.ints(1) ?? c.fail('has no shape');
  const axes = intsAttribute(c.node, 'axes') ?? dims.map((_, axis) => axis);
  axes.forEach((axis, index) => {
    dims[c.axis(axis, dims.length)] = lengths[index] as number;
  });
  return dims;
}

/** One form for passes and rules: pads of all axes. */
function explicitPad(c: InferContext, add: Additions): Node {
  if (!c.has(3)) return c.node;
  const rank = c.dims(0).length;
  const pads = new Array<number>(2 * rank).fill(0);
  for (const { axis, before, after } of padsOf(c)) {
    pads[axis] = before;
    pads[axis + rank] = after;
  }
  const [x = '', , value = ''] = c.node.inputs;
  return { ...c.node, inputs: [x, add.ints(pads), value] };
}

export const padding: Operators = {
  Pad: {
    explicit: explicitPad,
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
  // Padded around the centre, by less than nothing where it is cut off.
  CenterCropPad: {
    explicit: (c, add) => {
      const from = c.dims(0);
      const more = centredDims(c).map((length, axis) => length - (from[axis] as number));
      const before = more.map((count) => Math.trunc(count / 2));
      const pads = add.ints([...before, ...more.map((count, axis) => count - (before[axis] as number))]);
      return { ...c.node, op: 'Pad', inputs: [c.node.inputs[0] as string, pads], attributes: {} };
    },
    infer: (c) => [{ dtype: c.dtype(0), dims: centredDims(c) }],
  },
};
