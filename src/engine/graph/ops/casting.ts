import { intAttribute } from '../ir/attributes';
import { fromNumbers, isFloat, toNumbers } from '../ir/numbers';
import type { DType, Tensor } from '../ir/tensor';
import type { BackwardContext, InferContext, OperatorDefinition, Operators } from './definition';
import { elementTypes, typeCode } from './elementTypes';

function castTo(c: InferContext, dtype = elementTypes[intAttribute(c.node, 'to', 0)]): DType {
  // Runtimes write numbers out in their own ways, and no image model needs it.
  if (dtype === 'string') return c.fail('casts numbers to text, which is not supported');
  return dtype ?? c.fail('casts to an element type that is not known here');
}

function foldCast(x: Tensor, dtype: DType): readonly Tensor[] | null {
  if (dtype === 'float16' || dtype === 'bfloat16' || dtype === 'string') return null;
  const values = toNumbers(x);
  return [fromNumbers(dtype, x.dims, isFloat(dtype) || dtype === 'bool' ? values : values.map(Math.trunc))];
}

/** Between float types the gradient is cast back; an integer or bool carries none. */
function castBackward(b: BackwardContext): (string | null)[] {
  const from = b.dtype(b.x());
  if (!isFloat(from) || !isFloat(b.dtype(b.y()))) return [];
  return [from === b.dtype(b.g()) ? b.g() : b.emit('Cast', [b.g()], { to: typeCode(from) })];
}

const identity: OperatorDefinition = {
  infer: (c) => [
    { dtype: c.dtype(0), dims: c.dims(0) },
    { dtype: 'bool', dims: c.dims(0) },
  ],
  fold: ([x], node) => (node.outputs.length === 1 ? [x as Tensor] : null),
  backward: (b) => [b.g()],
  quantised: 'moved',
};

/** Operators that hand their input on, in another element type at most. */
export const casting: Operators = {
  Identity: identity,
  Dropout: identity,
  Cast: {
    infer: (c) => [{ dtype: castTo(c), dims: c.dims(0) }],
    fold: ([x], node) => foldCast(x as Tensor, elementTypes[intAttribute(node, 'to', 0)] as DType),
    backward: castBackward,
  },
  // Made a Cast when the graph is bound: its second operand lends its element type and nothing else.
  CastLike: {
    explicit: (c) => ({
      ...c.node,
      op: 'Cast',
      inputs: [c.node.inputs[0] as string],
      attributes: { to: typeCode(c.dtype(1)) },
    }),
    infer: (c) => [{ dtype: c.dtype(1), dims: c.dims(0) }],
    backward: castBackward,
  },
};
