import type { BackwardContext, BackwardRule } from '../ops/definition';
import { rectifies } from '../ops/quantisation';
import { clipsAtZero } from './guided';
import { standard } from './standard';
import type { RuleTable } from './table';

/** relu(g), whatever the forward sign was. */
const rectified = (b: BackwardContext) => [b.emit('Relu', [b.g()])];

/**
 * The deconvnet rule (Zeiler and Fergus 2014, arXiv:1311.2901) as the published libraries have it: a Relu passes g·[g > 0], ungated; every
 * other activation, Relu6 (Clip) included, keeps its true gradient, because they hook ReLU modules only. Max pooling goes back to the
 * maxima ("switches") and convolutions through the transposed kernel, which is their true gradient.
 */
export const deconvnetRelu: RuleTable = { ...standard, Relu: rectified };

/** The same with Clip from 0 upwards (Relu6) as a rectifier too, and with a quantisation that one was worked into. */
export const deconvnet: RuleTable = {
  ...deconvnetRelu,
  Clip: (b) => (clipsAtZero(b) ? rectified(b) : (standard['Clip'] as BackwardRule)(b)),
  QuantizeLinear: (b) =>
    rectifies(b.node, b.constant, b.producer)
      ? [b.emit('Div', [b.emit('Relu', [b.g()]), b.x(1)])]
      : (standard['QuantizeLinear'] as BackwardRule)(b),
};
