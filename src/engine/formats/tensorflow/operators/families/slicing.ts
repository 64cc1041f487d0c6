import type { Operation, Rule, Rules } from '../operation';

/** Ends of axes: ONNX takes any number beyond them. */
const [farthest, before] = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];

/** (value, begins, lengths); a length of −1 reaches to the end. */
const slice: Rule = (o) => {
  const [begins, lengths] = [o.integers(1), o.integers(2)];
  const axes = o.w.ints(...(begins ?? lengths ?? o.unsupported('has a beginning of unknown length')).keys());
  const known = begins?.length === lengths?.length && !begins?.includes(null) && !lengths?.includes(null);
  if (begins && lengths && known) {
    const ends = (lengths as number[]).map((length, i) => (length < 0 ? farthest : (begins[i] as number) + length));
    return o.give('Slice', [o.x(), o.w.ints(...(begins as number[])), o.w.ints(...ends), axes]);
  }
  const open = o.w.emit('Less', [o.x(2), o.w.int(0)]);
  const ends = o.w.emit('Where', [open, o.w.int(farthest), o.w.add(o.x(1), o.x(2))]);
  o.give('Slice', [o.x(), o.x(1), ends, axes]);
};

/** One place of a strided slice: an axis of the value and what is taken of it. */
interface Entry {
  /** Its place in begin, end and strides. */
  readonly at: number;
  /** Of the value; from the end behind an ellipsis. */
  readonly axis: number;
}

interface Spec {
  readonly cut: readonly Entry[];
  /** Axes that are taken out of the value again. */
  readonly gone: readonly number[];
  /** Axes of length 1 of the result, counted in it; from the end behind an ellipsis. */
  readonly added: readonly number[];
}

/** x[begin:end:stride, …] as the masks of numpy's indexing have it (tensorflow/core/util/strided_slice_op.h). */
function specOf(o: Operation, length: number): Spec {
  const bit = (mask: string, at: number) => ((o.number(mask) >>> at) & 1) === 1;
  const places = Array.from({ length }, (_, at) => at);
  const ellipsis = places.findIndex((at) => bit('ellipsis_mask', at));
  const isNew = (at: number) => bit('new_axis_mask', at) && at !== ellipsis;
  const isGone = (at: number) => bit('shrink_axis_mask', at) && !isNew(at) && at !== ellipsis;
  const result: { cut: Entry[]; gone: number[]; added: number[] } = { cut: [], gone: [], added: [] };
  /** Counts from the front, or behind an ellipsis from the end. */
  const walk = (part: readonly number[], fromEnd: boolean) => {
    const own = part.filter((at) => !isNew(at)).length;
    const kept = part.filter((at) => !isGone(at)).length;
    let [axis, place] = fromEnd ? [-own, -kept] : [0, 0];
    for (const at of part) {
      if (isNew(at)) result.added.push(place);
      else {
        result.cut.push({ at, axis });
        if (isGone(at)) result.gone.push(axis);
        axis++;
      }
      if (!isGone(at)) place++;
    }
  };
  walk(ellipsis < 0 ? places : places.slice(0, ellipsis), false);
  if (ellipsis >= 0) walk(places.slice(ellipsis + 1), true);
  return result;
}

/** A place's number as vector of length 1: known, or picked out of what computes it. */
function numberAt(
  o: Operation,
  index: number,
  at: number,
  change: (value: number) => number = (value) => value,
): string {
  const known = o.integers(index)?.[at];
  if (typeof known === 'number') return o.w.ints(change(known));
  return o.w.emit('Slice', [o.vector(index), o.w.ints(at), o.w.ints(at + 1), o.w.ints(0)]);
}

