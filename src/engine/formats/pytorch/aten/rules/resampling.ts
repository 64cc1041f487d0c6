/** Images resized, sampled and cut into patches. */
import { float32, int64 } from '../../../../graph/ir/tensor';
import type { CallContext, Size } from '../values/context';
import type { Family, Rule } from '../values/table';

interface Target {
  readonly input: string;
  readonly spatial: number;
  readonly axes: readonly number[];
  readonly sizes: readonly Size[];
}

/** Where the spatial axes go: to sizes, or by factors, of which PyTorch rounds the sizes down. */
function targetOf(c: CallContext, spatial: number): Target {
  const input = c.tensor(c.has('input') ? 'input' : 'self');
  const axes = Array.from({ length: spatial }, (_, i) => i + 2);
  const named = c.has('output_size') && c.isGiven('output_size') ? c.sizes('output_size') : [];
  if (named.length > 0)
    return { input, spatial, axes, sizes: axes.map((_, i) => named[named.length === 1 ? 0 : i] as Size) };
  const factors = factorsOf(c, spatial);
  const sizes = axes.map((axis, i): Size => {
    const factor = factors[i] ?? c.unsupported('has neither sizes nor factors');
    const length = c.length(input, axis);
    if (typeof length === 'number') return Math.floor(length * factor);
    const scaled = c.emit('Mul', [c.cast(length, 'float32'), c.scalar(factor)]);
    return c.cast(c.emit('Floor', [scaled]), 'int64');
  });
  return { input, spatial, axes, sizes };
}

const letters = ['d', 'h', 'w'];

/** Factors of the axes where they are given; PyTorch then takes places by them and not by the quotient of the lengths. */
function factorsOf(c: CallContext, spatial: number): readonly (number | undefined)[] {
  if (c.has('scale_factors') && c.isGiven('scale_factors')) return c.floats('scale_factors');
  if (spatial === 1 && c.has('scales')) return [c.optionalFloat('scales')];
  return letters
    .slice(3 - spatial)
    .map((letter) => (c.has(`scales_${letter}`) ? c.optionalFloat(`scales_${letter}`) : undefined));
}

/** True when the factors say the same as the sizes, or nothing. */
function bySizes(c: CallContext, { input, axes, sizes }: Target, factors: readonly (number | undefined)[]): boolean {
  return axes.every((axis, i) => {
    const factor = factors[i];
    const length = c.dims(input)?.[axis];
    if (factor === undefined) return true;
    return (
      typeof sizes[i] === 'number' && length != null && Math.abs((sizes[i] as number) / length - factor) < 1e-6 * factor
    );
  });
}

function resize(c: CallContext, spatial: number, attributes: Readonly<Record<string, string | number>>): void {
  const target = targetOf(c, spatial);
  const factors = factorsOf(c, spatial);
  const { input, axes, sizes } = target;
  const plain = { ...attributes, axes };
  if (attributes['coordinate_transformation_mode'] === 'align_corners' || bySizes(c, target, factors)) {
    c.give('Resize', [input, '', '', c.shape(sizes)], plain);
    return;
  }
  if (factors.includes(undefined)) c.unsupported('has factors for some axes only');
  c.give('Resize', [input, '', c.floats32(factors as number[])], plain);
}

