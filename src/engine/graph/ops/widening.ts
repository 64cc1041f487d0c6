/** Element types that the runtime has no kernel for, computed in another one. */
import type { Node } from '../ir/graph';
import type { DType } from '../ir/tensor';
import type { Additions, InferContext } from './definition';
import { typeCode } from './elementTypes';

/**
 * The node with the inputs from `first` to `last` cast as `wider` says; its result is cast back where that is the type of the output too.
 */
export function widened(wider: Partial<Record<DType, DType>>, first = 0, last = Infinity, back = true) {
  return (c: InferContext, add: Additions): Node => {
    const { node } = c;
    const dtype = c.dtype(first);
    const wide = wider[dtype];
    if (!wide) return node;
    const inputs = node.inputs.map((name, index) =>
      index < first || index > last || name === '' ? name : add.emit('Cast', [name], { to: typeCode(wide) }),
    );
    if (!back) return { ...node, inputs };
    const result = add.emit(node.op, inputs, node.attributes);
    return { ...node, op: 'Cast', inputs: [result], attributes: { to: typeCode(dtype) } };
  };
}
