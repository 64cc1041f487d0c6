/** What the class activation methods share: activations and gradients of a layer in, a map of the layer and one of the input out. */

import { MethodError } from '../../shared/errors';
import type { ParameterInfo, Parameters, RawMap } from '../../shared/results/attribution';

import { type UpsamplingKernel, upsample } from './interpolation';
import type { MethodContext, MethodResult } from './method';
import { choiceOf, flagOf, numberOf } from './parameters';
import { type Normalisation, normalise, rangeOf, short } from './pixels';
import { type Scalar, saturationNotes, scalarParameter, scoreOf } from './score';

/** A layer's output A and the gradient G of the score with respect to it, each K×h×w. */
export interface LayerValues {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly activation: Float32Array;
  readonly gradient: Float32Array;
}

export const camParameters: readonly ParameterInfo[] = [
  scalarParameter,
  {
    name: 'relu',
    title: 'Positive part only',
    description: 'Cut negative values off before upsampling. Without it, blue areas speak against the class.',
    type: 'boolean',
    default: true,
  },
  {
    name: 'upsampling',
    title: 'Upsampling',
    description: 'How the layer’s coarse map is enlarged to the size of the input.',
    type: 'choice',
    default: 'linear',
    choices: [
      { value: 'linear', description: 'bilinear; the edge value counts beyond the border' },
      { value: 'linear-mirror', description: 'bilinear; mirrored beyond the border, as scikit-image does' },
      { value: 'linear-corners', description: 'bilinear with the corner pixels on each other, as scipy’s zoom does' },
      { value: 'nearest', description: 'each position of the layer as a flat block' },
    ],
  },
  {
    name: 'normaliseLayer',
    title: 'Scaling before upsampling',
    description:
      'Scale the layer’s map. Scaled maps of different images or classes can no longer be compared by strength.',
    type: 'choice',
    default: 'none',
    choices: [
      { value: 'none', description: 'raw values' },
      { value: 'max', description: 'divided by the largest value, when it is positive' },
      { value: 'min-max', description: '(v − min) / (max − min + ε): from 0 to 1' },
    ],
  },
  {
    name: 'normaliseMap',
    title: 'Scaling after upsampling',
    description: 'Scale the finished map, with the same loss of comparability.',
    type: 'choice',
    default: 'none',
    choices: [
      { value: 'none', description: 'raw values' },
      { value: 'min-max', description: '(v − min) / (max − min + ε): from 0 to 1' },
    ],
  },
  {
    name: 'epsilon',
    title: 'ε of the scaling',
    description: 'Added to the range before the division, when a map is scaled from 0 to 1.',
    type: 'number',
    default: 1e-7,
    minimum: 0,
    maximum: 1,
  },
];

/** The frames in which the libraries put their class activation maps. */
export const camPresets = {
  torchcam: { normaliseLayer: 'min-max', epsilon: 1e-8, upsampling: 'linear' },
  'pytorch-grad-cam': { normaliseLayer: 'min-max', normaliseMap: 'min-max', epsilon: 1e-7, upsampling: 'linear' },
  'tf-keras-vis': { normaliseMap: 'min-max', epsilon: 1e-7, upsampling: 'linear-corners' },
} as const satisfies Record<string, Parameters>;

async function layerValues(
  context: MethodContext,
  layer: string,
  scalar: Scalar,
): Promise<{ values: LayerValues; notes: string[] }> {
  const probe = { wrt: layer };
  const evaluation = await context.evaluate(context.image, {
    score: scoreOf(context, scalar),
    activations: [layer],
    gradients: [probe],
  });
  const { data: activation, dims } = evaluation.activation(layer);
  const [, channels, height, width] = dims;
  if (dims.length !== 4 || channels === undefined || height === undefined || width === undefined) {
    throw new MethodError(
      `The layer “${layer}” gives the shape ${dims.join('×')}, which has no height and width; choose another.`,
    );
  }
  const gradient = evaluation.gradient(probe).data;
  return {
    values: { channels, height, width, activation, gradient },
    notes: gradient.every((value) => value === 0)
      ? [`The gradient is 0 everywhere at the layer “${layer}”: the score does not depend on it, or is saturated.`]
      : saturationNotes(evaluation, scalar),
  };
}

function reluNotes(context: MethodContext, layer: string, cam: Float32Array): string[] {
  const { min, max } = rangeOf(cam);
  // Without a finite value there is no range; what is not a number is told elsewhere.
  if (!(max <= 0) || min === 0 || min > max) return [];
  const single =
    context.classes === 1 ? ' This model has one logit: an image of the negative class gives such a map.' : '';
  return [
    `All values are ≤ 0 before the ReLU (raw range ${short(min)} … ${short(max)}), so the map is blank: at the layer “${layer}” everything speaks against the class; set relu=false to see it.${single}`,
  ];
}

/**
 * Runs a class activation method.
 *
 * @param weigh gives the map of the layer, h×w, before the ReLU.
 */
export async function classActivationMap(
  context: MethodContext,
  parameters: Parameters,
  weigh: (values: LayerValues) => Float32Array,
): Promise<MethodResult> {
  const { layer, input } = context;
  if (layer === null) throw new MethodError('A class activation map needs a layer with height and width.');
  const { values, notes } = await layerValues(context, layer, choiceOf<Scalar>(parameters, 'scalar'));
  const cam = weigh(values);
  const relu = flagOf(parameters, 'relu');
  const epsilon = numberOf(parameters, 'epsilon');
  const raw: RawMap = {
    data: relu ? cam.map((value) => Math.max(value, 0)) : cam,
    width: values.width,
    height: values.height,
    channels: 1,
  };
  const layerMap = normalise(raw, choiceOf<Normalisation>(parameters, 'normaliseLayer'), epsilon);
  const large = upsample(layerMap, input.width, input.height, choiceOf<UpsamplingKernel>(parameters, 'upsampling'));
  return {
    map: normalise(large, choiceOf<Normalisation>(parameters, 'normaliseMap'), epsilon),
    layerMap,
    notes: [...notes, ...(relu ? reluNotes(context, layer, cam) : [])],
  };
}

/** Σ_k w_k A_k: h×w. */
export function weightedSum(values: LayerValues, weights: ArrayLike<number>): Float32Array {
  const { channels, activation } = values;
  const positions = values.height * values.width;
  const sum = new Float64Array(positions);
  for (let k = 0, at = 0; k < channels; k++) {
    const weight = weights[k]!;
    for (let i = 0; i < positions; i++, at++) sum[i]! += weight * activation[at]!;
  }
  return Float32Array.from(sum);
}
