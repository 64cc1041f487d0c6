/** Compares a computed tensor with the one that a case expects. */
import { graphDtype } from '../../src/engine/formats/kit/tensors/elements';
import { asFloat32 } from '../../src/engine/formats/kit/tensors/floats';
import type { Tensor } from '../../src/engine/graph/ir/tensor';

/** |a − e| ≤ absolute + relative · |e|. */
interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** The ONNX backend test runner's own. */
const onnx: Tolerance = { relative: 1e-3, absolute: 1e-7 };
/** What nearly all cases keep. */
const tight: Tolerance = { relative: 1e-5, absolute: 1e-7 };
/** Expected values that went through a 16-bit type are rounded to about three digits (bfloat16: to two). */
const rounded: Readonly<Record<string, Tolerance>> = {
  float16: { relative: 2e-3, absolute: 1e-6 },
  bfloat16: { relative: 1e-2, absolute: 1e-5 },
};

/** `within` says which tolerance held; `wrong` why none did, as part of a sentence. */
export type Comparison = { readonly within: 'tight' | 'onnx' } | { readonly wrong: string };

/** The element type that the engine gives a value which ONNX declares as `dtype`: all floating-point types are float32. */
export const engineType = graphDtype;

function holds({ relative, absolute }: Tolerance, a: number, e: number): boolean {
  return Math.abs(a - e) <= absolute + relative * Math.abs(e);
}

/** Element type and shape are compared elsewhere; `expected` may be of a floating-point type that the engine computes as float32. */
export function compare(actual: Tensor, expected: Tensor): Comparison {
  const wanted = asFloat32(expected).data;
  const given = actual.data;
  if (given.length !== wanted.length) return { wrong: `has ${given.length} elements, not ${wanted.length}` };
  let within: 'tight' | 'onnx' = 'tight';
  const limit = rounded[expected.dtype] ?? onnx;
  for (let i = 0; i < wanted.length; i++) {
    const [a, e] = [given[i], wanted[i]];
    if (a === e) continue;
    const wrong = { wrong: `has ${String(a)} at place ${i}, not ${String(e)}` };
    if (typeof a !== 'number' || typeof e !== 'number' || engineType(expected.dtype) !== 'float32') return wrong;
    if (Number.isNaN(a) && Number.isNaN(e)) continue;
    if (!holds(limit, a, e)) return wrong;
    if (!holds(tight, a, e)) within = 'onnx';
  }
  return { within };
}
