/** What grappler and the TensorFlow.js converter make of an operator and those behind it. */
import type { Operation, Rule, Rules } from '../operation';
import { fusable } from './activations';
import { bias, convolution, depthwiseConvolution } from './convolutions';
import { normalised } from './normalisations';
import { product } from './products';

/** The first operator, then `fused_ops`, whose own operands follow its two. */
const followed =
  (first: (o: Operation, output?: string) => string): Rule =>
  (o) => {
    const ops = o.texts('fused_ops');
    let next = 2;
    ops.reduce(
      (value, op, i) => {
        const output = i === ops.length - 1 ? o.out() : undefined;
        if (op === 'BiasAdd') return bias(o, value, next++, output);
        if (op === 'Add') return o.w.emit('Add', [value, o.x(next++)], {}, output);
        if (op === 'Prelu') return o.w.emit('PRelu', [value, o.x(next++)], {}, output);
        if (op === 'FusedBatchNorm') {
          const [scale, shift, mean, variance] = [0, 1, 2, 3].map((k) => o.x(next + k)) as [
            string,
            string,
            string,
            string,
          ];
          next += 4;
          return normalised(o, value, { scale, shift, mean, variance }, o.number('epsilon'), output);
        }
        const activation = Object.hasOwn(fusable, op) ? fusable[op] : undefined;
        return activation ? activation(o, value, output) : o.unsupported(`holds ${op}`);
      },
      first(o, ops.length === 0 ? o.out() : undefined),
    );
  };

export const fused: Rules = {
  _FusedConv2D: followed(convolution),
  FusedDepthwiseConv2dNative: followed(depthwiseConvolution),
  _FusedDepthwiseConv2dNative: followed(depthwiseConvolution),
  _FusedMatMul: followed(product),
};
