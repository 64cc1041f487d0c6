import { float32, type Tensor } from '../../../graph/ir/tensor';
import { reshaped } from '../../kit/tensors/derivedTensor';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { type Description, type LayerRules, variable, variables } from '../network/rule';

const gamma = ({ settings }: Description) => settings.flag('scale', true) && variable('gamma');
const beta = ({ settings }: Description) => settings.flag('center', true) && variable('beta');

/** A vector of one number, for the weight that a layer does without. */
function filled(c: LayerCall, name: string, length: number, value: number): string {
  return c.w.constant(name, float32([length], new Float32Array(length).fill(value)));
}

function vector(c: LayerCall, name: string, length: number, otherwise: number): string {
  return c.has(name) ? c.weight(name, '', 'vector', flat) : filled(c, name, length, otherwise);
}

const flat = (tensor: Tensor) => reshaped(tensor, [tensor.dims.reduce((product, dim) => product * dim, 1)]);

/** The value with one axis moved to place 1, what `write` makes of it, and the axis moved back. */
function withChannelsSecond(c: LayerCall, axis: number, write: (x: string) => string): void {
  const rank = c.rank(c.x);
  if (axis === 1) {
    c.give(write(c.x));
    return;
  }
  if (rank === 4 && axis === 3) {
    c.w.channelsFirst(c.x, write, c.output);
    return;
  }
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis && i !== 0);
  const perm = [0, axis, ...others];
  const back = perm.map((_, i) => perm.indexOf(i));
  c.emit('Transpose', [write(c.emit('Transpose', [c.x], { perm }))], { perm: back }, c.output);
}

/** The one axis that the layer keeps numbers for. */
function channelAxis(c: LayerCall): number {
  const axes = c.settings.ints('axis', [-1]);
  if (axes.length !== 1) refuse(`has ${axes.length} axes`);
  const axis = c.axis(axes[0] as number, c.rank(c.x));
  return axis === 0 ? refuse('works on the axis of the batch') : axis;
}

/** A tensor over some axes of a value, so that it spreads over the others. */
function overAxes(tensor: Tensor, axes: readonly number[], dims: readonly number[]): Tensor {
  return reshaped(
    tensor,
    dims.map((length, axis) => (axes.includes(axis) ? length : 1)),
  );
}

/** (x − mean) / √(variance + ε) · γ + β over axes that are not the last ones. */
function layerNormalisedInPieces(c: LayerCall, axes: readonly number[]): void {
  const dims = c.dims(c.x);
  const at = c.w.ints(...axes);
  const rms = c.settings.flag('rms_scaling', false);
  const centred = c.emit('Sub', [c.x, c.emit('ReduceMean', [c.x, at], { keepdims: 1 })]);
  const variance = c.emit('ReduceMean', [c.w.mul(centred, centred), at], { keepdims: 1 });
  const deviation = c.emit('Sqrt', [c.w.add(variance, c.w.scalar(c.settings.number('epsilon', 1e-3)))]);
  // What Keras calls rms_scaling leaves the mean where it is, but divides by the deviation from it.
  let y = c.emit('Div', [rms ? c.x : centred, deviation]);
  const spread = (tensor: Tensor) => overAxes(tensor, axes, dims);
  if (c.has('gamma')) y = c.w.mul(y, c.weight('gamma', '', 'spread', spread));
  if (c.has('beta')) y = c.w.add(y, c.weight('beta', '', 'spread', spread));
  c.give(y);
}

export const normalisation: LayerRules = {
  BatchNormalization: {
    variables: (d) => {
      if (d.settings.flag('renorm', false)) refuse('is renormalised (renorm)');
      return variables(
        gamma(d),
        beta(d),
        variable('moving_mean', null, { trainable: false }),
        variable('moving_variance', null, { trainable: false }),
      );
    },
    write: (c) => {
      const axis = channelAxis(c);
      const [length = 0] = flat(c.tensor('moving_mean')).dims;
      const weights = [
        vector(c, 'gamma', length, 1),
        vector(c, 'beta', length, 0),
        c.weight('moving_mean', '', 'vector', flat),
        c.weight('moving_variance', '', 'vector', flat),
      ];
      const epsilon = c.settings.number('epsilon', 1e-3);
      withChannelsSecond(c, axis, (x) => c.emit('BatchNormalization', [x, ...weights], { epsilon }));
    },
  },

  LayerNormalization: {
    variables: (d) => variables(gamma(d), !d.settings.flag('rms_scaling', false) && beta(d)),
    write: (c) => {
      const rank = c.rank(c.x);
      const axes = c.settings.ints('axis', [-1]).map((axis) => c.axis(axis, rank));
      axes.sort((a, b) => a - b);
      const first = axes[0] ?? refuse('has no axis');
      const trailing = axes.every((axis, i) => axis === first + i) && axes.at(-1) === rank - 1;
      if (!trailing || c.settings.flag('rms_scaling', false) || axes.length > 1) {
        layerNormalisedInPieces(c, axes);
        return;
      }
      const scale = vector(c, 'gamma', c.dims(c.x)[first] as number, 1);
      const offset = c.has('beta') ? [c.weight('beta', '', 'vector', flat)] : [];
      const epsilon = c.settings.number('epsilon', 1e-3);
      c.emit('LayerNormalization', [c.x, scale, ...offset], { axis: -1, epsilon }, c.output);
    },
  },

  GroupNormalization: {
    variables: (d) => variables(gamma(d), beta(d)),
    write: (c) => {
      const axis = channelAxis(c);
      const channels = c.dims(c.x)[axis] as number;
      const stated = c.settings.int('groups', 32);
      const groups = stated === -1 ? channels : stated;
      if (groups < 1 || channels % groups !== 0) refuse(`splits ${channels} channels into ${groups} groups`);
      const weights = [vector(c, 'gamma', channels, 1), vector(c, 'beta', channels, 0)];
      const attributes = { num_groups: groups, epsilon: c.settings.number('epsilon', 1e-3) };
      withChannelsSecond(c, axis, (x) => c.emit('GroupNormalization', [x, ...weights], attributes));
    },
  },

  UnitNormalization: {
    about: 'divides by the length along the axes',
    write: (c) => {
      const rank = c.rank(c.x);
      const axes = c.w.ints(...c.settings.ints('axis', [-1]).map((axis) => c.axis(axis, rank)));
      const squares = c.emit('ReduceSumSquare', [c.x, axes], { keepdims: 1 });
      const length = c.emit('Sqrt', [c.emit('Max', [squares, c.w.scalar(1e-12)])]);
      c.emit('Div', [c.x, length], {}, c.output);
    },
  },

  RMSNormalization: {
    about: 'divides by the root of the mean square along the axis',
    variables: () => [variable('scale')],
    write: (c) => {
      const dims = c.dims(c.x);
      const axes = c.settings.ints('axis', [-1]).map((axis) => c.axis(axis, dims.length));
      const mean = c.emit('ReduceMean', [c.w.mul(c.x, c.x), c.w.ints(...axes)], { keepdims: 1 });
      const root = c.emit('Sqrt', [c.w.add(mean, c.w.scalar(c.settings.number('epsilon', 1e-6)))]);
      const scale = c.weight('scale', '', 'spread', (tensor) => overAxes(tensor, axes, dims));
      c.emit('Mul', [c.emit('Div', [c.x, root]), scale], {}, c.output);
    },
  },
};
