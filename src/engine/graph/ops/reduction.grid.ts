import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, between, ints, type SmallNode } from '../../../../test/support/graph/smallGraph';

interface Form {
  readonly x: readonly number[];
  /** None: the node has no second input. */
  readonly axes?: readonly number[];
  readonly attributes?: SmallNode['attributes'];
}

const forms: readonly Form[] = [
  ...[0, 1].flatMap((keepdims) => [
    { x: [4], axes: [1], attributes: { keepdims } },
    { x: [3, 4], axes: [-1], attributes: { keepdims } },
    { x: [2, 3, 4], axes: [2, 3], attributes: { keepdims } },
    { x: [2, 3, 4], axes: [-1, 1], attributes: { keepdims } },
    { x: [2, 1, 3, 2], axes: [1, 2, -2, 4], attributes: { keepdims } },
    { x: [1, 3], axes: [1], attributes: { keepdims } },
  ]),
  { x: [2, 3], axes: [2] },
  { x: [2, 3], axes: [], attributes: { noop_with_empty_axes: 1 } },
  { x: [2, 3], attributes: { noop_with_empty_axes: 1 } },
];

function reductionCases(
  op: string,
  kind: GradientCase['kind'],
  values?: GradientCase['values'],
): readonly GradientCase[] {
  return forms.map(({ x, axes, attributes = {} }) => ({
    title: `of [N, ${x}] over ${axes ? `[${axes}]` : 'no axes'} ${JSON.stringify(attributes)}`,
    inputs: { x },
    constants: axes && { axes: ints(...axes) },
    nodes: [{ op, inputs: axes ? ['x', 'axes'] : ['x'], attributes }],
    kind,
    values,
  }));
}

export const reductionGrid: GradientGrid = {
  ReduceSum: reductionCases('ReduceSum', 'linear'),
  ReduceMean: reductionCases('ReduceMean', 'linear'),
  ReduceMax: reductionCases('ReduceMax', 'piecewise', apart(0.2)),
  ReduceMin: reductionCases('ReduceMin', 'piecewise', apart(0.2)),
  ReduceL1: reductionCases('ReduceL1', 'piecewise', apart(0.2)),
  ReduceL2: reductionCases('ReduceL2', 'smooth', apart(0.2)),
  ReduceSumSquare: reductionCases('ReduceSumSquare', 'smooth'),
  ReduceProd: [
    ...reductionCases('ReduceProd', 'smooth', between(0.5, 1.5)),
    ...reductionCases('ReduceProd', 'smooth', apart(0.3)),
  ],
  ReduceLogSum: reductionCases('ReduceLogSum', 'smooth', between(0.5, 3)),
  ReduceLogSumExp: reductionCases('ReduceLogSumExp', 'smooth'),
};
