import { LazyTensor } from '../../../graph/ir/lazyTensor';
import type { Tensor, TensorData } from '../../../graph/ir/tensor';

let halfTable: Float32Array | null = null;

/** Value of every float16 bit pattern (IEEE 754 binary16). */
function halfValues(): Float32Array {
  if (halfTable) return halfTable;
  halfTable = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) halfTable[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) halfTable[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else halfTable[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return halfTable;
}

const largestFloat = 3.4028234663852886e38;

/** By element type: its elements as float32. Loops, since `Float32Array.from` with a function takes ten times as long and more. */
const converters: Readonly<Record<string, (data: TensorData) => Float32Array>> = {
  float16: (data) => {
    const values = halfValues();
    const halves = data as Uint16Array;
    const result = new Float32Array(halves.length);
    for (let i = 0; i < halves.length; i++) result[i] = values[halves[i] as number] as number;
    return result;
  },
  bfloat16: (data) => {
    const halves = data as Uint16Array;
    const bits = new Uint32Array(halves.length);
    for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] as number) << 16;
    return new Float32Array(bits.buffer);
  },
  float64: (data) => {
    const values = data as Float64Array;
    const result = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      result[i] = Number.isFinite(value) ? Math.min(Math.max(value, -largestFloat), largestFloat) : value;
    }
    return result;
  },
};

/**
 * A float16, bfloat16 or float64 tensor as float32; others are given back as they are. Finite float64 values beyond float32's range become
 * the largest float32: masks such as the lowest float64 must not turn into infinities, which 0 · ∞ makes NaN.
 */
export function asFloat32(tensor: Tensor): Tensor {
  const { dtype, dims } = tensor;
  const convert = converters[dtype];
  if (!convert) return tensor;
  if (tensor instanceof LazyTensor) return new LazyTensor('float32', dims, () => convert(tensor.data));
  return { dtype: 'float32', dims, data: convert(tensor.data) };
}
