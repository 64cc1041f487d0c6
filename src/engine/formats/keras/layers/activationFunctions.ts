/** Activation functions by their names in settings. */
import type { Node } from '../../../graph/ir/graph';
import { isJsonObject, type Json, own } from '../../kit/json/json';
import { refuse, Settings } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { activationLayers } from './activationLayers';

/** Writes the function of a value; `output` names the result when it is the call's own. */
type Write = (c: LayerCall, x: string, output?: string) => string;

const direct =
  (op: string, attributes: Readonly<Record<string, number | string>> = {}): Write =>
  (c, x, output) =>
    c.emit(op, [x], attributes, output);

const clipped = (low: number, high: number): Write => {
  return (c, x, output) => c.emit('Clip', [x, c.w.scalar(low), c.w.scalar(high)], {}, output);
};

/** x where |x| exceeds the threshold, moved towards 0 by it when `soft`. */
const shrink =
  (threshold: number, soft: boolean): Write =>
  (c, x, output) =>
    c.emit('Shrink', [x], { lambd: threshold, bias: soft ? threshold : 0 }, output);

/** relu6(x + 3) / 6; ONNX's HardSigmoid with alpha 1/6 rounds otherwise. */
function hardSigmoid(c: LayerCall, x: string, output?: string): string {
  if (c.version < 3) return c.emit('HardSigmoid', [x], { alpha: 0.2, beta: 0.5 }, output);
  return c.emit('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 }, output);
}

/** x · sigmoid(x). */
function silu(c: LayerCall, x: string, output?: string): string {
  return c.emit('Mul', [x, c.emit('Sigmoid', [x])], {}, output);
}

const hardSilu = direct('HardSwish');
const softmax = direct('Softmax', { axis: -1 });

export const activationFunctions: Readonly<Record<string, Write>> = {
  linear: direct('Identity'),
  relu: direct('Relu'),
  relu6: clipped(0, 6),
  leaky_relu: (c, x, output) => c.emit('LeakyRelu', [x], { alpha: 0.2 }, output),
  sigmoid: direct('Sigmoid'),
  tanh: direct('Tanh'),
  softmax,
  log_softmax: direct('LogSoftmax', { axis: -1 }),
  softplus: direct('Softplus'),
  softsign: direct('Softsign'),
  elu: direct('Elu', { alpha: 1 }),
  celu: direct('Celu', { alpha: 1 }),
  selu: direct('Selu'),
  exponential: direct('Exp'),
  mish: direct('Mish'),
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
  silu,
  swish: silu,
  gelu: direct('Gelu', { approximate: 'none' }),
  hard_tanh: clipped(-1, 1),
  hard_shrink: shrink(0.5, false),
  soft_shrink: shrink(0.5, true),
  tanh_shrink: (c, x, output) => c.emit('Sub', [x, c.emit('Tanh', [x])], {}, output),
  log_sigmoid: (c, x, output) => c.emit('Neg', [c.emit('Softplus', [c.emit('Neg', [x])])], {}, output),
  /** (x + √(x² + 4)) / 2. */
  squareplus: (c, x, output) => {
    const root = c.emit('Sqrt', [c.w.add(c.w.mul(x, x), c.w.scalar(4))]);
    return c.emit('Div', [c.w.add(x, root), c.w.scalar(2)], {}, output);
  },
  sparse_sigmoid: (c, x, output) => c.emit('HardSigmoid', [x], { alpha: 0.5, beta: 0.5 }, output),
  /** 0 below −1, x above 1, (x + 1)² / 4 between. */
  sparse_plus: (c, x, output) => {
    const lifted = c.emit('Clip', [c.w.add(x, c.w.scalar(1)), c.w.scalar(0), c.w.scalar(2)]);
    const between = c.emit('Div', [c.w.mul(lifted, lifted), c.w.scalar(4)]);
    const above = c.emit('Relu', [c.emit('Sub', [x, c.w.scalar(1)])]);
    return c.emit('Add', [between, above], {}, output);
  },
  threshold: (c, x, output) => c.emit('Where', [c.emit('Greater', [x, c.w.scalar(0)]), x, c.w.scalar(0)], {}, output),
};

/** The function's name: a text, or an object that describes it. null is linear. */
export function activationName(value: Json | undefined): string {
  if (value === undefined || value === null) return 'linear';
  if (typeof value === 'string') return value.replace(/^.*>/, '');
  if (isJsonObject(value)) {
    const config = own(value, 'config');
    if (own(value, 'class_name') === 'function' && typeof config === 'string') return config;
    return activationName(own(value, 'class_name'));
  }
  return refuse('has an activation that is none');
}

/**
 * @param value the setting.
 * @throws Refused for a function that is not Keras' own.
 */
export function applyActivation(c: LayerCall, value: Json | undefined, x: string, output?: string): string {
  const name = activationName(value);
  const write = Object.hasOwn(activationFunctions, name) ? activationFunctions[name] : undefined;
  if (write) return write(c, x, output);
  const config = isJsonObject(value) ? own(value, 'config') : undefined;
  const layer = Object.hasOwn(activationLayers, name) ? activationLayers[name] : undefined;
  if (layer && isJsonObject(config)) return layer(c, x, new Settings(config), output);
  return refuse(`has the activation “${name}”, which is not one of Keras’ own`);
}

/**
 * Ends a layer that has an activation: `write` gives the value before it under the name it gets. Where there is an activation, that value
 * is a step that users see as a layer, too.
 */
export function withActivation(c: LayerCall, setting: Json | undefined, write: (output: string) => string): void {
  if (activationName(setting) === 'linear') {
    write(c.output);
    return;
  }
  const before = write(c.site.fresh(`${c.output}/before_${activationName(setting)}`));
  c.w.nodes.push({ ...(c.w.nodes.pop() as Node), shownAs: c.className });
  applyActivation(c, setting, before, c.output);
}
