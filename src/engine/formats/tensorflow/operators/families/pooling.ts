import type { Operation, Rules } from '../operation';
import { windowAttributes } from './convolutions';

/** In an average TensorFlow never counts the padding, as ONNX does by default. */
function pool(o: Operation, op: string): void {
  const attributes = {
    ...windowAttributes(o, { dilated: false }),
    kernel_shape: o.spatial(o.list('ksize'), 'windows'),
  };
  o.image(o.x(), (first, out) => o.w.emit(op, [first], attributes, out), o.out());
}

/** Windows and strides are inputs. */
function poolByInputs(o: Operation): void {
  const strides = o.spatial(o.fixed(2, 'strides'), 'strides');
  const kernel_shape = o.spatial(o.fixed(1, 'windows'), 'windows');
  const padding = o.text('padding');
  const attributes = { kernel_shape, strides, ...(padding === 'SAME' ? { auto_pad: 'SAME_UPPER' } : {}) };
  o.image(o.x(), (first, out) => o.w.emit('MaxPool', [first], attributes, out), o.out());
}

export const pooling: Rules = {
  MaxPool: (o) => pool(o, 'MaxPool'),
  MaxPoolV2: poolByInputs,
  MaxPoolWithArgmax: (o) => {
    if (o.used(1)) o.unsupported('gives the places of its maxima');
    pool(o, 'MaxPool');
  },
  AvgPool: (o) => pool(o, 'AveragePool'),
};
