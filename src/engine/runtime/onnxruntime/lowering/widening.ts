import type { DType } from '../../../graph/ir/tensor';
import { typeCode } from '../../../graph/ops/elementTypes';
import type { Lowering } from '../../lowering';

/**
 * Element types that onnxruntime has no kernel for, computed in another one: inputs from `first` to `last` are cast as `wider` says, and
 * the result back, where that is the type of the output too.
 */
export function widened(wider: Partial<Record<DType, DType>>, first = 0, last = Infinity, back = true): Lowering {
  return {
    needed: (c) => wider[c.dtype(first)] !== undefined,
    lower: (c, add) => {
      const { node } = c;
      const dtype = c.dtype(first);
      const wide = wider[dtype] as DType;
      const inputs = node.inputs.map((name, index) =>
        index < first || index > last || name === '' ? name : add.emit('Cast', [name], { to: typeCode(wide) }),
      );
      if (!back) return { ...node, inputs };
      const result = add.emit(node.op, inputs, node.attributes);
      return { ...node, op: 'Cast', inputs: [result], attributes: { to: typeCode(dtype) } };
    },
  };
}
