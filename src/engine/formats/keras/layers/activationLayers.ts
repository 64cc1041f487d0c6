/** Activations with settings, which stand as layers of their own or in the place of a function's name. */
import { refuse, type Settings } from '../config/settings';
import type { LayerCall } from '../network/layerCall';

/** ReLU with a ceiling, a slope below its threshold, and a threshold. */
function relu(c: LayerCall, x: string, settings: Settings, output?: string): string {
  const ceiling = settings.optionalNumber('max_value');
  const slope = settings.optionalNumber('negative_slope') ?? settings.number('alpha', 0);
  const threshold = settings.number('threshold', 0);
  if (threshold === 0 && slope === 0) {
    return ceiling === undefined
      ? c.emit('Relu', [x], {}, output)
      : c.emit('Clip', [x, c.w.scalar(0), c.w.scalar(ceiling)], {}, output);
  }
  const level = c.w.scalar(threshold);
  if (threshold === 0 && ceiling === undefined) return c.emit('LeakyRelu', [x], { alpha: slope }, output);
  const below = c.w.mul(c.emit('Sub', [x, level]), c.w.scalar(slope));
  const above = ceiling === undefined ? x : c.emit('Min', [x, c.w.scalar(ceiling)]);
  return c.emit('Where', [c.emit('GreaterOrEqual', [x, level]), above, below], {}, output);
}

function softmax(c: LayerCall, x: string, settings: Settings, output?: string): string {
  const axes = settings.ints('axis', [-1]);
  if (axes.length > 1) {
    const rank = c.rank(x);
    const at = c.w.ints(...axes.map((axis) => c.axis(axis, rank)));
    const shifted = c.emit('Sub', [x, c.emit('ReduceMax', [x, at], { keepdims: 1 })]);
    const powers = c.emit('Exp', [shifted]);
    return c.emit('Div', [powers, c.emit('ReduceSum', [powers, at], { keepdims: 1 })], {}, output);
  }
  return c.emit('Softmax', [x], { axis: axes[0] ?? refuse('has no axis') }, output);
}

export const activationLayers: Readonly<
  Record<string, (c: LayerCall, x: string, settings: Settings, output?: string) => string>
> = {
  ReLU: relu,
  LeakyReLU: (c, x, settings, output) => {
    const alpha = settings.optionalNumber('negative_slope') ?? settings.number('alpha', 0.3);
    return c.emit('LeakyRelu', [x], { alpha }, output);
  },
  ELU: (c, x, settings, output) => c.emit('Elu', [x], { alpha: settings.number('alpha', 1) }, output),
  ThresholdedReLU: (c, x, settings, output) =>
    c.emit('ThresholdedRelu', [x], { alpha: settings.number('theta', 1) }, output),
  Softmax: softmax,
};
