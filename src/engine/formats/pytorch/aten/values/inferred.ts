/** What nodes give, before sizes are bound: the operators that programs are written in here, and nothing of others. */
import { intAttribute, stringAttribute } from '../../../../graph/ir/attributes';
import type { Node } from '../../../../graph/ir/graph';
import { type Dim, mostDimensions, type ValueType } from '../../../../graph/ir/tensor';
import { dtypeNumbered } from './dtypes';
import {
  concatenated,
  expanded,
  filled,
  gathered,
  paddedOut,
  reshapedTo,
  sliced,
  split,
  squeezed,
  tiled,
  turned,
  unsqueezed,
} from './inferredShapes';
import { blocks, convolved, pooled, resized, transposedConvolved } from './inferredWindows';
import { axisOf, broadcast, dimsOf, dtypeOf, type Infer, input, type Known, type Outputs, typed } from './inferring';

const same: Infer = (node, known) => {
  const type = input(node, known, 0);
  return node.outputs.map(() => type);
};

const joined: Infer = (node, known) => {
  const dtypes = node.inputs.map((_, index) => input(node, known, index)?.dtype);
  return [
    typed(
      dtypes.find((dtype) => dtype !== undefined) ?? 'float32',
      broadcast(node.inputs.map((name) => known.dims(name))),
    ),
  ];
};

const compared: Infer = (node, known) => [typed('bool', broadcast(node.inputs.map((name) => known.dims(name))))];

const reduced: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const dtype = node.op.startsWith('Arg') ? 'int64' : dtypeOf(node, known);
  if (!dims) return [typed(dtype, null)];
  const axes = node.op.startsWith('Arg')
    ? [intAttribute(node, 'axis', 0)]
    : node.inputs[1]
      ? known.ints(node.inputs[1])
      : dims.map((_, axis) => axis);
  if (!axes || axes.includes(null)) return [typed(dtype, null)];
  const places = new Set(axes.map((axis) => axisOf(axis as number, dims.length)));
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  return [
    typed(
      dtype,
      dims.flatMap((length, axis) => (places.has(axis) ? (keep ? [1] : []) : [length])),
    ),
  ];
};

function multiplied(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): readonly Dim[] | undefined {
  if (!a || !b || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]) ?? [];
  return [...batch, ...(a.length > 1 ? [a.at(-2) ?? null] : []), ...(b.length > 1 ? [b.at(-1) ?? null] : [])];
}

const einsum: Infer = (node, known) => {
  const [terms = '', out = ''] = stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->');
  const lengths = new Map<string, Dim>();
  terms.split(',').forEach((term, index) => {
    const dims = dimsOf(node, known, index);
    [...term].forEach((letter, axis) => {
      if (!lengths.get(letter)) lengths.set(letter, dims?.[axis] ?? null);
    });
  });
  const plain = !terms.includes('.') && !out.includes('.');
  return [typed(dtypeOf(node, known), plain ? [...out].map((letter) => lengths.get(letter) ?? null) : null)];
};

const topK: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const count = known.ints(node.inputs[1] ?? '')?.[0] ?? null;
  const axis = dims && axisOf(intAttribute(node, 'axis', -1), dims.length);
  const out = dims?.map((length, place) => (place === axis ? count : length));
  return [typed(dtypeOf(node, known), out), typed('int64', out)];
};

const shapeOf: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const end = node.attributes['end'];
  const count = dims?.slice(intAttribute(node, 'start', 0), typeof end === 'number' ? end : undefined).length;
  return [typed('int64', count === undefined ? [null] : [count])];
};

const each = (names: string, infer: Infer): [string, Infer][] => names.split(' ').map((name) => [name, infer]);

