import { toNumbers } from '../ir/numbers';
import type { BackwardContext, BackwardRule } from '../ops/definition';
import { rectifies } from '../ops/quantisation';
import { standard } from './standard';
import type { RuleTable } from './table';

/** The standard rule, applied to the positive part of the incoming gradient. */
function onPositiveGradient(op: string): BackwardRule {
  return (b) => (standard[op] as BackwardRule)({ ...b, g: (index) => b.emit('Relu', [b.g(index)]) });
}

/** True for Relu6 and its like: Clip with the lower bound 0 and an upper bound above it (or none). */
export function clipsAtZero(b: BackwardContext): boolean {
  const bound = (index: number) => {
    const value = b.has(index) ? b.constant(b.x(index)) : undefined;
    return value && toNumbers(value)[0];
  };
  const high = bound(2);
  return bound(1) === 0 && (!b.has(2) || (high !== undefined && high > 0));
}

/**
 * Guided backpropagation (Springenberg et al. 2015, arXiv:1412.6806) as the published libraries have it: a Relu passes
 * g·[y > 0]·[g > 0]; every other activation, Relu6 (Clip) included, keeps its true gradient, because they hook ReLU modules only.
 */
export const guidedRelu: RuleTable = { ...standard, Relu: onPositiveGradient('Relu') };

/**
 * The same with Clip from 0 upwards (Relu6) as a rectifier too, which it is to those who built the network; Clip's own upper bound
 * stops the gradient as usual. So is a quantisation that a ReLU or Relu6 was worked into.
 */
export const guided: RuleTable = {
  ...guidedRelu,
  Clip: (b) => (clipsAtZero(b) ? onPositiveGradient('Clip')(b) : (standard['Clip'] as BackwardRule)(b)),
  QuantizeLinear: (b) =>
    rectifies(b.node, b.constant, b.producer)
      ? onPositiveGradient('QuantizeLinear')(b)
      : (standard['QuantizeLinear'] as BackwardRule)(b),
};
