/** Functions of `keras.ops.nn`, `keras.ops.image` and `tf.nn`: activations, pooling, images. */
import { refuse } from '../config/settings';
import { activationFunctions } from '../layers/activationFunctions';
import { expandedEquation } from '../layers/einsum';
import { resized, sampling } from '../layers/resizing';
import type { LayerCall } from '../network/layerCall';
import { flag, given, int, intsOf, numberOf, operand, text } from './arguments';
import type { FunctionRules, Write } from './rule';

const input = (c: LayerCall) => operand(c, 0, 'x', 'features', 'logits', 'input', 'inputs', 'images', 'image', 'value');

const activations: FunctionRules = Object.fromEntries(
  Object.entries(activationFunctions).map(([name, write]): [string, Write] => [
    name,
    (c) => write(c, input(c), c.output),
  ]),
);

/** Functions where Keras' layers and its functions differ by version only as functions; they are all Keras 3's. */
const hardSigmoid: Write = (c) => c.emit('HardSigmoid', [input(c)], { alpha: 1 / 6, beta: 0.5 }, c.output);

const shrunk =
  (soft: boolean): Write =>
  (c) => {
    const lambd = numberOf(c, 1, 'threshold', 0.5);
    c.emit('Shrink', [input(c)], { lambd, bias: soft ? lambd : 0 }, c.output);
  };

const along =
  (op: string): Write =>
  (c) => {
    const axes = intsOf(c, 1, 'axis') ?? [-1];
    if (axes.length !== 1) refuse(`works along ${axes.length} axes at once`);
    c.emit(op, [input(c)], { axis: axes[0] as number }, c.output);
  };

const pooled =
  (op: 'MaxPool' | 'AveragePool'): Write =>
  (c) => {
    const two = (values: readonly number[] | undefined, usual?: readonly number[]): readonly number[] => {
      if (!values) return usual ?? refuse('has no window');
      const own = values.length === 4 ? values.slice(1, 3) : values.length === 1 ? [values[0]!, values[0]!] : values;
      return own.length === 2 ? own : refuse('has no window of two axes');
    };
    const kernel = two(intsOf(c, 1, 'pool_size', 'ksize'));
    const padding = text(c, 3, 'padding', 'valid').toLowerCase();
    if (padding !== 'same' && padding !== 'valid') refuse(`has the padding “${padding}”`);
    const attributes = {
      kernel_shape: kernel,
      strides: two(intsOf(c, 2, 'strides'), kernel),
      ...(padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {}),
      ...(op === 'AveragePool' ? { count_include_pad: 0 } : {}),
    };
    c.spatially(input(c), isFirst(c), (x) => c.emit(op, [x], attributes), c.output);
  };

function isFirst(c: LayerCall): boolean {
  const format = text(c, 9, 'data_format', 'channels_last');
  return format === 'channels_first' || format === 'NCHW';
}

const resize: Write = (c) => {
  const [height, width] = intsOf(c, 1, 'size') ?? [];
  if (height === undefined || width === undefined) refuse('has no size');
  const method = text(c, 2, given(c, 2, 'interpolation') === undefined ? 'method' : 'interpolation', 'bilinear');
  for (const name of ['antialias', 'crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'preserve_aspect_ratio']) {
    if (flag(c, 9, name, false)) refuse(`resizes in another way (${name})`);
  }
  resized(c, input(c), [height as number, width as number], sampling(method.toLowerCase()), c.output, isFirst(c));
};

export const networkFunctions: FunctionRules = {
  ...activations,
  hard_sigmoid: hardSigmoid,
  relu: (c) => {
    // tf.keras.activations.relu has settings, tf.nn.relu has none.
    const slope = numberOf(c, 1, 'alpha', 0, 'negative_slope');
    const ceiling = given(c, 2, 'max_value');
    if (numberOf(c, 3, 'threshold', 0) !== 0) refuse('has a threshold');
    const x = slope === 0 ? c.emit('Relu', [input(c)]) : c.emit('LeakyRelu', [input(c)], { alpha: slope });
    if (typeof ceiling === 'number') c.emit('Min', [x, c.w.scalar(ceiling)], {}, c.output);
    else c.give(x);
  },
  leaky_relu: (c) =>
    c.emit('LeakyRelu', [input(c)], { alpha: numberOf(c, 1, 'negative_slope', 0.2, 'alpha') }, c.output),
  elu: (c) => c.emit('Elu', [input(c)], { alpha: numberOf(c, 1, 'alpha', 1) }, c.output),
  celu: (c) => c.emit('Celu', [input(c)], { alpha: numberOf(c, 1, 'alpha', 1) }, c.output),
  gelu: (c) => {
    // keras.ops.gelu approximates unless it is told not to; tf.nn.gelu and keras.activations.gelu do not.
    const usual = c.version >= 3 && !c.site.state.layer.isLayer;
    const approximate = flag(c, 1, 'approximate', usual) ? 'tanh' : 'none';
    c.emit('Gelu', [input(c)], { approximate }, c.output);
  },
  hard_shrink: shrunk(false),
  soft_shrink: shrunk(true),
  softmax: along('Softmax'),
  log_softmax: along('LogSoftmax'),
  max_pool: pooled('MaxPool'),
  average_pool: pooled('AveragePool'),
  resize,
  rgb_to_grayscale: (c) => {
    const x = input(c);
    const channels = isFirst(c) ? 1 : -1;
    const weights = [0.2989, 0.587, 0.114];
    const dims = isFirst(c) ? [3, 1, 1] : [3];
    const factor = c.w.constant('weights', { dtype: 'float32', dims, data: Float32Array.from(weights) });
    c.emit('ReduceSum', [c.w.mul(x, factor), c.w.ints(channels)], { keepdims: 1 }, c.output);
  },
  bias_add: (c) => {
    if (isFirst(c)) refuse('adds to the second axis');
    c.emit('Add', [operand(c, 0, 'value'), operand(c, 1, 'bias')], {}, c.output);
  },
  einsum: (c) => {
    // Keras 3 has the equation among the settings, TensorFlow as the first argument.
    const equation = c.settings.text('subscripts', '') || text(c, 0, 'equation', '');
    const ranks = c.inputs.map((value) => c.rank(value));
    c.emit('Einsum', c.inputs, { equation: expandedEquation(equation, ranks) }, c.output);
  },
  one_hot: (c) => {
    const depth = int(c, 1, 'num_classes', undefined, 'depth');
    const both = c.w.constant('values', { dtype: 'float32', dims: [2], data: Float32Array.of(0, 1) });
    c.emit('OneHot', [input(c), c.w.int(depth), both], { axis: int(c, 2, 'axis', -1) }, c.output);
  },
};
