import { floatAttribute, intAttribute } from '../../ir/attributes';
import type { BackwardContext } from '../../ops/definition';
import { perChannel, range, standardise } from '../../ops/normalisation';
import { adjoint, overStabilised, sumOver } from './propagate';

/** The axes that a normalisation averages over, and the shape in which it does so when that is not x's own. */
function averaged(b: BackwardContext): { readonly axes: readonly number[]; readonly rows?: readonly number[] } {
  const rank = b.dims(b.x()).length;
  if (b.node.op === 'GroupNormalization') return { axes: [2], rows: [0, intAttribute(b.node, 'num_groups', 1), -1] };
  const from = b.node.op === 'InstanceNormalization' ? 2 : (intAttribute(b.node, 'axis', -1) + rank) % rank;
  return { axes: range(from, rank) };
}

/**
 * Layer, instance and group normalisation as y = γ·(x − mean)/σ + β with σ taken as a number (AttnLRP, Achtibat et al. 2024,
 * and Ali et al. 2022, arXiv:2202.07304): linear in x, and in proportion to what each x adds to y. β keeps its share.
 */
export function detachedNormalisation(b: BackwardContext, epsilon: number): (string | null)[] {
  const s = overStabilised(b, b.g(), b.y(), epsilon);
  const { axes, rows } = averaged(b);
  const inRows = (value: string) => (rows ? b.emit('Reshape', [value, b.ints(rows)]) : value);
  const scale = b.node.op === 'LayerNormalization' ? b.x(1) : perChannel(b, b.x(1), b.dims(b.x()).length);
  const { deviation } = standardise(b, inRows(b.x()), b.ints(axes), floatAttribute(b.node, 'epsilon', 1e-5));
  const scaled = b.emit('Div', [inRows(b.emit('Mul', [s, scale])), deviation]);
  const centred = b.emit('Sub', [scaled, b.emit('ReduceMean', [scaled, b.ints(axes)], { keepdims: 1 })]);
  const gradient = rows ? b.emit('Reshape', [centred, b.emit('Shape', [b.x()])]) : centred;
  return [b.emit('Mul', [b.x(), gradient]), null, shiftRelevance(b, s)];
}

/** β times the sum of s over the places that it reaches; null unless it is asked for. */
function shiftRelevance(b: BackwardContext, s: string): string | null {
  if (!b.wanted(2)) return null;
  const rank = b.dims(s).length;
  const own = b.node.op === 'LayerNormalization' ? range(rank - b.dims(b.x(2)).length, rank) : [1];
  return b.emit('Mul', [b.x(2), sumOver(b, s, own)]);
}

/** y = a·x + (β − a·mean): β and the mean, a constant like it, keep their shares. */
export function batchNormalisation(b: BackwardContext, epsilon: number): (string | null)[] {
  const s = overStabilised(b, b.g(), b.y(), epsilon);
  const scaled = adjoint(b, s)[0] as string;
  const mean = () => b.emit('Mul', [b.emit('Neg', [b.x(3)]), sumOver(b, scaled, [1])]);
  return [b.emit('Mul', [b.x(), scaled]), null, shiftRelevance(b, s), b.wanted(3) ? mean() : null];
}
