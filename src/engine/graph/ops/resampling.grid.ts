import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { ints, type SmallNode } from '../../../../test/support/graph/smallGraph';
import { float32 } from '../ir/tensor';

type Attributes = NonNullable<SmallNode['attributes']>;

const coordinates = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const rounding = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

const modes: readonly Attributes[] = [
  ...coordinates.flatMap((coordinate_transformation_mode) => [
    ...rounding.map((nearest_mode) => ({ mode: 'nearest', coordinate_transformation_mode, nearest_mode })),
    { mode: 'linear', coordinate_transformation_mode },
    { mode: 'cubic', coordinate_transformation_mode },
  ]),
  { mode: 'cubic', coordinate_transformation_mode: 'half_pixel', cubic_coeff_a: -0.5 },
  { mode: 'cubic', coordinate_transformation_mode: 'half_pixel', exclude_outside: 1 },
  { mode: 'linear', coordinate_transformation_mode: 'half_pixel', antialias: 1 },
  { mode: 'cubic', coordinate_transformation_mode: 'half_pixel', antialias: 1 },
];

/** Enlarged by whole numbers, shrunk, and by factors that leave a rest. */
const targets = [
  [8, 10],
  [3, 2],
  [7, 3],
] as const;

const scaled = (attributes: Attributes, [h, w]: readonly [number, number]): GradientCase => ({
  title: `to ${h} × ${w} ${JSON.stringify(attributes)}`,
  inputs: { x: [2, 4, 5] },
  constants: { scales: float32([4], Float32Array.of(1, 1, h / 4, w / 5)) },
  nodes: [{ op: 'Resize', inputs: ['x', '', 'scales'], attributes }],
  kind: 'linear',
});

const sized = (
  title: string,
  x: readonly number[],
  sizes: readonly number[],
  attributes: Attributes,
): GradientCase => ({
  title: `${title} ${JSON.stringify(attributes)}`,
  inputs: { x },
  constants: { sizes: ints(...sizes) },
  nodes: [{ op: 'Resize', inputs: ['x', '', '', 'sizes'], attributes }],
  kind: 'linear',
});

const moved = (op: string, rows: readonly (readonly [readonly number[], Attributes])[]): readonly GradientCase[] =>
  rows.map(([x, attributes]) => ({
    title: `of [N, ${x}] ${JSON.stringify(attributes)}`,
    inputs: { x },
    nodes: [{ op, inputs: ['x'], attributes }],
    kind: 'linear',
  }));

export const resamplingGrid: GradientGrid = {
  Resize: [
    ...modes.flatMap((attributes) => targets.map((target) => scaled(attributes, target))),
    sized('to sizes by axes', [2, 4, 5], [7, 3], { mode: 'linear', axes: [2, 3] }),
    sized('to sizes by axes in another order', [2, 4, 5], [3, 7], { mode: 'linear', axes: [-1, -2] }),
    sized('one dimension', [2, 5], [8], { mode: 'linear', axes: [2] }),
    sized('three dimensions', [1, 2, 3, 2], [4, 5, 3], { mode: 'linear', axes: [2, 3, 4] }),
    sized('three dimensions', [1, 2, 3, 2], [4, 5, 3], { mode: 'nearest', axes: [2, 3, 4] }),
    {
      title: 'by scales with a rest',
      inputs: { x: [2, 5, 4] },
      constants: { scales: float32([2], Float32Array.of(1.3, 0.7)) },
      nodes: [{ op: 'Resize', inputs: ['x', '', 'scales'], attributes: { mode: 'linear', axes: [2, 3] } }],
      kind: 'linear',
    },
    ...['linear', 'cubic'].map(
      (mode): GradientCase => ({
        title: `between corners by scales with a rest, ${mode}`,
        inputs: { x: [2, 5, 4] },
        constants: { scales: float32([2], Float32Array.of(1.3, 0.7)) },
        nodes: [
          {
            op: 'Resize',
            inputs: ['x', '', 'scales'],
            attributes: { mode, axes: [2, 3], coordinate_transformation_mode: 'align_corners' },
          },
        ],
        kind: 'linear',
      }),
    ),
    {
      title: 'a crop that reaches beyond the image',
      inputs: { x: [2, 5, 4] },
      constants: { sizes: ints(4, 4), roi: float32([4], Float32Array.of(0.3, -0.2, 0.8, 1)) },
      nodes: [
        {
          op: 'Resize',
          inputs: ['x', 'roi', '', 'sizes'],
          attributes: { mode: 'linear', axes: [2, 3], coordinate_transformation_mode: 'tf_crop_and_resize' },
        },
      ],
      kind: 'linear',
    },
    ...['not_larger', 'not_smaller'].map((keep_aspect_ratio_policy) =>
      sized('with one scale', [2, 4, 6], [6, 6], { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy }),
    ),
  ],
  DepthToSpace: moved('DepthToSpace', [
    [[8, 2, 3], { blocksize: 2, mode: 'DCR' }],
    [[8, 2, 3], { blocksize: 2, mode: 'CRD' }],
    [[9, 1, 2], { blocksize: 3 }],
    [[18, 2, 1], { blocksize: 3, mode: 'CRD' }],
  ]),
  SpaceToDepth: moved('SpaceToDepth', [
    [[2, 4, 6], { blocksize: 2 }],
    [[1, 3, 6], { blocksize: 3 }],
  ]),
};