const nearest =
  (spatial: number, exact = false): Rule =>
  (c) => {
    const places = exact
      ? { coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' }
      : { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    resize(c, spatial, { mode: 'nearest', ...places });
  };

const corners = (c: CallContext) => (c.bool('align_corners') ? 'align_corners' : 'pytorch_half_pixel');

const smooth =
  (spatial: number, mode: 'linear' | 'cubic', antialias = false): Rule =>
  (c) => {
    const usual = mode === 'cubic' && corners(c) !== 'align_corners' ? 'half_pixel' : corners(c);
    const coordinates = {
      coordinate_transformation_mode: antialias && usual === 'pytorch_half_pixel' ? 'half_pixel' : usual,
    };
    // PyTorch's kernel of bicubic interpolation is −0.75, and −0.5 where it smooths; then it counts what is inside only.
    const cubic: Readonly<Record<string, number>> = mode === 'cubic' ? { cubic_coeff_a: antialias ? -0.5 : -0.75 } : {};
    resize(c, spatial, { mode, ...coordinates, ...cubic, ...(antialias ? { antialias: 1, exclude_outside: 1 } : {}) });
  };

const modes = ['bilinear', 'nearest', 'bicubic'];
const paddings = ['zeros', 'border', 'reflection'];

function gridSample(c: CallContext): void {
  const [mode, padding] = [modes[c.int('interpolation_mode')], paddings[c.int('padding_mode')]];
  if (mode === undefined || padding === undefined) c.unsupported('samples by an unknown mode');
  const attributes = {
    mode: mode === 'bilinear' ? 'linear' : mode === 'bicubic' ? 'cubic' : 'nearest',
    padding_mode: padding as string,
    align_corners: c.bool('align_corners') ? 1 : 0,
  };
  c.give('GridSample', [c.tensor('input'), c.tensor('grid')], attributes);
}

/** [batch, channels, height, width] → [batch, channels · window, places]: a convolution that picks each cell of its window. */
function unfold(c: CallContext): void {
  const input = c.tensor('self');
  const channels = c.fixedLength(input, 1);
  const [kernel, dilations, padding, strides] = ['kernel_size', 'dilation', 'padding', 'stride'].map((name) =>
    c.each(name, 2),
  ) as [number[], number[], number[], number[]];
  const cells = (kernel[0] as number) * (kernel[1] as number);
  if (!(cells > 0 && channels * cells * cells <= 1 << 24)) c.unsupported('has windows of too many cells');
  const weight = new Float32Array(channels * cells * cells);
  for (let row = 0; row < channels * cells; row++) weight[row * cells + (row % cells)] = 1;
  const pick = c.tensorConstant('cells', float32([channels * cells, 1, ...kernel], weight));
  const attributes = { kernel_shape: kernel, strides, dilations, pads: [...padding, ...padding], group: channels };
  c.give('Reshape', [c.emit('Conv', [input, pick], attributes), c.ints64(0, channels * cells, -1)]);
}

function fold(c: CallContext): void {
  const [kernel, dilations, padding, strides] = ['kernel_size', 'dilation', 'padding', 'stride'].map((name) =>
    c.each(name, 2),
  ) as [number[], number[], number[], number[]];
  const size = c.each('output_size', 2);
  const attributes = { strides, dilations, pads: [...padding, ...padding] };
  c.give('Col2Im', [c.tensor('self'), c.ints64(...size), c.ints64(...kernel)], attributes);
}

/** Windows of one axis, which stand on a new last axis. */
function windows(c: CallContext): void {
  const input = c.tensor('self');
  const axis = c.axis('dimension', input);
  const [size, step, length] = [c.int('size'), c.int('step'), c.fixedLength(input, axis)];
  const count = Math.floor((length - size) / step) + 1;
  if (!(count > 0 && step > 0 && size > 0 && count * size <= 1 << 20)) c.unsupported('has windows that do not fit');
  const places = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + (i % size));
  const picked = c.emit('Gather', [input, c.tensorConstant('places', int64([count, size], places))], { axis });
  const rank = c.rank(input);
  const perm = Array.from({ length: rank + 1 }, (_, i) => i).filter((i) => i !== axis + 1);
  c.give('Transpose', [picked], { perm: [...perm, axis + 1] });
}

function affineGrid(c: CallContext): void {
  c.give('AffineGrid', [c.tensor('theta'), c.shape(c.sizes('size'))], {
    align_corners: c.bool('align_corners') ? 1 : 0,
  });
}

const bySize = (spatial: number) =>
  spatial === 1
    ? 'scales:n?=null'
    : letters
        .slice(3 - spatial)
        .map((letter) => `scales_${letter}:n?=null`)
        .join(' ');
const sized = (spatial: number, extra = '') => `self:T output_size:i[] ${extra}${bySize(spatial)}`;
const vector = (extra = '') => `input:T output_size:i[]? ${extra}scale_factors:n[]?`;
const aligned = 'align_corners:b ';

export const resampling: Family = {
  'upsample_nearest1d.default': [sized(1), nearest(1)],
  'upsample_nearest1d.vec': [vector(), nearest(1)],
  'upsample_nearest2d.default': [sized(2), nearest(2)],
  'upsample_nearest2d.vec': [vector(), nearest(2)],
  'upsample_nearest3d.default': [sized(3), nearest(3)],
  'upsample_nearest3d.vec': [vector(), nearest(3)],
  '_upsample_nearest_exact2d.default': [sized(2), nearest(2, true)],
  '_upsample_nearest_exact2d.vec': [vector(), nearest(2, true)],
  'upsample_linear1d.default': [sized(1, aligned), smooth(1, 'linear')],
  'upsample_linear1d.vec': [vector(aligned), smooth(1, 'linear')],
  'upsample_bilinear2d.default': [sized(2, aligned), smooth(2, 'linear')],
  'upsample_bilinear2d.vec': [vector(aligned), smooth(2, 'linear')],
  'upsample_trilinear3d.default': [sized(3, aligned), smooth(3, 'linear')],
  'upsample_trilinear3d.vec': [vector(aligned), smooth(3, 'linear')],
  'upsample_bicubic2d.default': [sized(2, aligned), smooth(2, 'cubic')],
  'upsample_bicubic2d.vec': [vector(aligned), smooth(2, 'cubic')],
  '_upsample_bilinear2d_aa.default': [sized(2, aligned), smooth(2, 'linear', true)],
  '_upsample_bilinear2d_aa.vec': [vector(aligned), smooth(2, 'linear', true)],
  '_upsample_bicubic2d_aa.default': [sized(2, aligned), smooth(2, 'cubic', true)],
  '_upsample_bicubic2d_aa.vec': [vector(aligned), smooth(2, 'cubic', true)],
  grid_sampler: ['input:T grid:T interpolation_mode:i padding_mode:i align_corners:b', gridSample],
  grid_sampler_2d: ['input:T grid:T interpolation_mode:i padding_mode:i align_corners:b', gridSample],
  affine_grid_generator: ['theta:T size:i[] align_corners:b', affineGrid],
  im2col: ['self:T kernel_size:i[] dilation:i[] padding:i[] stride:i[]', unfold],
  col2im: ['self:T output_size:i[] kernel_size:i[] dilation:i[] padding:i[] stride:i[]', fold],
  unfold: ['self:T dimension:i size:i step:i', windows],
};
