import type { Node } from '../../graph/graph';
import type { Dim } from '../../graph/tensor';

/** Outputs that have the shape's length of the first input, whatever their sizes. */
const sameRank: ReadonlySet<string> = new Set(
  (
    'Abs AveragePool BatchNormalization Cast Ceil Celu Clip Concat Conv ConvTranspose Dropout Elu Erf Exp Floor Gelu GlobalAveragePool ' +
    'GlobalMaxPool HardSigmoid HardSwish Hardmax Identity InstanceNormalization LRN LayerNormalization LeakyRelu Log LogSoftmax LpPool ' +
    'MaxPool Mish Neg PRelu Pad Reciprocal Relu Resize Round Selu Sigmoid Sign Slice Softmax Softplus Softsign Split Sqrt Tanh ' +
    'ThresholdedRelu Tile Transpose Upsample'
  ).split(' '),
);

const broadcasting: ReadonlySet<string> = new Set('Add Sub Mul Div Pow Max Min Mean Sum Where'.split(' '));

/** Shapes as far as a model tells them, with unknown sizes as null; enough to find the rank of most values before sizes are bound. */
export class Ranks {
  constructor(private readonly shapes: Map<string, readonly Dim[]>) {}

  dims(value: string): readonly Dim[] | undefined {
    return this.shapes.get(value);
  }

  /**
   * Records the ranks of a node's outputs, where they follow from those of its inputs.
   *
   * @param lengthOf number of elements of a constant that gives a shape or axes, undefined when it is computed
   */
  follow(node: Node, lengthOf: (value: string) => number | undefined): void {
    const rank = this.outputRank(node, lengthOf);
    if (rank === undefined || rank < 0) return;
    for (const output of node.outputs) {
      if (output !== '' && !this.shapes.has(output)) this.shapes.set(output, new Array<Dim>(rank).fill(null));
    }
  }

  private rank(value: string | undefined): number | undefined {
    return value === undefined || value === '' ? undefined : this.shapes.get(value)?.length;
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

function largest(ranks: readonly (number | undefined)[]): number | undefined {
  return ranks.every((rank) => rank !== undefined) ? Math.max(...(ranks as number[])) : undefined;
}
