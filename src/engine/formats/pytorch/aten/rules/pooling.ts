/** Pooling: windows, and windows that follow from the wanted size. */
import type { CallContext, Size } from '../values/context';
import type { Family } from '../values/table';

const twice = (pads: readonly number[]) => [...pads, ...pads];

/** Works on [batch, channels, …]; a single image gets a batch of one for it, which the outputs lose again. */
function batched(
  c: CallContext,
  input: string,
  spatial: number,
  write: (
    batch: string,
  ) => readonly [op: string, inputs: readonly string[], attributes: Record<string, number | number[]>],
): void {
  if (c.dims(input)?.length !== spatial + 1) {
    const [op, inputs, attributes] = write(input);
    if (c.wants(1)) c.giveAll(op, inputs, attributes);
    else c.give(op, inputs, attributes);
    return;
  }
  const [op, inputs, attributes] = write(c.emit('Unsqueeze', [input, c.ints64(0)]));
  c.shownAs = op;
  const results = c.emitMany(op, inputs, c.wants(1) ? 2 : 1, attributes);
  for (const [index, result] of results.entries()) c.give('Squeeze', [result, c.ints64(0)], {}, index);
}

function window(c: CallContext, spatial: number) {
  const kernel_shape = c.each('kernel_size', spatial);
  const strides = c.isGiven('stride') && c.ints('stride').length > 0 ? c.each('stride', spatial) : kernel_shape;
  return { kernel_shape, strides, pads: twice(c.each('padding', spatial)), ceil_mode: c.bool('ceil_mode') ? 1 : 0 };
}

const maxPool =
  (spatial: number) =>
  (c: CallContext): void => {
    const dilations = c.each('dilation', spatial);
    batched(c, c.tensor('self'), spatial, (x) => {
      // PyTorch numbers places within a channel, ONNX within the whole value.
      if (c.wants(1)) c.unsupported('gives the places of its maxima, which are numbered another way');
      return ['MaxPool', [x], { ...window(c, spatial), dilations }];
    });
  };

const averagePool =
  (spatial: number) =>
  (c: CallContext): void => {
    const input = c.tensor('self');
    const { kernel_shape, strides, pads, ceil_mode } = window(c, spatial);
    const divisor = c.call.op === 'avg_pool1d' ? undefined : c.optionalInt('divisor_override');
    if (divisor === undefined) {
      const count_include_pad = c.bool('count_include_pad') ? 1 : 0;
      batched(c, input, spatial, (x) => [
        'AveragePool',
        [x],
        { kernel_shape, strides, pads, ceil_mode, count_include_pad },
      ]);
      return;
    }
    if (ceil_mode === 1) c.unsupported('has windows over the end together with a divisor of its own');
    const around = c.rank(input) - spatial;
    const zeros = new Array<number>(around).fill(0);
    const begins = pads.slice(0, spatial);
    const padded = begins.every((pad) => pad === 0)
      ? input
      : c.emit('Pad', [input, c.ints64(...zeros, ...begins, ...zeros, ...begins)]);
    const batch = around === 1 ? c.emit('Unsqueeze', [padded, c.ints64(0)]) : padded;
    const means = c.emit('AveragePool', [batch], { kernel_shape, strides });
    const same = around === 1 ? c.emit('Squeeze', [means, c.ints64(0)]) : means;
    c.shownAs = 'AveragePool';
    c.give('Mul', [same, c.scalar(kernel_shape.reduce((a, b) => a * b, 1) / divisor)]);
  };

/** The windows of an adaptive pool where they are all alike; null where they are not, or sizes are not known yet. */
function evenWindows(lengths: readonly Size[], wanted: readonly Size[]): number[] | null {
  const kernel = lengths.map((length, i) => (length as number) / (wanted[i] as number));
  return kernel.every((size) => Number.isInteger(size) && size > 0) ? kernel : null;
}

/** Lengths of the axes that are pooled, and those they get; null leaves an axis as it is. */
function adaptive(c: CallContext, spatial: number) {
  const input = c.tensor('self');
  const around = c.rank(input) - spatial;
  const lengths = (c.dims(input) ?? []).slice(around);
  const named = c.sizes('output_size');
  const wanted = Array.from(
    { length: spatial },
    (_, i): Size => named[named.length === 1 ? 0 : i] ?? c.unsupported('lacks a size'),
  );
  return { input, around, lengths, wanted, axes: lengths.map((_, i) => around + i) };
}

/**
 * The matrix [wanted, length] that averages along one axis: window i goes from ⌊i·length/wanted⌋ to ⌈(i + 1)·length/wanted⌉. It is computed
 * when sizes are bound.
 */
function averagingMatrix(c: CallContext, length: Size, wanted: Size): string {
  const range = (count: Size) =>
    c.emit('Range', [c.int64(0), typeof count === 'number' ? c.int64(count) : count, c.int64(1)]);
  const [whole, parts] = [length, wanted].map((size) => (typeof size === 'number' ? c.int64(size) : size)) as [
    string,
    string,
  ];
  const product = c.emit('Mul', [c.emit('Unsqueeze', [range(wanted), c.ints64(1)]), whole]);
  const first = c.emit('Div', [product, parts]);
  const beyond = c.emit('Add', [c.emit('Add', [product, whole]), c.emit('Sub', [parts, c.int64(1)])]);
  const end = c.emit('Div', [beyond, parts]);
  const places = range(length);
  const inside = c.emit('And', [c.emit('GreaterOrEqual', [places, first]), c.emit('Less', [places, end])]);
  const count = c.cast(c.emit('Sub', [end, first]), 'float32');
  return c.emit('Div', [c.cast(inside, 'float32'), count]);
}

