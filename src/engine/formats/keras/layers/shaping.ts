import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import type { LayerRule, LayerRules } from '../network/rule';
import { sampling } from './resizing';

/** Sizes of the four sides: one number, one for height and width each, or begin and end of each. */
function sides(c: LayerCall, name: string, usual: number): readonly [readonly number[], readonly number[]] {
  const value = c.settings.get(name) ?? usual;
  if (!Array.isArray(value)) return [twice(c.settings.int(name, usual)), twice(c.settings.int(name, usual))];
  if (value.length !== 2) refuse(`has ${value.length} “${name}”`);
  return [0, 1].map((i) => {
    const each: unknown = value[i];
    const list = Array.isArray(each) ? each : [each, each];
    const whole = list.every((length) => Number.isSafeInteger(length) && length >= 0 && length < 2 ** 31);
    return whole && list.length === 2 ? (list as number[]) : refuse(`has no sizes as its “${name}”`);
  }) as unknown as [number[], number[]];
}

const twice = (length: number): readonly number[] => [length, length];

/** Begin and end along the one spatial axis. */
function ends(c: LayerCall, name: string): readonly number[] {
  const value = c.settings.ints(name, [1]);
  return value.length === 1 ? twice(value[0] as number) : value;
}

function padded(c: LayerCall, begins: readonly number[], all: readonly number[]): void {
  c.emit('Pad', [c.x, c.w.ints(...begins, ...all)], { mode: 'constant' }, c.output);
}

/** Takes off what stands outside along axes from `first` on. */
function cropped(c: LayerCall, first: number, cuts: readonly (readonly number[])[]): void {
  const starts = c.w.ints(...cuts.map(([begin = 0]) => begin));
  const stops = c.w.ints(...cuts.map(([, end = 0]) => (end === 0 ? 2 ** 31 - 1 : -end)));
  const axes = c.w.ints(...cuts.map((_, i) => first + i));
  c.emit('Slice', [c.x, starts, stops, axes], {}, c.output);
}

/** Lengthened by whole factors: nearest repeats, the others sample at half pixels. */
function lengthened(c: LayerCall, factors: readonly number[]): void {
  const name = c.settings.text('interpolation', 'nearest');
  if (factors.some((factor) => factor < 1)) refuse('has no factors as its “size”');
  const scales = c.w.constant('scales', {
    dtype: 'float32',
    dims: [4],
    data: Float32Array.of(1, 1, factors[0] as number, factors[1] as number),
  });
  const attributes = sampling(name);
  c.spatially(c.x, c.channelsFirst, (x) => c.emit('Resize', [x, '', scales], attributes), c.output);
}

const repeatedAlong = (axisOf: (c: LayerCall) => number): LayerRule => ({
  write: (c) => {
    const axis = axisOf(c);
    const dims = c.dims(c.x);
    const factor = c.settings.int('size', 2);
    if (factor < 1) refuse('has no factor as its “size”');
    const wide = c.emit('Unsqueeze', [c.x, c.w.ints(axis + 1)]);
    const repeats = [...dims, 0].map((_, i) => (i === axis + 1 ? factor : 1));
    const tiled = c.emit('Tile', [wide, c.w.ints(...repeats)]);
    const shape = dims.map((length, i) => (i === 0 ? 0 : i === axis ? -1 : length));
    c.emit('Reshape', [tiled, c.w.ints(...shape)], {}, c.output);
  },
});

export const shaping: LayerRules = {
  Flatten: {
    write: (c) => {
      const rank = c.rank(c.x);
      const turned = c.channelsFirst && rank > 2;
      const perm = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
      const x = turned ? c.emit('Transpose', [c.x], { perm }) : c.x;
      if (rank === 1) c.emit('Unsqueeze', [x, c.w.ints(1)], {}, c.output);
      else c.emit('Flatten', [x], { axis: 1 }, c.output);
    },
  },

  Reshape: {
    write: (c) => {
      const shape = c.settings.ints('target_shape');
      if (shape.some((length) => length < -1)) refuse(`has the shape [${shape.join(', ')}]`);
      c.emit('Reshape', [c.x, c.w.ints(0, ...shape)], {}, c.output);
    },
  },

  Permute: {
    write: (c) => c.emit('Transpose', [c.x], { perm: [0, ...c.settings.ints('dims')] }, c.output),
  },

  RepeatVector: {
    write: (c) => {
      const row = c.emit('Unsqueeze', [c.x, c.w.ints(1)]);
      c.emit('Tile', [row, c.w.ints(1, c.settings.int('n'), 1)], {}, c.output);
    },
  },

  ZeroPadding2D: {
    write: (c) => {
      const [[top = 0, bottom = 0], [left = 0, right = 0]] = sides(c, 'padding', 1);
      if (c.channelsFirst) padded(c, [0, 0, top, left], [0, 0, bottom, right]);
      else padded(c, [0, top, left, 0], [0, bottom, right, 0]);
    },
  },

  ZeroPadding1D: {
    write: (c) => {
      const [begin = 0, end = 0] = ends(c, 'padding');
      if (c.channelsFirst) padded(c, [0, 0, begin], [0, 0, end]);
      else padded(c, [0, begin, 0], [0, end, 0]);
    },
  },

  Cropping2D: { write: (c) => cropped(c, c.channelsFirst ? 2 : 1, sides(c, 'cropping', 0)) },
  Cropping1D: { write: (c) => cropped(c, c.channelsFirst ? 2 : 1, [ends(c, 'cropping')]) },
  UpSampling2D: { write: (c) => lengthened(c, c.settings.pair('size', 2)) },
  UpSampling1D: repeatedAlong(() => 1),
};
