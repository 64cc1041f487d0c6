import { CheckpointError } from '../../../../shared/errors';
import { mostDimensions } from '../../../graph/ir/tensor';
import type { Field, MessageReader } from '../../kit/protobuf/protobuf';

const largest = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A TensorShapeProto: lengths of the axes, null for one that is not stated (−1); null when even the rank is not.
 *
 * @throws CheckpointError for impossible lengths.
 */
export function readShape(message: MessageReader): readonly (number | null)[] | null {
  const dims: (number | null)[] = [];
  let unknownRank = false;
  for (const field of message.fields()) {
    if (field.number === 2) {
      const size = dimension(field);
      if (size < -1n || size > largest || dims.length === mostDimensions) {
        throw new CheckpointError(
          `The checkpoint is damaged: a shape in it has the length ${size} in place ${dims.length}.`,
        );
      }
      dims.push(size === -1n ? null : Number(size));
    } else if (field.number === 3) unknownRank = field.integer() !== 0;
  }
  return unknownRank ? null : dims;
}

function dimension(field: Field): bigint {
  let size = 0n;
  for (const part of field.message().fields()) if (part.number === 1) size = part.int64();
  return size;
}
