import type { Node } from '../../../graph/ir/graph';
import { type Dim, type DType, mostDimensions } from '../../../graph/ir/tensor';
import { graphDtype } from '../../kit/tensors/elements';
import { dtypeOf } from '../proto/dataTypes';

/** Outputs that have the shape's length of the first input, whatever their sizes. */
const sameRank: ReadonlySet<string> = new Set(
  (
    'Abs AveragePool BatchNormalization Cast Ceil Celu Clip Concat Conv ConvTranspose Dropout Elu Erf Exp Floor Gelu GlobalAveragePool ' +
    'GlobalMaxPool HardSigmoid HardSwish GroupNormalization Hardmax Identity InstanceNormalization LRN LayerNormalization LeakyRelu Log LogSoftmax LpPool ' +
    'MaxPool Mish Neg PRelu Pad Reciprocal Relu Resize Round Selu Sigmoid Sign Slice Softmax Softplus Softsign Split Sqrt Tanh ' +
    'ThresholdedRelu Tile Transpose Upsample'
  ).split(' '),
);

const broadcasting: ReadonlySet<string> = new Set('Add Sub Mul Div Pow Max Min Mean Sum Where'.split(' '));

const logical: ReadonlySet<string> = new Set(
  'Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Not IsNaN IsInf'.split(' '),
);
const counting: ReadonlySet<string> = new Set('Shape Size ArgMax ArgMin NonZero'.split(' '));

/** Operators whose outputs have another element type than their first input, and of which it takes a definition to tell which. */
const otherType: ReadonlySet<string> = new Set(
  'QuantizeLinear DequantizeLinear DynamicQuantizeLinear ConstantOfShape MatMulInteger ConvInteger If Loop Scan CastLike OneHot'.split(
    ' ',
  ),
);

/** Element types and shapes as far as a model tells them, unknown sizes as null: enough to decompose nodes before sizes are bound. */
export class KnownTypes {
  private readonly shapes = new Map<string, readonly Dim[]>();
  private readonly dtypes = new Map<string, DType>();

  dims(value: string): readonly Dim[] | undefined {
    return this.shapes.get(value);
  }

  dtype(value: string): DType | undefined {
    return this.dtypes.get(value);
  }

  set(value: string, dtype: DType | undefined, dims: readonly Dim[] | undefined): void {
    if (dtype) this.dtypes.set(value, dtype);
    if (dims) this.shapes.set(value, dims);
  }

  /**
   * Records the types and ranks of a node's outputs, where they follow from those of its inputs.
   *
   * @param lengthOf number of elements of a constant that gives a shape or axes, undefined when it is computed
   */
  follow(node: Node, lengthOf: (value: string) => number | undefined): void {
    const dtype = node.op.includes('::') ? undefined : this.outputType(node);
    for (const output of node.outputs) if (dtype && !this.dtypes.has(output)) this.dtypes.set(output, dtype);
    const rank = this.outputRank(node, lengthOf);
    // The length of a constant is not compared with its data before that is read.
    if (rank === undefined || rank < 0 || rank > mostDimensions) return;
    for (const output of node.outputs) {
      if (output !== '' && !this.shapes.has(output)) this.shapes.set(output, new Array<Dim>(rank).fill(null));
    }
  }

  private rank(value: string | undefined): number | undefined {
    return value === undefined || value === '' ? undefined : this.shapes.get(value)?.length;
  }

  private outputType(node: Node): DType | undefined {
    const { to } = node.attributes;
    const given = (index: number) => this.dtypes.get(node.inputs[index] ?? '');
    if (logical.has(node.op)) return 'bool';
    if (counting.has(node.op)) return 'int64';
    if (node.op === 'Cast') return typeof to === 'number' ? typeNumbered(to) : undefined;
    if (node.op === 'DequantizeLinear') return given(1);
    if (node.op === 'Where') return given(1) ?? given(2);
    return otherType.has(node.op) || (node.outputs.length > 1 && node.op !== 'Split') ? undefined : given(0);
  }

  private outputRank(node: Node, lengthOf: (value: string) => number | undefined): number | undefined {
    const [first, second = ''] = node.inputs;
    const rank = this.rank(first);
    if (sameRank.has(node.op)) return rank;
    if (node.op === 'Gemm' || node.op === 'Flatten') return 2;
    if (node.op === 'Reshape' || node.op === 'ConstantOfShape')
      return lengthOf(node.op === 'Reshape' ? second : (first ?? ''));
    if (broadcasting.has(node.op)) return largest(node.inputs.map((input) => this.rank(input)));
    if (node.op === 'MatMul') {
      const other = this.rank(second);
      return rank !== undefined && other !== undefined && rank > 1 && other > 1 ? Math.max(rank, other) : undefined;
    }
    const axisCount = lengthOf(second);
    if (rank === undefined) return undefined;
    if (node.op === 'Squeeze') return axisCount === undefined ? undefined : rank - axisCount;
    if (node.op === 'Unsqueeze') return axisCount === undefined ? undefined : rank + axisCount;
    if (node.op.startsWith('Reduce')) {
      if (node.attributes['keepdims'] !== 0) return rank;
      return axisCount === undefined ? undefined : rank - axisCount;
    }
    return undefined;
  }
}

function typeNumbered(dataType: number): DType | undefined {
  const dtype = dtypeOf(dataType);
  return dtype && graphDtype(dtype);
}

function largest(ranks: readonly (number | undefined)[]): number | undefined {
  let most = 0;
  for (const rank of ranks) {
    if (rank === undefined) return undefined;
    most = Math.max(most, rank);
  }
  return most;
}
