/** Layers that prepare images, as parts of a network. */
import { float32, type Tensor } from '../../../graph/ir/tensor';
import { derivedTensor, reshaped } from '../../kit/tensors/derivedTensor';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { type LayerRules, variable } from '../network/rule';
import { resized, sampling } from './resizing';

/** Numbers of a setting, one or one for each channel, so that they spread over the others. */
function spread(c: LayerCall, name: string, usual: number): string {
  const values = c.settings.numbers(name) ?? [usual];
  if (values.length === 1) return c.w.scalar(values[0] as number);
  const dims = c.channelsFirst ? [values.length, 1, 1] : [values.length];
  return c.w.constant(name, float32(dims, Float32Array.from(values)));
}

/** Mean and variance, of the settings or learnt, in a shape that spreads over the value. */
function moments(c: LayerCall): readonly [string, string] {
  const dims = c.dims(c.x);
  const axis = c.settings.get('axis');
  const axes = axis === undefined ? [] : c.settings.ints('axis').map((each) => c.axis(each, dims.length));
  const shape = (count: number) => {
    const kept = dims.map((length, i) => (axes.includes(i) ? length : 1));
    if (kept.reduce((product, length) => product * length, 1) === count) return kept;
    return count === 1 ? [] : refuse(`has ${count} means for a value [${dims.join(', ')}]`);
  };
  const stated = c.settings.numbers('mean');
  if (stated) {
    const variance = c.settings.numbers('variance') ?? refuse('has a mean without a variance');
    return [stated, variance].map((values, i) =>
      c.w.constant(i === 0 ? 'mean' : 'deviation', float32(shape(values.length), deviation(values, i === 1))),
    ) as [string, string];
  }
  const count = (tensor: Tensor) => tensor.dims.reduce((product, length) => product * length, 1);
  return [
    c.weight('mean', '', 'spread', (mean) => reshaped(mean, shape(count(mean)))),
    c.weight('variance', '', 'deviation', (variance) =>
      derivedTensor('float32', shape(count(variance)), () => deviation(variance.data as Float32Array, true)),
    ),
  ];
}

/** √variance, at least 1e-7; means as they are. */
function deviation(values: ArrayLike<number>, rooted: boolean): Float32Array {
  return Float32Array.from(values, (value) =>
    rooted ? Math.max(Math.fround(Math.sqrt(Math.fround(value))), 1e-7) : value,
  );
}

/** What is cut out of the middle, begin and length of each axis, so that the rest has the shape of the target. */
function middle(from: readonly number[], to: readonly number[]): readonly (readonly [number, number])[] {
  const [height = 1, width = 1] = from;
  const [wantedHeight = 1, wantedWidth = 1] = to;
  const lengths = [
    Math.max(Math.min(height, Math.trunc((width * wantedHeight) / wantedWidth)), 1),
    Math.max(Math.min(width, Math.trunc((height * wantedWidth) / wantedHeight)), 1),
  ];
  return lengths.map((length, axis) => [Math.trunc(((from[axis] as number) - length) / 2), length]);
}

function cut(c: LayerCall, parts: readonly (readonly [number, number])[], output?: string): string {
  const first = c.channelsFirst ? 2 : 1;
  const starts = c.w.ints(...parts.map(([begin]) => begin));
  const ends = c.w.ints(...parts.map(([begin, length]) => begin + length));
  return c.emit('Slice', [c.x, starts, ends, c.w.ints(first, first + 1)], {}, output);
}

const spatial = (c: LayerCall) => {
  const first = c.channelsFirst ? 2 : 1;
  if (c.rank(c.x) !== 4) refuse('is called with what is no batch of images');
  return c.exactDims(c.x).slice(first, first + 2);
};

/** As wide as the shape of the target needs, on both sides alike: what is odd is left out, as Keras does. */
function paddedTo(c: LayerCall, to: readonly [number, number]): string {
  const [height = 1, width = 1] = spatial(c);
  const totals = [
    Math.max(height, Math.trunc((width * to[0]) / to[1])) - height,
    Math.max(width, Math.trunc((height * to[1]) / to[0])) - width,
  ];
  const begins = totals.map((total) => Math.trunc(total / 2));
  const around = (both: readonly number[]) => (c.channelsFirst ? [0, 0, ...both] : [0, ...both, 0]);
  const pads = c.w.ints(...around(begins), ...around(begins));
  const fill = c.w.scalar(c.settings.number('fill_value', 0));
  return c.emit('Pad', [c.x, pads, fill], { mode: c.settings.text('fill_mode', 'constant') });
}

export const preprocessing: LayerRules = {
  Rescaling: {
    write: (c) => {
      const scaled = c.w.mul(c.x, spread(c, 'scale', 1));
      c.emit('Add', [scaled, spread(c, 'offset', 0)], {}, c.output);
    },
  },

  Normalization: {
    about: 'by mean and variance, stated or learnt',
    variables: ({ settings }) =>
      settings.get('mean') !== undefined
        ? []
        : ['mean', 'variance', 'count'].map((name) => variable(name, null, { trainable: false })),
    write: (c) => {
      const [mean, scale] = moments(c);
      if (c.settings.flag('invert', false)) c.emit('Add', [c.w.mul(c.x, scale), mean], {}, c.output);
      else c.emit('Div', [c.emit('Sub', [c.x, mean]), scale], {}, c.output);
    },
  },

  Resizing: {
    write: (c) => {
      const to = [c.settings.int('height'), c.settings.int('width')] as const;
      if (to[0] < 1 || to[1] < 1) refuse('has no size');
      const how = sampling(c.settings.text('interpolation', 'bilinear').toLowerCase());
      if (c.settings.flag('antialias', false)) refuse('smooths before it resizes (antialias)');
      const padded = c.settings.flag('pad_to_aspect_ratio', false);
      const cropped = c.settings.flag('crop_to_aspect_ratio', false);
      const x = padded ? paddedTo(c, to) : cropped ? cut(c, middle(spatial(c), to)) : c.x;
      resized(c, x, to, how, c.output);
    },
  },

  CenterCrop: {
    about: 'of images of a stated size',
    write: (c) => {
      const to = [c.settings.int('height'), c.settings.int('width')] as const;
      const from = spatial(c);
      if (from.every((length, axis) => length >= to[axis as 0])) {
        cut(
          c,
          from.map((length, axis) => [Math.floor((length - to[axis as 0]) / 2), to[axis as 0]] as const),
          c.output,
        );
      } else resized(c, cut(c, middle(from, to)), to, sampling('bilinear'), c.output);
    },
  },
};
