import { toNumbers } from '../../../../graph/ir/numbers';
import { float32 } from '../../../../graph/ir/tensor';
import type { TfNode } from '../../graph/graphDef';
import type { Operation } from '../operation';

/** The constants of x · inv + (offset − mean · inv), where inv = scale / √(variance + ε), as values. */
interface Pieces {
  readonly x: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
  /** Left out where it is 1 or 0. */
  readonly scale?: string;
  readonly offset?: string;
}

const sums = new Set(['Add', 'AddV2']);

/** The operands of a node, either way round. */
function bothWays({ inputs: [a = '', b = ''] }: TfNode): readonly (readonly [string, string])[] {
  return [
    [a, b],
    [b, a],
  ];
}

/** variance and ε of 1 / √(variance + ε), scaled or not. */
function inverseDeviation(o: Operation, value: string): Pick<Pieces, 'variance' | 'epsilon' | 'scale'> | undefined {
  const node = o.source(value);
  if (node?.op === 'Mul') {
    for (const [deviation, scale] of bothWays(node)) {
      const found = o.source(deviation)?.op === 'Rsqrt' ? inverseDeviation(o, deviation) : undefined;
      if (found) return { ...found, scale };
    }
  }
  const sum = node?.op === 'Rsqrt' ? o.source(node.inputs[0] ?? '') : undefined;
  if (!sum || !sums.has(sum.op)) return undefined;
  for (const [variance, added] of bothWays(sum)) {
    const epsilon = o.known(added);
    if (epsilon?.dims.length === 0 && epsilon.dtype === 'float32') {
      return { variance, epsilon: toNumbers(epsilon)[0] as number };
    }
  }
  return undefined;
}

/** mean (and offset) of offset − mean · inv, or of (−mean) · inv. */
function shift(o: Operation, value: string, inv: string): Pick<Pieces, 'mean' | 'offset'> | undefined {
  const node = o.source(value);
  if (!node) return undefined;
  const [offset = '', product = ''] = node.op === 'Sub' ? node.inputs : [];
  const times = node.op === 'Sub' ? o.source(product) : node;
  if (times?.op !== 'Mul') return undefined;
  const [mean] = bothWays(times).find(([, other]) => other === inv) ?? [];
  if (mean === undefined) return undefined;
  if (node.op === 'Sub') return { mean, offset };
  const negated = o.source(mean);
  return negated?.op === 'Neg' ? { mean: negated.inputs[0] ?? '' } : undefined;
}

function pieces(o: Operation): Pieces | undefined {
  for (const [scaled, shifted] of bothWays(o.node)) {
    const product = o.source(scaled);
    if (product?.op !== 'Mul') continue;
    for (const [x, inv] of bothWays(product)) {
      const deviation = inverseDeviation(o, inv);
      const rest = deviation && shift(o, shifted, inv);
      if (rest) return { x, ...deviation, ...rest };
    }
  }
  return undefined;
}

/**
 * Writes one BatchNormalization where this sum is the end of what tf.nn.batch_normalization (and Keras 3) makes of one on images: in one
 * piece it gives the numbers that it gives in other formats to the last bit, is worked into the convolution in front of it, and has the
 * rules of one.
 *
 * @returns false where it is another sum.
 */
export function batchNormalisation(o: Operation): boolean {
  const found = o.rank() === 4 || o.rank(1) === 4 ? pieces(o) : undefined;
  if (!found || o.dimsOf(found.x)?.length !== 4) return false;
  const rows = [found.mean, found.variance, found.scale, found.offset].filter((value) => value !== undefined);
  const channels = o.known(found.mean)?.dims[0] ?? 0;
  if (rows.some((row) => o.known(row)?.dims.join() !== `${channels}`)) return false;
  const filled = (value: number) =>
    o.w.constant(value === 1 ? 'ones' : 'zeros', float32([channels], new Float32Array(channels).fill(value)));
  const inputs = [found.scale ?? filled(1), found.offset ?? filled(0), found.mean, found.variance];
  const attributes = { epsilon: found.epsilon };
  o.w.channelsFirst(found.x, (first) => o.w.emit('BatchNormalization', [first, ...inputs], attributes), o.out());
  return true;
}
