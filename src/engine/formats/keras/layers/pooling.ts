import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import type { LayerRule, LayerRules } from '../network/rule';
import { windows } from './convolution';

/** Windows of a pooling layer: strides are the window's size where none are stated. */
function pooled(c: LayerCall, op: 'MaxPool' | 'AveragePool'): void {
  const size = c.settings.pair('pool_size', 2);
  const attributes = {
    ...windows(c, size, c.settings.pair('strides', size)),
    ...(op === 'AveragePool' ? { count_include_pad: 0 } : {}),
  };
  c.spatially(c.x, c.channelsFirst, (x) => c.emit(op, [x], attributes), c.output);
}

/** One spatial axis: a window over an image that is one pixel high. */
function pooledLine(c: LayerCall, op: 'MaxPool' | 'AveragePool'): void {
  const size = c.settings.ints('pool_size', [2])[0] ?? refuse('has no window');
  const stride = c.settings.ints('strides', [size])[0] ?? size;
  const attributes = {
    ...windows(c, [1, size], [1, stride]),
    ...(op === 'AveragePool' ? { count_include_pad: 0 } : {}),
  };
  const rows = c.w.ints(c.channelsFirst ? 2 : 1);
  const image = c.emit('Unsqueeze', [c.x, rows]);
  const result = c.spatially(image, c.channelsFirst, (x) => c.emit(op, [x], attributes));
  c.emit('Squeeze', [result, rows], {}, c.output);
}

const overall = (op: 'ReduceMean' | 'ReduceMax', spatial: number): LayerRule => ({
  write: (c) => {
    c.refuseMask();
    const first = c.channelsFirst ? 2 : 1;
    const axes = c.w.ints(...Array.from({ length: spatial }, (_, i) => first + i));
    c.emit(op, [c.x, axes], { keepdims: Number(c.settings.flag('keepdims', false)) }, c.output);
  },
});

/** As many windows as wanted, where they are all of one size. */
const adaptive = (op: 'MaxPool' | 'AveragePool'): LayerRule => ({
  about: 'into windows of one size',
  write: (c) => {
    const wanted = c.settings.pair('output_size');
    const first = c.channelsFirst ? 2 : 1;
    const lengths = c.dims(c.x).slice(first, first + 2);
    const size = lengths.map((length, axis) => length / (wanted[axis as 0] || Number.NaN));
    if (!size.every(Number.isInteger))
      refuse(`pools [${lengths.join(', ')}] into [${wanted.join(', ')}] unequal windows`);
    c.spatially(c.x, c.channelsFirst, (x) => c.emit(op, [x], { kernel_shape: size, strides: size }), c.output);
  },
});

export const pooling: LayerRules = {
  MaxPooling2D: { write: (c) => pooled(c, 'MaxPool') },
  AveragePooling2D: { about: 'padding does not count', write: (c) => pooled(c, 'AveragePool') },
  MaxPooling1D: { write: (c) => pooledLine(c, 'MaxPool') },
  AveragePooling1D: { write: (c) => pooledLine(c, 'AveragePool') },
  GlobalAveragePooling2D: overall('ReduceMean', 2),
  GlobalMaxPooling2D: overall('ReduceMax', 2),
  GlobalAveragePooling1D: overall('ReduceMean', 1),
  GlobalMaxPooling1D: overall('ReduceMax', 1),
  AdaptiveAveragePooling2D: adaptive('AveragePool'),
  AdaptiveMaxPooling2D: adaptive('MaxPool'),
};
