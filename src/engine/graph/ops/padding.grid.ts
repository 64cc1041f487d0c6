import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { ints, scalar } from '../../../../test/support/graph/smallGraph';

type Sizes = readonly number[];

/** Pads of all axes with the batch, begins before ends. */
const pad = (mode: string, x: Sizes, pads: Sizes): GradientCase => ({
  title: `${mode}, of [N, ${x}] by [${pads}]`,
  inputs: { x },
  constants: { pads: ints(...pads) },
  nodes: [{ op: 'Pad', inputs: ['x', 'pads'], attributes: { mode } }],
  kind: 'linear',
});

const shown: readonly (readonly [Sizes, Sizes])[] = [
  [[4], [0, 2, 0, 3]],
  [
    [2, 4, 5],
    [0, 0, 2, 3, 0, 0, 1, 2],
  ],
  [
    [2, 4, 5],
    [0, 1, 0, 0, 0, 0, 3, 0],
  ],
  [
    [2, 3, 3, 3],
    [0, 0, 2, 0, 1, 0, 0, 1, 2, 0],
  ],
];

export const paddingGrid: GradientGrid = {
  Pad: [
    pad('constant', [4], [0, 1, 0, 2]),
    pad('constant', [3, 4], [0, 1, 0, 0, 2, 3]),
    pad('constant', [3, 4], [0, 0, 0, 0, 0, 0]),
    pad('constant', [5, 4], [0, -1, 2, 0, -2, -1]),
    pad('constant', [5, 4, 6], [0, 0, -3, 0, 0, 1, 0, -4]),
    ...shown.map(([x, pads]) => pad('reflect', x, pads)),
    ...shown.map(([x, pads]) => pad('edge', x, pads)),
    ...shown.map(([x, pads]) => pad('wrap', x, pads)),
    {
      title: 'with a value, by axes',
      inputs: { x: [3, 4] },
      constants: { pads: ints(2, 1), value: scalar(5), axes: ints(-1) },
      nodes: [{ op: 'Pad', inputs: ['x', 'pads', 'value', 'axes'] }],
      kind: 'linear',
    },
    {
      title: 'reflect, by axes in another order',
      inputs: { x: [3, 4] },
      constants: { pads: ints(2, 1, 0, 2), axes: ints(2, 1) },
      nodes: [{ op: 'Pad', inputs: ['x', 'pads', '', 'axes'], attributes: { mode: 'reflect' } }],
      kind: 'linear',
    },
  ],
};
