/** Linear maps along one axis: the adjoint of padding by reflection, of strided slices, of gathers and of resizing. */
import { type FloatTensor, float32 } from '../ir/tensor';
import type { BackwardContext } from './definition';
import { transposed } from './linear';

/** The 0/1 matrix [outputs, length] whose row o has its 1 at column `sources[o]`. */
export function selection(sources: readonly number[], length: number): FloatTensor {
  const data = new Float32Array(sources.length * length);
  sources.forEach((source, row) => {
    data[row * length + source] = 1;
  });
  return float32([sources.length, length], data);
}

/** The identity matrix of a length. */
export function identity(length: number): FloatTensor {
  return selection([...new Array<number>(length).keys()], length);
}

/** Adjoint of y = M x along `axis`: Mᵀ g, for `matrix` a two-dimensional value [outputs, length]. */
export function adjointAlong(b: BackwardContext, g: string, axis: number, matrix: string): string {
  const rank = b.dims(g).length;
  if (axis === rank - 1) return b.emit('MatMul', [g, matrix]);
  if (axis === rank - 2) return b.emit('MatMul', [transposed(b, matrix), g]);
  const perm = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  const product = b.emit('MatMul', [b.emit('Transpose', [g], { perm }), matrix]);
  return b.emit('Transpose', [product], { perm });
}
