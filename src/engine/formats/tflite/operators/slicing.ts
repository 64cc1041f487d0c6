import type { Operation, Rule } from '../importing/operation';

/** What stands for “to the end” and, going backwards, “to before the start”. */
const [toEnd, toStart] = [2 ** 31 - 1, -(2 ** 31)];

/** Begin and size, −1 being all that is left. */
const slice: Rule = (o) => {
  const sizes = o.ints(2);
  const axes = o.w.ints(...sizes.map((_, axis) => axis));
  if (o.constant(1)) {
    const begins = o.ints(1);
    const ends = sizes.map((size, axis) => (size === -1 ? toEnd : (begins[axis] as number) + size));
    return o.emit('Slice', [o.input(0), o.w.ints(...begins), o.w.ints(...ends), axes]);
  }
  if (sizes.includes(-1)) o.unsupported('computes where it begins, and goes to the end');
  const begins = o.sizes(1);
  return o.emit('Slice', [o.input(0), begins, o.w.add(begins, o.w.ints(...sizes)), axes]);
};

interface Cut {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
  readonly step: number;
}

/** What a strided slice does: it cuts axes, takes out those of which one place is taken, and puts in new ones. */
interface StridedSlice {
  readonly cuts: readonly Cut[];
  /** Axes of the input. */
  readonly removed: readonly number[];
  /** Axes of the result. */
  readonly added: readonly number[];
}

/** By the masks of tf.strided_slice: bit i is about entry i of begin, end and strides. */
function stridedSlices(o: Operation): StridedSlice {
  const [begins, ends, steps] = [o.ints(1), o.ints(2), o.ints(3)];
  if (begins.length !== ends.length || begins.length !== steps.length) o.unsupported('has bounds of several lengths');
  const bit = (field: number, entry: number) => ((o.intOption(field) >> entry) & 1) === 1;
  const entries = begins.map((_, i) => i);
  const isNew = (i: number) => bit(3, i) && !bit(2, i);
  const taken = entries.filter((i) => !isNew(i) && !bit(2, i)).length;
  const skipped = o.rank(0) - taken;
  if (skipped < 0) o.unsupported(`cuts ${taken} axes of ${o.rank(0)}`);
  const [cuts, removed, added]: [Cut[], number[], number[]] = [[], [], []];
  let [axis, result] = [0, 0];
  for (const i of entries) {
    if (bit(2, i)) {
      axis += skipped;
      result += skipped;
    } else if (isNew(i)) added.push(result++);
    else {
      const [step, begin] = [steps[i] as number, begins[i] as number];
      if (step === 0) o.unsupported('cuts with a stride of 0');
      const one = bit(4, i);
      const last = o.flagOption(5) ? begin + (ends[i] as number) : (ends[i] as number);
      cuts.push({
        axis,
        begin: bit(0, i) && !one ? (step > 0 ? 0 : toEnd) : begin,
        end: one ? (begin === -1 ? toEnd : begin + 1) : bit(1, i) ? (step > 0 ? toEnd : toStart) : last,
        step: one ? 1 : step,
      });
      if (one) removed.push(axis);
      else result++;
      axis++;
    }
  }
  return { cuts, removed, added };
}

const stridedSlice: Rule = (o) => {
  const { cuts, removed, added } = stridedSlices(o);
  const numbers = (key: keyof Cut) => o.w.ints(...cuts.map((cut) => cut[key]));
  const bounds = [numbers('begin'), numbers('end'), numbers('axis'), numbers('step')];
  const cut = cuts.length === 0 ? o.input(0) : o.emit('Slice', [o.input(0), ...bounds]);
  const fewer = removed.length === 0 ? cut : o.emit('Squeeze', [cut, o.w.ints(...removed)]);
  return added.length === 0 ? fewer : o.emit('Unsqueeze', [fewer, o.w.ints(...added)]);
};

const reverse: Rule = (o) => {
  const axes = o.ints(1);
  const all = (value: number) => o.w.ints(...axes.map(() => value));
  return o.emit('Slice', [o.input(0), all(-1), all(toStart), o.w.ints(...axes), all(-1)]);
};

export const slicing: Readonly<Record<string, Rule>> = {
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  REVERSE_V2: reverse,
};
