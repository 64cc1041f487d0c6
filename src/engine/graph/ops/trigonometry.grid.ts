import type { GradientGrid } from '../../../../test/support/graph/grid';
import { between } from '../../../../test/support/graph/smallGraph';

/** Where each function is smooth. */
const ranges = {
  Sin: [-3, 3],
  Cos: [-3, 3],
  Tan: [-1, 1],
  Asin: [-0.7, 0.7],
  Acos: [-0.7, 0.7],
  Atan: [-3, 3],
  Sinh: [-2, 2],
  Cosh: [-2, 2],
  Asinh: [-3, 3],
  Acosh: [1.5, 4],
  Atanh: [-0.7, 0.7],
} as const;

export const trigonometryGrid: GradientGrid = Object.fromEntries(
  Object.entries(ranges).map(([op, [low, high]]) => [
    op,
    [[], [5], [2, 3, 2], [1, 2, 1, 3]].map((x) => ({
      title: `of [N, ${x}]`,
      inputs: { x },
      nodes: [{ op, inputs: ['x'] }],
      kind: 'smooth' as const,
      values: between(low, high),
      // Those of which onnxruntime has no float64 kernel: short, because of the poles that are near.
      step: ['Sin', 'Cos', 'Tan'].includes(op) ? undefined : 0.01,
    })),
  ]),
);
