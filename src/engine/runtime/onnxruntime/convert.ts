import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { RuntimeFailure } from '../../../shared/errors';
import { integerTypes } from '../../graph/ir/numbers';
import type { DType, Tensor, TensorData } from '../../graph/ir/tensor';

type Ort = typeof import('onnxruntime-node');
type OrtType = OrtTensor.Type;

/**
 * Element types that onnxruntime's Node interface can take and give; the others may only be used inside a graph. float16 is not among
 * them: where JavaScript has Float16Array (Node 24), onnxruntime-node 1.30 makes one and then fails to read it.
 */
const exchanged: ReadonlySet<DType> = new Set<DType>(['float32', 'float64', ...integerTypes, 'bool', 'string']);

/** @throws RuntimeFailure when values of this type cannot pass the boundary. */
export function assertExchanged(name: string, dtype: DType): void {
  if (exchanged.has(dtype)) return;
  throw new RuntimeFailure(
    `onnxruntime cannot pass “${name}” in or out, because its Node interface has no ${dtype} values; a Cast to float32 is needed there.`,
  );
}

/** A tensor for onnxruntime over the same memory. */
export function toOrt(ort: Ort, name: string, tensor: Tensor): OrtTensor {
  assertExchanged(name, tensor.dtype);
  return new ort.Tensor(tensor.dtype as OrtType, tensor.data as OrtTensor.DataType, tensor.dims);
}

/** A tensor that owns its memory. */
export function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const dtype = tensor.type as DType;
  assertExchanged(name, dtype);
  const dims = [...tensor.dims];
  const data = tensor.data as TensorData;
  if (Array.isArray(data)) return { dtype, dims, data: [...data] };
  return { dtype, dims, data };
}