function stridedSlice(o: Operation): void {
  const [begins, ends] = [o.integers(1), o.integers(2)];
  const strides = o.fixed(3, 'strides');
  const length = strides.length;
  if (length > 32) o.fail(`slices ${length} axes`);
  const spec = specOf(o, length);
  const bit = (mask: string, at: number) => ((o.number(mask) >>> at) & 1) === 1;
  const isGone = (at: number) => bit('shrink_axis_mask', at);
  const row = (parts: readonly string[]) =>
    parts.length === 1 ? (parts[0] as string) : o.w.emit('Concat', parts, { axis: 0 });
  const starts = spec.cut.map(({ at }) => {
    const open = bit('begin_mask', at) && !isGone(at);
    return open ? ((strides[at] as number) < 0 ? farthest : 0) : (begins?.[at] ?? null);
  });
  const stops = spec.cut.map(({ at }) => {
    if (isGone(at)) {
      const place = begins?.[at];
      return typeof place === 'number' ? (place === -1 ? farthest : place + 1) : null;
    }
    return bit('end_mask', at) ? ((strides[at] as number) < 0 ? before : farthest) : (ends?.[at] ?? null);
  });
  const startValue = starts.includes(null)
    ? row(spec.cut.map(({ at }, i) => (starts[i] === null ? numberAt(o, 1, at) : o.w.ints(starts[i] as number))))
    : o.w.ints(...(starts as number[]));
  const stopOf = (at: number) => {
    if (!isGone(at)) return numberAt(o, 2, at);
    const next = o.w.add(numberAt(o, 1, at), o.w.ints(1));
    // The place −1 is the last one; what follows it is not place 0.
    return o.w.emit('Where', [o.w.emit('Equal', [next, o.w.ints(0)]), o.w.ints(farthest), next]);
  };
  const stopValue = stops.includes(null)
    ? row(spec.cut.map(({ at }, i) => (stops[i] === null ? stopOf(at) : o.w.ints(stops[i] as number))))
    : o.w.ints(...(stops as number[]));
  finish(
    o,
    spec,
    [startValue, stopValue],
    spec.cut.map(({ at }) => (isGone(at) ? 1 : (strides[at] as number))),
  );
}

/** Axes that stay whole are not cut. */
function finish(o: Operation, { cut, gone, added }: Spec, bounds: readonly string[], steps: readonly number[]): void {
  const axes = cut.map(({ axis }) => axis);
  const parts: [op: string, rest: readonly string[]][] = [];
  if (cut.length > 0) parts.push(['Slice', [...bounds, o.w.ints(...axes), o.w.ints(...steps)]]);
  if (gone.length > 0) parts.push(['Squeeze', [o.w.ints(...gone)]]);
  if (added.length > 0) parts.push(['Unsqueeze', [o.w.ints(...added)]]);
  if (parts.length === 0) parts.push(['Identity', []]);
  parts.reduce(
    (value, [op, rest], i) => o.w.emit(op, [value, ...rest], {}, i === parts.length - 1 ? o.out() : undefined),
    o.x(),
  );
}

/** Axes in the other direction: a list of them, or in the oldest form a truth value for each. */
const reverse: Rule = (o) => {
  const axes = o.fixed(1, 'axes');
  if (axes.length === 0) return o.give('Identity', [o.x()]);
  const all = (value: number) => o.w.ints(...axes.map(() => value));
  o.give('Slice', [o.x(), all(-1), all(before), o.w.ints(...axes), all(-1)]);
};

/** Parts that leave at one end come back at the other. */
function roll(o: Operation): void {
  const [shifts, axes] = [o.fixed(1, 'shifts'), o.fixed(2, 'axes')];
  if (shifts.length !== axes.length) o.fail(`has ${shifts.length} shifts for ${axes.length} axes`);
  const dims = o.dims();
  const moved = axes.reduce((value, axis, i) => {
    const length = dims?.at(axis);
    const shift = length ? (shifts[i] as number) % length : (shifts[i] as number);
    if (shift === 0) return value;
    const on = o.w.ints(axis);
    const [head, tail] = [
      [0, -shift],
      [-shift, farthest],
    ].map(([from, to]) => o.w.emit('Slice', [value, o.w.ints(from as number), o.w.ints(to as number), on])) as [
      string,
      string,
    ];
    return o.w.emit('Concat', [tail, head], { axis });
  }, o.x());
  o.give('Identity', [moved]);
}

export const slicing: Rules = {
  Slice: slice,
  StridedSlice: stridedSlice,
  ReverseV2: reverse,
  Roll: roll,
};
