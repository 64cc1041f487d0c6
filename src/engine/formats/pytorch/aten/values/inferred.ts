/** What nodes give, before sizes are bound: the operators that programs are written in here, and nothing of others. */
import { intAttribute, intsAttribute, stringAttribute, tensorAttribute } from '../../../../graph/ir/attributes';
import type { Node } from '../../../../graph/ir/graph';
import { type Dim, type DType, mostDimensions, type ValueType } from '../../../../graph/ir/tensor';
import { dtypeNumbered } from './dtypes';

/** What is known of the values that nodes read. */
export interface Known {
  get(value: string): ValueType | undefined;
  dims(value: string): readonly Dim[] | undefined;
  ints(value: string): readonly Dim[] | undefined;
}

type Outputs = readonly (ValueType | undefined)[];
type Infer = (node: Node, known: Known) => Outputs;

/** The place of an axis that may be counted from the end; NaN when there is none of that number. */
export function axisOf(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  return Number.isInteger(result) && result >= 0 && result < Math.max(rank, 1) ? result : Number.NaN;
}

/** The common shape of operands, null where it depends on lengths that are not known. */
export function broadcast(shapes: readonly (readonly Dim[] | undefined)[]): readonly Dim[] | undefined {
  if (shapes.some((dims) => dims === undefined)) return undefined;
  const known = shapes as readonly (readonly Dim[])[];
  const rank = Math.max(0, ...known.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, i) => {
    const lengths = known.map((dims) => dims[i - rank + dims.length]).filter((dim) => dim !== undefined && dim !== 1);
    return lengths.length === 0 ? 1 : (lengths.find((dim) => dim !== null) ?? null);
  });
}

const input = (node: Node, known: Known, index: number) => known.get(node.inputs[index] ?? '');
const dimsOf = (node: Node, known: Known, index: number) => known.dims(node.inputs[index] ?? '');
const dtypeOf = (node: Node, known: Known): DType => input(node, known, 0)?.dtype ?? 'float32';
const typed = (dtype: DType, dims: readonly Dim[] | null | undefined): ValueType => ({ dtype, dims: dims ?? null });

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

/** Output length of a window that slides along an axis. */
function slid(length: Dim | undefined, axis: number, kernel: readonly Dim[], node: Node): Dim {
  const size = kernel[axis] ?? null;
  if (length == null || size === null) return null;
  const rank = kernel.length;
  const stride = intsAttribute(node, 'strides')?.[axis] ?? 1;
  const dilation = intsAttribute(node, 'dilations')?.[axis] ?? 1;
  const pads = intsAttribute(node, 'pads') ?? [];
  const room = length + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0) - (size - 1) * dilation - 1;
  if (intAttribute(node, 'ceil_mode', 0) === 0) return Math.floor(room / stride) + 1;
  const out = Math.ceil(room / stride) + 1;
  return (out - 1) * stride >= length + (pads[axis] ?? 0) ? out - 1 : out;
}

const pooled: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const out = dims && [...dims.slice(0, 2), ...dims.slice(2).map((length, axis) => slid(length, axis, kernel, node))];
  return [typed(dtypeOf(node, known), out), typed('int64', out)];
};

const convolved: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const weight = dimsOf(node, known, 1);
  if (!dims || !weight)
    return [
      typed(
        'float32',
        dims?.map(() => null),
      ),
    ];
  const spatial = dims.slice(2).map((length, axis) => slid(length, axis, weight.slice(2), node));
  return [typed('float32', [dims[0] ?? null, weight[0] ?? null, ...spatial])];
};

const transposedConvolved: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const weight = dimsOf(node, known, 1);
  if (!dims || !weight)
    return [
      typed(
        'float32',
        dims?.map(() => null),
      ),
    ];
  const rank = dims.length - 2;
  const each = (name: string, axis: number, usual: number) => intsAttribute(node, name)?.[axis] ?? usual;
  const spatial = dims.slice(2).map((length, axis) => {
    const size = weight[axis + 2];
    if (length === null || size == null) return null;
    const cut = each('pads', axis, 0) + each('pads', axis + rank, 0);
    return (
      (length - 1) * each('strides', axis, 1) +
      (size - 1) * each('dilations', axis, 1) +
      1 +
      each('output_padding', axis, 0) -
      cut
    );
  });
  const channels = weight[1] == null ? null : weight[1] * intAttribute(node, 'group', 1);
  return [typed('float32', [dims[0] ?? null, channels, ...spatial])];
};

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

const product = (dims: readonly Dim[]): Dim =>
  dims.reduce((whole, dim) => (whole === null || dim === null ? null : whole * dim), 1 as Dim);

const reshapedTo: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const wanted = known.ints(node.inputs[1] ?? '');
  if (!wanted) return [typed(dtypeOf(node, known), null)];
  const out = wanted.map((length, axis): Dim => (length === 0 ? (dims?.[axis] ?? null) : length));
  const open = out.indexOf(-1);
  if (open < 0) return [typed(dtypeOf(node, known), out)];
  const all = dims ? product(dims) : null;
  const others = product(out.filter((_, axis) => axis !== open));
  out[open] = all !== null && others ? all / others : null;
  return [typed(dtypeOf(node, known), out)];
};