const adaptiveAverage =
  (spatial: number) =>
  (c: CallContext): void => {
    const { input, around, lengths, wanted, axes } = adaptive(c, spatial);
    if (wanted.every((size) => size === 1)) {
      if (around === 2) c.give('GlobalAveragePool', [input]);
      else c.give('ReduceMean', [input, c.ints64(...axes)]);
      return;
    }
    const kernel = evenWindows(lengths as readonly Size[], wanted);
    if (kernel && around === 2) {
      if (kernel.every((size) => size === 1)) c.same(input);
      else c.give('AveragePool', [input], { kernel_shape: kernel, strides: kernel });
      return;
    }
    // Along the last axis by a matrix from the right, along the others with that axis moved there and back.
    c.shownAs = 'AveragePool';
    let value = input;
    axes.forEach((axis, i) => {
      const matrix = averagingMatrix(c, c.length(input, axis), wanted[i] as Size);
      const last = i === axes.length - 1;
      const output = last ? c.call.outputs[0] : undefined;
      if (axis === around + spatial - 2 && spatial > 1) value = c.emit('MatMul', [matrix, value], {}, output);
      else if (axis === around + spatial - 1)
        value = c.emit('MatMul', [value, c.transpose(matrix, [1, 0])], {}, output);
      else {
        const perm = Array.from({ length: around + spatial }, (_, place) => place);
        [perm[axis], perm[around + spatial - 1]] = [around + spatial - 1, axis];
        const turned = c.emit('MatMul', [c.transpose(value, perm), c.transpose(matrix, [1, 0])]);
        value = c.transpose(turned, perm);
      }
    });
  };

const adaptiveMax =
  (spatial: number) =>
  (c: CallContext): void => {
    const { input, around, lengths, wanted, axes } = adaptive(c, spatial);
    if (c.wants(1)) c.unsupported('gives the places of its maxima, which are numbered another way');
    if (wanted.every((size) => size === 1)) {
      if (around === 2) c.give('GlobalMaxPool', [input]);
      else c.give('ReduceMax', [input, c.ints64(...axes)]);
      return;
    }
    const kernel = evenWindows(lengths as readonly Size[], wanted);
    if (kernel && around === 2) {
      if (kernel.every((size) => size === 1)) c.same(input);
      else c.give('MaxPool', [input], { kernel_shape: kernel, strides: kernel });
      return;
    }
    c.shownAs = 'MaxPool';
    let value = input;
    axes.forEach((axis, i) => {
      const [length, parts] = [c.fixedLength(input, axis), wanted[i]];
      if (typeof parts !== 'number' || parts > 256) c.unsupported('has windows that depend on the input’s size');
      const maxima = Array.from({ length: parts as number }, (_, part) => {
        const [start, end] = [
          Math.floor((part * length) / (parts as number)),
          Math.ceil(((part + 1) * length) / (parts as number)),
        ];
        return c.emit('ReduceMax', [c.slice(value, axis, start, end), c.ints64(axis)]);
      });
      value = c.emit('Concat', maxima, { axis }, i === axes.length - 1 ? c.call.outputs[0] : undefined);
    });
  };

const maxima = 'self:T kernel_size:i[] stride:i[]?=null padding:i[]=0 dilation:i[]=1 ceil_mode:b=false';
const means = 'self:T kernel_size:i[] stride:i[]?=null padding:i[]=0 ceil_mode:b=false count_include_pad:b=true';
const overridden = `${means} divisor_override:i?=null`;
const adapted = 'self:T output_size:i[]';

export const pooling: Family = {
  max_pool1d: [maxima, maxPool(1)],
  max_pool2d: [maxima, maxPool(2)],
  max_pool3d: [maxima, maxPool(3)],
  max_pool1d_with_indices: [maxima, maxPool(1)],
  max_pool2d_with_indices: [maxima, maxPool(2)],
  max_pool3d_with_indices: [maxima, maxPool(3)],
  avg_pool1d: [means, averagePool(1)],
  avg_pool2d: [overridden, averagePool(2)],
  avg_pool3d: [overridden, averagePool(3)],
  adaptive_avg_pool1d: [adapted, adaptiveAverage(1)],
  adaptive_avg_pool2d: [adapted, adaptiveAverage(2)],
  _adaptive_avg_pool2d: [adapted, adaptiveAverage(2)],
  adaptive_avg_pool3d: [adapted, adaptiveAverage(3)],
  _adaptive_avg_pool3d: [adapted, adaptiveAverage(3)],
  adaptive_max_pool1d: [adapted, adaptiveMax(1)],
  adaptive_max_pool2d: [adapted, adaptiveMax(2)],
  adaptive_max_pool3d: [adapted, adaptiveMax(3)],
};
