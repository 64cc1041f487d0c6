import { floatAttribute, intAttribute } from '../../ir/attributes';
import { perChannel, range, standardise } from '../../ops/normalisation';
import { add, divide, multiply, type Rescaling, subtract } from './rescale';
import type { Row } from './rows';

/**
 * y = γ·c·q + β with c = x − mean and q = 1/σ, by the rules of its parts: the product's, Δq = −Δv/(σσ'(σ + σ')) for the variance v, and
 * Δv = mean(Δc·(c + c')). So layer, instance and group normalisation share out Δy without a rest.
 */
export const normalisation: Row = (r) => {
  const rank = r.dims(r.x()).length;
  const group = r.node.op === 'GroupNormalization';
  const from = r.node.op === 'InstanceNormalization' ? 2 : (intAttribute(r.node, 'axis', -1) + rank) % rank;
  const axes = r.ints(group ? [2] : range(from, rank));
  const rows = (value: string) => {
    if (!group) return value;
    return r.emit('Reshape', [value, r.ints([0, intAttribute(r.node, 'num_groups', 1), -1])]);
  };
  const mean = (value: string) => r.emit('ReduceMean', [value, axes], { keepdims: 1 });
  const parts = (x: string) => {
    const { standard, deviation } = standardise(r, rows(x), axes, floatAttribute(r.node, 'epsilon', 1e-5));
    return { c: multiply(r, standard, deviation), sigma: deviation };
  };
  const [here, there] = [parts(r.x()), parts(r.reference(r.x()))];
  const scale = r.node.op === 'LayerNormalization' ? r.x(1) : perChannel(r, r.x(1), rank);
  const g = rows(multiply(r, r.g(), scale));
  const gradient = rescaled(r, g, here, there, mean);
  const centred = subtract(r, gradient, mean(gradient));
  return [group ? r.emit('Reshape', [centred, r.emit('Shape', [r.x()])]) : centred];
};

interface Parts {
  readonly c: string;
  readonly sigma: string;
}

/** The multiplier of c: g·(q + q')/2 − (c + c')·Σ g·(c + c')/2 / (n·σσ'(σ + σ')). */
function rescaled(r: Rescaling, g: string, here: Parts, there: Parts, mean: (value: string) => string): string {
  const [product, sum] = [multiply(r, here.sigma, there.sigma), add(r, here.sigma, there.sigma)];
  const direct = divide(r, multiply(r, g, sum), product);
  const both = add(r, here.c, there.c);
  const byDeviation = divide(r, mean(multiply(r, g, both)), multiply(r, product, sum));
  return multiply(r, subtract(r, direct, multiply(r, both, byDeviation)), r.scalar(0.5));
}
