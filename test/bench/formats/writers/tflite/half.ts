import type { Weight } from '../../network/description';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the float16 that is nearest to a number, ties to even; subnormals become 0. Numbers beyond its range are not expected. */
export function halfBits(value: number): number {
  float[0] = value;
  const all = bits[0] as number;
  const sign = (all >>> 16) & 0x8000;
  const exponent = ((all >>> 23) & 255) - 127;
  if (exponent < -14) return sign;
  const fraction = all & 0x7fffff;
  const base = ((exponent + 15) << 10) | (fraction >>> 13);
  const rest = fraction & 0x1fff;
  // A carry out of the fraction goes into the exponent.
  return sign | (base + (rest > 0x1000 || (rest === 0x1000 && base & 1) ? 1 : 0));
}

function fromHalf(half: number): number {
  const exponent = (half >>> 10) & 31;
  if (exponent === 0) return 0;
  return (half & 0x8000 ? -1 : 1) * (1 + (half & 1023) / 1024) * 2 ** (exponent - 15);
}

export const halves = ({ data }: Weight): Uint16Array => Uint16Array.from(data, halfBits);

/** A weight as float16 holds it. */
export const inHalves = ({ dims, data }: Weight): Weight => ({ dims, data: data.map((x) => fromHalf(halfBits(x))) });