const sliced: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  if (!dims) return [typed(dtypeOf(node, known), null)];
  const list = (index: number) => (node.inputs[index] ? known.ints(node.inputs[index]) : undefined);
  const [starts = [], ends = []] = [list(1), list(2)];
  const axes = list(3) ?? starts.map((_, axis) => axis);
  const steps = list(4);
  const out = [...dims];
  axes.forEach((named, i) => {
    const axis = axisOf(named ?? Number.NaN, dims.length);
    const [start, end, length, step] = [starts[i], ends[i], dims[axis], steps ? steps[i] : 1];
    out[axis] = null;
    if (start == null || end == null || length == null || step == null || step === 0) return;
    const low = step > 0 ? 0 : -1;
    const place = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, low), step > 0 ? length : length - 1);
    out[axis] = Math.max(0, Math.ceil((place(end) - place(start)) / step));
  });
  return [typed(dtypeOf(node, known), out)];
};

const gathered: Infer = (node, known) => {
  const [dims, indices] = [dimsOf(node, known, 0), dimsOf(node, known, 1)];
  if (!dims || !indices) return [typed(dtypeOf(node, known), null)];
  const axis = axisOf(intAttribute(node, 'axis', 0), dims.length);
  return [typed(dtypeOf(node, known), [...dims.slice(0, axis), ...indices, ...dims.slice(axis + 1)])];
};

const concatenated: Infer = (node, known) => {
  const shapes = node.inputs.map((name) => known.dims(name));
  const first = shapes.find((dims) => dims !== undefined);
  if (!first) return [typed(dtypeOf(node, known), null)];
  const axis = axisOf(intAttribute(node, 'axis', 0), first.length);
  const out = first.map((_, place) => {
    const lengths = shapes.map((dims) => dims?.[place] ?? null);
    if (place !== axis) return lengths.find((length) => length !== null) ?? null;
    return lengths.includes(null) ? null : lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0);
  });
  return [typed(dtypeOf(node, known), out)];
};

const split: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  if (!dims) return node.outputs.map(() => typed(dtypeOf(node, known), null));
  const axis = axisOf(intAttribute(node, 'axis', 0), dims.length);
  const sizes = node.inputs[1] ? known.ints(node.inputs[1]) : undefined;
  return node.outputs.map((_, index) =>
    typed(
      dtypeOf(node, known),
      dims.map((length, place) => (place === axis ? (sizes?.[index] ?? null) : length)),
    ),
  );
};

const unsqueezed: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const axes = known.ints(node.inputs[1] ?? '');
  if (!dims || !axes || axes.includes(null)) return [typed(dtypeOf(node, known), null)];
  const rank = dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis as number, rank)));
  const rest = [...dims];
  return [
    typed(
      dtypeOf(node, known),
      Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null))),
    ),
  ];
};

const squeezed: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const axes = node.inputs[1] ? known.ints(node.inputs[1]) : undefined;
  if (!dims || !axes || axes.includes(null)) return [typed(dtypeOf(node, known), null)];
  const removed = new Set(axes.map((axis) => axisOf(axis as number, dims.length)));
  return [
    typed(
      dtypeOf(node, known),
      dims.filter((_, axis) => !removed.has(axis)),
    ),
  ];
};

const turned: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const perm = intsAttribute(node, 'perm');
  return [typed(dtypeOf(node, known), dims && (perm ? perm.map((axis) => dims[axis] ?? null) : [...dims].reverse()))];
};

const paddedOut: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const pads = known.ints(node.inputs[1] ?? '');
  const out = dims?.map((length, axis): Dim => {
    const [before, after] = [pads?.[axis] ?? null, pads?.[axis + dims.length] ?? null];
    return length === null || before === null || after === null ? null : length + before + after;
  });
  return [typed(dtypeOf(node, known), out)];
};

const filled: Infer = (node, known) => [
  typed(tensorAttribute(node, 'value')?.dtype ?? 'float32', known.ints(node.inputs[0] ?? '')),
];

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

const resized: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const sizes = node.inputs[3] ? known.ints(node.inputs[3]) : undefined;
  const axes = intsAttribute(node, 'axes') ?? [];
  const out = dims?.map((length, axis) => (axes.includes(axis) ? (sizes?.[axes.indexOf(axis)] ?? null) : length));
  return [typed(dtypeOf(node, known), out)];
};

const expanded: Infer = (node, known) => [
  typed(dtypeOf(node, known), broadcast([dimsOf(node, known, 0), known.ints(node.inputs[1] ?? '')])),
];

const tiled: Infer = (node, known) => {
  const repeats = known.ints(node.inputs[1] ?? '');
  const out = dimsOf(node, known, 0)?.map((length, axis) => product([length, repeats?.[axis] ?? null]));
  return [typed(dtypeOf(node, known), out)];
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

const blocks =
  (grow: boolean): Infer =>
  (node, known) => {
    const dims = dimsOf(node, known, 0);
    const size = intAttribute(node, 'blocksize', 1);
    const factors = grow ? [1, 1 / size ** 2, size, size] : [1, size ** 2, 1 / size, 1 / size];
    return [
      typed(
        dtypeOf(node, known),
        dims?.map((length, axis) => (length === null ? null : length * (factors[axis] ?? 1))),
      ),
    ];
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
