import { describe, expect, it } from 'vitest';
import { checkGradient, graphOf, randomTensor, type SmallNode } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import { pick, toNumbers, walk } from '../ir/numbers';
import { float32, int64, type Tensor } from '../ir/tensor';

const floats = (...values: number[]) => float32([values.length], Float32Array.from(values));
const ints = (...values: number[]) => int64([values.length], values);

async function outputOf(x: Tensor, nodes: readonly SmallNode[], constants: Record<string, Tensor>): Promise<Tensor> {
  const graph = bind(graphOf({ inputs: { x: x.dims.slice(1) }, constants, nodes }));
  const program = await usualRuntime.compile(graph, graph.outputs, { dynamicBatch: true });
  const y = (await program.run({ x }))[graph.outputs[0] as string] as Tensor;
  await program.dispose();
  return y;
}

/** Of volumes [N, 2, 3, 4, 5]: what the runtime makes of the last two axes when the ones before are one. */
const attributes: readonly NonNullable<SmallNode['attributes']>[] = [
  { mode: 'cubic' },
  { mode: 'cubic', cubic_coeff_a: -0.5, exclude_outside: 1, coordinate_transformation_mode: 'align_corners' },
  { mode: 'cubic', antialias: 1 },
  { mode: 'linear', antialias: 1 },
  { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
];

describe('Resize of axes that the runtime does not resize at once', () => {
  it.each(attributes)('volumes, %j', async (own) => {
    const x = randomTensor([2, 2, 3, 2, 4, 5], 1);
    const constants = {
      planes: ints(0, 12, 4, 5),
      sizes: ints(2, 3, 2, 3, 7),
      all: ints(0, 12, 3, 7),
      last: ints(3, 7),
    };
    const got = await outputOf(
      x,
      [{ op: 'Resize', inputs: ['x', '', '', 'last'], attributes: { ...own, axes: [4, 5] } }],
      constants,
    );
    const wanted = await outputOf(
      x,
      [
        { op: 'Reshape', inputs: ['x', 'planes'] },
        { op: 'Resize', inputs: ['v0', '', '', 'last'], attributes: { ...own, axes: [2, 3] } },
      ],
      constants,
    );
    expect(got.dims).toEqual([2, 2, 3, 2, 3, 7]);
    toNumbers(got).forEach((value, index) => {
      expect(value).toBeCloseTo(toNumbers(wanted)[index] as number, 5);
    });
  });

  it.each(attributes)('channels last, %j', async (own) => {
    const x = randomTensor([2, 4, 5, 3], 2);
    const constants = { own: floats(1.75, 0.6), all: floats(1, 1, 1.75, 0.6) };
    const got = await outputOf(
      x,
      [{ op: 'Resize', inputs: ['x', '', 'own'], attributes: { ...own, axes: [1, 2] } }],
      constants,
    );
    // The same numbers with their channels first, read and compared in that order.
    const first = pick(x, [2, 3, 4, 5], walk([2, 3, 4, 5], [60, 1, 15, 3]));
    const wanted = await outputOf(first, [{ op: 'Resize', inputs: ['x', '', 'all'], attributes: own }], constants);
    const turned = pick(got, [2, 3, 7, 3], walk([2, 3, 7, 3], [63, 1, 9, 3]));
    toNumbers(turned).forEach((value, index) => {
      expect(value).toBeCloseTo(toNumbers(wanted)[index] as number, 5);
    });
  });

  it.each([
    { x: [2, 3, 4], axes: [1, 2, 3], scales: [1.5, 2, 0.75] },
    { x: [3, 2, 3, 2, 4], axes: [1, 5], scales: [2, 1.4] },
  ])('has a gradient: $x by $scales', async ({ x, axes, scales }) => {
    const constants = { scales: float32([scales.length], Float32Array.from(scales)) };
    for (const mode of ['linear', 'cubic']) {
      const nodes: SmallNode[] = [{ op: 'Resize', inputs: ['x', '', 'scales'], attributes: { mode, axes } }];
      await checkGradient({ inputs: { x }, constants, nodes }, { kind: 'linear' });
    }
  });

  it('with a crop', async () => {
    const coordinate_transformation_mode = 'tf_crop_and_resize';
    const crop = { mode: 'cubic', coordinate_transformation_mode, extrapolation_value: 2, axes: [1, 2, 3] };
    const roi = float32([6], Float32Array.of(0, 0.2, 0.1, 1, 0.8, 1.4));
    const nodes: SmallNode[] = [{ op: 'Resize', inputs: ['x', 'roi', '', 'sizes'], attributes: crop }];
    const small = { inputs: { x: [2, 3, 4] }, constants: { roi, sizes: ints(2, 4, 3) }, nodes };
    await checkGradient(small, { kind: 'linear' });
  });

  it.each(['linear', 'cubic', 'nearest'])('to sizes that repeat the length of the batch, %s', async (mode) => {
    const nodes: SmallNode[] = [
      { op: 'Shape', inputs: ['x'], attributes: { start: 0, end: 2 } },
      { op: 'Concat', inputs: ['v0', 'sizes'], attributes: { axis: 0 } },
      { op: 'Resize', inputs: ['x', '', '', 'v1'], attributes: { mode } },
    ];
    await checkGradient({ inputs: { x: [2, 3, 4] }, constants: { sizes: ints(5, 7) }, nodes }, { kind: 'linear' });
  });

  it.each(
    ['not_larger', 'not_smaller'].flatMap((policy) => ['linear', 'nearest', 'cubic'].map((mode) => ({ policy, mode }))),
  )('keeps the aspect ratio and rounds lengths up and down: $policy, $mode', async ({ policy, mode }) => {
    for (const sizes of [
      [7, 5],
      [5, 9],
      [4, 3],
    ]) {
      const nodes: SmallNode[] = [
        {
          op: 'Resize',
          inputs: ['x', '', '', 'sizes'],
          attributes: { mode, keep_aspect_ratio_policy: policy, axes: [2, 3] },
        },
      ];
      const constants = { sizes: ints(...sizes) };
      await checkGradient({ inputs: { x: [1, 4, 5] }, constants, nodes }, { kind: 'linear' });
      await checkGradient({ inputs: { x: [2, 7, 3] }, constants, nodes }, { kind: 'linear' });
    }
  });
});
