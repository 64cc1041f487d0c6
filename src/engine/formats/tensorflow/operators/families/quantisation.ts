import type { Node } from '../../../../graph/ir/graph';
import { numbersOf } from '../../../../graph/ir/numbers';
import { float32, type Tensor } from '../../../../graph/ir/tensor';
import type { Operation, Rule, Rules } from '../operation';

/** Limits moved so that 0 is one of the numbers that are kept (tensorflow/core/kernels/fake_quant_ops_functor.h). */
function nudged(low: number, high: number, least: number, largest: number): { scale: number; zero: number } {
  const scale = Math.fround(Math.fround(high - low) / (largest - least));
  const start = least - Math.fround(low / scale);
  const zero = start < least ? least : start > largest ? largest : Math.round(start);
  return { scale, zero };
}

/**
 * Rounds to the numbers that some bits can tell apart between two limits: quantised and back, so that the gradient passes as if it did not
 * round, and not at all outside the limits.
 */
function fakeQuantised(o: Operation, lows: ArrayLike<number>, highs: ArrayLike<number>, axis?: number): void {
  const bits = o.number('num_bits');
  if (!Number.isInteger(bits) || bits < 2 || bits > 16) o.fail(`quantises to ${bits} bits`);
  if (lows.length !== highs.length || (axis === undefined && lows.length !== 1)) o.fail('has limits that do not fit');
  const [least, largest] = [o.flag('narrow_range') ? 1 : 0, 2 ** bits - 1];
  const all = Array.from(lows, (low, i) => nudged(low, highs[i] as number, least, largest));
  const dims = axis === undefined ? [] : [all.length];
  const floats = (hint: string, of: (each: { scale: number; zero: number }) => number) =>
    o.w.constant(hint, float32(dims, Float32Array.from(all, of)));
  const scale = floats('scale', (each) => each.scale);
  const points = all.map((each) => each.zero);
  const zeros: Tensor = {
    dtype: bits > 8 ? 'uint16' : 'uint8',
    dims,
    data: bits > 8 ? Uint16Array.from(points) : Uint8Array.from(points),
  };
  const zero = o.w.constant('zero', zeros);
  const above = o.w.emit('Max', [o.x(), floats('low', (each) => (least - each.zero) * each.scale)]);
  const within = o.w.emit('Min', [above, floats('high', (each) => (largest - each.zero) * each.scale)]);
  const along: Node['attributes'] = axis === undefined ? {} : { axis };
  o.give('DequantizeLinear', [o.w.emit('QuantizeLinear', [within, scale, zero], along), scale, zero], along);
}

const byVariables =
  (axis?: number): Rule =>
  (o) => {
    const [low, high] = [1, 2].map((index) => o.constant(index) ?? o.unsupported('has limits that depend on the data'));
    fakeQuantised(o, numbersOf(low as Tensor), numbersOf(high as Tensor), axis === undefined ? axis : lastAxis(o));
  };

function lastAxis(o: Operation): number {
  return (o.rank() ?? o.unsupported('has a value of an unknown number of axes')) - 1;
}

export const quantisation: Rules = {
  FakeQuantWithMinMaxVars: byVariables(),
  FakeQuantWithMinMaxVarsPerChannel: byVariables(-1),
  FakeQuantWithMinMaxArgs: (o) => fakeQuantised(o, [o.number('min')], [o.number('max')]),
};