const table: ReadonlyMap<string, Infer> = new Map([
  ...each(
    'Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp Floor Gelu GroupNormalization HardSigmoid ' +
      'HardSwish Identity InstanceNormalization LRN LayerNormalization LeakyRelu Log LogSoftmax LpNormalization Mish Neg PRelu Reciprocal Relu Round ' +
      'ScatterElements ScatterND Selu Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Tan Tanh ThresholdedRelu Trilu Not',
    same,
  ),
  ...each('Add Sub Mul Div Pow Max Min Mod Sum Mean BitwiseAnd BitwiseOr BitwiseXor', joined),
  ...each('Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor', compared),
  ...each('IsNaN IsInf', (node, known) => [typed('bool', dimsOf(node, known, 0))]),
  ...each('AveragePool MaxPool LpPool', pooled),
  ...each('GlobalAveragePool GlobalMaxPool', (node, known) => [
    typed(
      dtypeOf(node, known),
      dimsOf(node, known, 0)?.map((length, axis) => (axis < 2 ? length : 1)),
    ),
  ]),
  ...each(
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSumExp ReduceSumSquare ArgMax ArgMin',
    reduced,
  ),
  [
    'Where',
    (node, known) => [
      typed(
        input(node, known, 1)?.dtype ?? input(node, known, 2)?.dtype ?? 'float32',
        broadcast(node.inputs.map((name) => known.dims(name))),
      ),
    ],
  ],
  ['Cast', (node, known) => [typed(dtypeNumbered(intAttribute(node, 'to', 1)), dimsOf(node, known, 0))]],
  ['Conv', convolved],
  ['ConvTranspose', transposedConvolved],
  [
    'Gemm',
    (node, known) => [
      typed(dtypeOf(node, known), [
        dimsOf(node, known, 0)?.[intAttribute(node, 'transA', 0) === 1 ? 1 : 0] ?? null,
        dimsOf(node, known, 1)?.[intAttribute(node, 'transB', 0) === 1 ? 0 : 1] ?? null,
      ]),
    ],
  ],
  [
    'MatMul',
    (node, known) => [typed(dtypeOf(node, known), multiplied(dimsOf(node, known, 0), dimsOf(node, known, 1)))],
  ],
  ['Einsum', einsum],
  ['Reshape', reshapedTo],
  ['Transpose', turned],
  ['Slice', sliced],
  ['Gather', gathered],
  ['GatherElements', (node, known) => [typed(dtypeOf(node, known), dimsOf(node, known, 1))]],
  [
    'GatherND',
    (node, known) => {
      const [dims, indices] = [dimsOf(node, known, 0), dimsOf(node, known, 1)];
      const depth = indices?.at(-1);
      return [
        typed(
          dtypeOf(node, known),
          dims && indices && depth != null ? [...indices.slice(0, -1), ...dims.slice(depth)] : null,
        ),
      ];
    },
  ],
  ['Concat', concatenated],
  ['Split', split],
  ['Squeeze', squeezed],
  ['Unsqueeze', unsqueezed],
  ['Pad', paddedOut],
  ['Expand', expanded],
  ['Tile', tiled],
  ['Resize', resized],
  ['TopK', topK],
  ['Shape', shapeOf],
  ['Size', () => [typed('int64', [])]],
  ['ConstantOfShape', filled],
  ['Range', (node, known) => [typed(dtypeOf(node, known), [null])]],
  ['EyeLike', same],
  ['DepthToSpace', blocks(true)],
  ['SpaceToDepth', blocks(false)],
]);

/** Lengths that no tensor has (of damaged files) are not known. */
function sensible(type: ValueType | undefined): ValueType | undefined {
  if (!type?.dims) return type;
  if (type.dims.length > mostDimensions) return { ...type, dims: null };
  return {
    ...type,
    dims: type.dims.map((length) => (length !== null && Number.isSafeInteger(length) && length >= 0 ? length : null)),
  };
}

/** Types of a node's outputs; undefined for what its operator does not tell. */
export function outputsOf(node: Node, known: Known): Outputs {
  return table.get(node.op)?.(node, known).map(sensible) ?? [];
}
