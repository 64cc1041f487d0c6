/** Tensors with data: as their integers, or as the numbers that these stand for. */
import { CheckpointError } from '../../../../shared/errors';
import { elementBytes, elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import type { NumericData } from '../../kit/tensors/elements';
import { asFloat32 } from '../../kit/tensors/floats';
import { storedTensor } from '../../kit/tensors/storedTensor';
import type { Quantisation, TensorRecord } from '../schema/model';
import { tensorType } from '../schema/tensorTypes';

/**
 * A tensor's data as they lie in the file, floating-point ones as float32.
 *
 * @param type of its elements, one that the graph has.
 * @throws CheckpointError when the data do not fill the shape.
 */
export function storedConstant(record: TensorRecord, label: string, range: ByteRange): Tensor {
  const { name, dtype } = tensorType(record.type);
  if (dtype === null) throw new RangeError(`“${label}” has elements of ${name}.`);
  const wanted = Math.ceil(elementCount(record.stored) * elementBytes[dtype]);
  const bytes = range.end - range.start;
  if (wanted !== bytes) {
    throw new CheckpointError(
      `The checkpoint is damaged: its weight “${label}” is ${name}[${record.stored.join(', ')}], which takes ${wanted} bytes, but holds ${bytes}.`,
    );
  }
  return asFloat32(storedTensor(dtype, record.stored, range));
}

/** The numbers that a tensor's integers stand for, made when they are first wanted. */
export function dequantised(integers: Tensor, { scales, zeroPoints, axis }: Quantisation): Tensor {
  const { dims } = integers;
  const inner = elementCount(dims.slice(axis + 1));
  return derivedTensor('float32', dims, () => {
    const data = integers.data as NumericData;
    const result = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const at = scales.length === 1 ? 0 : Math.floor(i / inner) % scales.length;
      result[i] = (Number(data[i]) - (zeroPoints[at] as number)) * (scales[at] as number);
    }
    return result;
  });
}
