/** Products with weights of 2, 4 or 8 bits in blocks that have a scale each. The weights become real numbers when they are read. */
import type { Tensor } from '../../../../graph/ir/tensor';
import type { NodeRecord } from '../../proto/graphProto';
import { Emitter } from '../writing/emitter';
import { inputOf, intOf, type Rewrite, type RewriteContext } from '../writing/rewrite';

function constantAt(node: NodeRecord, index: number, c: RewriteContext): Tensor {
  return c.constant(inputOf(node, index, c)) ?? c.unsupported('has weights that are computed');
}

/** The number at place `index` of a row of packed numbers, the first in the lowest bits. */
function unpack(packed: Uint8Array, start: number, index: number, bits: number): number {
  const at = index * bits;
  return ((packed[start + (at >> 3)] as number) >> (at & 7)) & ((1 << bits) - 1);
}

function product(e: Emitter, node: NodeRecord, rows: number, columns: number, weights: Float32Array, bias: string) {
  const w = e.c.add(`${node.outputs[0]}/weights`, { dtype: 'float32', dims: [rows, columns], data: weights });
  const a = inputOf(node, 0, e.c);
  return bias === '' ? e.give(0, 'MatMul', [a, w]) : e.give(0, 'Add', [e.emit('MatMul', [a, w]), bias]);
}

/** Column n of the weights is the row n of B, in blocks along K: (q − zero point) · scale. */
const matMulNBits: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const [k, n] = [intOf(node, 'K', 0), intOf(node, 'N', 0)];
  const [bits, size] = [intOf(node, 'bits', 4), intOf(node, 'block_size', 32)];
  if (![2, 4, 8].includes(bits)) c.unsupported(`has weights of ${bits} bits`);
  if (node.inputs[4]) c.unsupported('orders its blocks by an index (g_idx)');
  const blocks = Math.ceil(k / size);
  const blob = (size * bits) / 8;
  const packed = constantAt(node, 1, c).data as Uint8Array;
  const scales = constantAt(node, 2, c).data as Float32Array;
  const zeros = node.inputs[3] ? constantAt(node, 3, c) : undefined;
  const zeroRow = Math.ceil((blocks * bits) / 8);
  const whole = k > 0 && n > 0 && packed.length >= n * blocks * blob && scales.length >= n * blocks;
  const zerosNeeded = zeros?.dtype === 'uint8' ? n * zeroRow : n * blocks;
  if (!whole || (zeros && zeros.data.length < zerosNeeded)) c.fail('has weights that do not fill its K and N');
  const zeroOf = (column: number, block: number): number => {
    if (!zeros) return 1 << (bits - 1);
    if (zeros.dtype !== 'uint8') return Number(zeros.data[column * blocks + block]);
    return unpack(zeros.data as Uint8Array, column * zeroRow, block, bits);
  };
  const weights = new Float32Array(k * n);
  for (let column = 0; column < n; column++) {
    for (let block = 0; block < blocks; block++) {
      const [scale, zero] = [scales[column * blocks + block] as number, zeroOf(column, block)];
      const start = (column * blocks + block) * blob;
      for (let i = 0; i < size && block * size + i < k; i++) {
        weights[(block * size + i) * n + column] = (unpack(packed, start, i, bits) - zero) * scale;
      }
    }
  }
  return product(e, node, k, n, weights, node.inputs[5] ?? '');
};

/** Sixteen levels between −1 and 1: of a floating-point number of 4 bits, and at the quantiles of a normal distribution (arXiv:2305.14314). */
const levels: readonly (readonly number[])[] = [
  [0, 0.0052083333, 2 / 3, 1, 1 / 3, 0.5, 1 / 6, 0.25, -0, -0.0052083333, -2 / 3, -1, -1 / 3, -0.5, -1 / 6, -0.25],
  [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
  ],
];

/** The weights [N, K] one after the other, two in a byte with the first in the higher bits; blocks run over the ends of rows. */
const matMulBnb4: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const [k, n, size] = [intOf(node, 'K', 0), intOf(node, 'N', 0), intOf(node, 'block_size', 64)];
  const table = levels[intOf(node, 'quant_type', 1)] ?? c.unsupported('has levels that are not known here');
  const packed = constantAt(node, 1, c).data as Uint8Array;
  const scales = constantAt(node, 2, c).data as Float32Array;
  const whole = k > 0 && n > 0 && 2 * packed.length >= k * n && scales.length * size >= k * n;
  if (!whole) c.fail('has weights that do not fill its K and N');
  const weights = new Float32Array(k * n);
  for (let at = 0; at < k * n; at++) {
    const pair = packed[at >> 1] as number;
    const level = table[at & 1 ? pair & 15 : pair >> 4] as number;
    weights[(at % k) * n + Math.floor(at / k)] = level * (scales[Math.floor(at / size)] as number);
  }
  return product(e, node, k, n, weights, '');
};

export const blockQuantised: Readonly<Record<string, Rewrite>> = {
  MatMulNBits: matMulNBits,
  MatMulBnb4: matMulBnb4,
};
