import type { Node } from '../../../graph/ir/graph';
import type { Tensor } from '../../../graph/ir/tensor';
import { reshaped, transposed } from '../../kit/tensors/derivedTensor';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { type Description, type LayerRules, variable, variables } from '../network/rule';
import { withActivation } from './activationFunctions';

const usesBias = ({ settings }: Description) => settings.flag('use_bias', true) && variable('bias', [null]);

/** Height × width × in × out, as ONNX has it: out × in × height × width. */
const toFront = (kernel: Tensor) => transposed(kernel, [3, 2, 0, 1]);

/** Height × width × channels × multiples, as the kernel of a convolution with a group for each channel. */
function toGroups(kernel: Tensor): Tensor {
  const [height, width, channels, multiples] = kernel.dims as [number, number, number, number];
  return toFront(reshaped(kernel, [height, width, 1, channels * multiples]));
}

/** Attributes of windows that slide: strides, dilations and padding. */
export function windows(c: LayerCall, kernel: readonly number[], strides: readonly number[]) {
  const padding = c.settings.text('padding', 'valid').toLowerCase();
  if (padding !== 'valid' && padding !== 'same') refuse(`has the padding “${padding}”`);
  return {
    kernel_shape: kernel,
    strides,
    ...(padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {}),
  };
}

function convolutionWindows(c: LayerCall, kernel: Tensor) {
  return {
    ...windows(c, kernel.dims.slice(0, 2), c.settings.pair('strides', 1)),
    dilations: c.settings.pair('dilation_rate', 1),
  };
}

const bias = (c: LayerCall): readonly string[] => (c.has('bias') ? [c.weight('bias')] : []);

/** Writes what is made of a value with channels first, and the layer's activation behind it. */
function convolve(c: LayerCall, write: (first: string) => string): void {
  withActivation(c, c.settings.get('activation'), (output) => c.spatially(c.x, c.channelsFirst, write, output));
}

/** Paddings of the transposed convolution where `output_padding` fixes the output's size, as Keras computes it. */
function transposedPads(c: LayerCall, kernel: readonly number[], strides: readonly number[]): Node['attributes'] {
  const same = c.settings.text('padding', 'valid').toLowerCase() === 'same';
  const dilations = c.settings.pair('dilation_rate', 1);
  const spans = kernel.map((length, axis) => (length - 1) * dilations[axis as 0] + 1);
  if (c.settings.get('output_padding') === undefined) {
    if (same) return { auto_pad: 'SAME_UPPER' };
    return { output_padding: spans.map((span, axis) => Math.max((strides[axis] as number) - span, 0)) };
  }
  const extra = c.settings.pair('output_padding');
  if (!same) return { output_padding: extra };
  const totals = spans.map((span, axis) => 2 * Math.floor(span / 2) - extra[axis as 0]);
  const cut = totals.map((total) => Math.max(total, 0));
  return {
    pads: [...cut.map((total) => Math.floor(total / 2)), ...cut.map((total) => Math.ceil(total / 2))],
    output_padding: totals.map((total) => Math.max(-total, 0)),
  };
}

export const convolution: LayerRules = {
  Conv2D: {
    variables: (d) => {
      const [height, width] = d.settings.pair('kernel_size');
      return variables(variable('kernel', [height, width, null, d.settings.int('filters')]), usesBias(d));
    },
    write: (c) => {
      const kernel = c.tensor('kernel');
      const group = c.settings.int('groups', 1);
      if (group < 1) refuse(`has ${group} groups`);
      const inputs = [c.weight('kernel', '', 'OIHW', toFront), ...bias(c)];
      convolve(c, (x) => c.emit('Conv', [x, ...inputs], { ...convolutionWindows(c, kernel), group }));
    },
  },

  DepthwiseConv2D: {
    variables: (d) => {
      const [height, width] = d.settings.pair('kernel_size');
      const multiples = d.settings.int('depth_multiplier', 1);
      const name = d.version < 3 ? 'depthwise_kernel' : 'kernel';
      return variables(variable(name, [height, width, null, multiples]), usesBias(d));
    },
    write: (c) => {
      const name = c.has('kernel') ? 'kernel' : 'depthwise_kernel';
      const kernel = c.tensor(name);
      const inputs = [c.weight(name, '', 'OIHW', toGroups), ...bias(c)];
      const group = kernel.dims[2] as number;
      convolve(c, (x) => c.emit('Conv', [x, ...inputs], { ...convolutionWindows(c, kernel), group }));
    },
  },

  SeparableConv2D: {
    about: 'a convolution in each channel, then one across channels',
    variables: (d) => {
      const [height, width] = d.settings.pair('kernel_size');
      const multiples = d.settings.int('depth_multiplier', 1);
      return variables(
        variable('depthwise_kernel', [height, width, null, multiples]),
        variable('pointwise_kernel', [1, 1, null, d.settings.int('filters')]),
        usesBias(d),
      );
    },
    write: (c) => {
      const kernel = c.tensor('depthwise_kernel');
      const depthwise = c.weight('depthwise_kernel', '', 'OIHW', toGroups);
      const inputs = [c.weight('pointwise_kernel', '', 'OIHW', toFront), ...bias(c)];
      const attributes = { ...convolutionWindows(c, kernel), group: kernel.dims[2] as number };
      convolve(c, (x) =>
        c.emit('Conv', [c.emit('Conv', [x, depthwise], attributes), ...inputs], { kernel_shape: [1, 1] }),
      );
    },
  },

  Conv2DTranspose: {
    variables: (d) => {
      const [height, width] = d.settings.pair('kernel_size');
      return variables(variable('kernel', [height, width, d.settings.int('filters'), null]), usesBias(d));
    },
    write: (c) => {
      const kernel = c.tensor('kernel').dims.slice(0, 2);
      const strides = c.settings.pair('strides', 1);
      const dilations = c.settings.pair('dilation_rate', 1);
      // Height × width × out × in becomes in × out × height × width.
      const inputs = [c.weight('kernel', '', 'IOHW', toFront), ...bias(c)];
      const attributes = { kernel_shape: kernel, strides, dilations, ...transposedPads(c, kernel, strides) };
      convolve(c, (x) => c.emit('ConvTranspose', [x, ...inputs], attributes));
    },
  },
};
