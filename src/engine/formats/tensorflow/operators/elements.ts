/** Element types in the graph: floating-point numbers are float32, sizes and positions int64, as ONNX has them. */
import type { DType, Tensor } from '../../../graph/ir/tensor';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { graphDtype } from '../../kit/tensors/elements';
import { asFloat32 } from '../../kit/tensors/floats';
import { dtypeOf } from '../graph/dataTypes';

/** Constants of fewer elements are converted when the graph is read. */
const small = 1 << 10;

/** The element type that a value of one of TensorFlow's types has in the graph; undefined for what is no tensor of numbers. */
export function graphType(type: number): DType | undefined {
  const dtype = dtypeOf(type);
  if (dtype === undefined || dtype === 'string') return undefined;
  return dtype === 'int32' ? 'int64' : graphDtype(dtype);
}

/** A constant of the checkpoint as one of the graph. */
export function graphTensor(tensor: Tensor): Tensor {
  if (tensor.dtype !== 'int32') return asFloat32(tensor);
  const convert = () => BigInt64Array.from(tensor.data as Int32Array, BigInt);
  const count = tensor.dims.reduce((product, length) => product * length, 1);
  if (count > small) return derivedTensor('int64', tensor.dims, convert);
  return { dtype: 'int64', dims: tensor.dims, data: convert() };
}
