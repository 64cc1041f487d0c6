import { camParameters, camPresets, classActivationMap, type LayerValues, weightedSum } from './cam';
import type { Method } from './method';
import { choiceOf, numberOf } from './parameters';

type WeightForm = 'paper' | 'torchcam' | 'tf-keras-vis';

interface ChannelValues {
  /** Gradients of one channel. */
  readonly gradient: Float32Array;
  /** Sum of the channel's activations. */
  readonly activationSum: number;
}

/** w = Σ α relu(G) with α = G² / (2G² + ΣA · G³ + ε), 0 where G is 0. */
function paperWeight({ gradient, activationSum }: ChannelValues, epsilon: number): number {
  let weight = 0;
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]!;
    const square = g * g;
    if (!(g <= 0)) weight += (square * g) / (2 * square + activationSum * square * g + epsilon);
  }
  return weight;
}

/** w = Σ G² relu(G): what torch-cam 0.3 to 0.5 compute, where the division by the denominator is lost. */
function torchcamWeight({ gradient }: ChannelValues): number {
  return gradient.reduce((weight, g) => (g < 0 ? weight : weight + g * g * g), 0);
}

/** As the paper's, with the α of each channel divided by their sum; the common factor exp(S) is left out. */
function tfKerasVisWeight({ gradient, activationSum }: ChannelValues): number {
  let alphas = 0;
  let weight = 0;
  for (const g of gradient) {
    const square = g * g;
    if (square === 0) continue;
    const alpha = square / (2 * square + square * g * activationSum);
    alphas += alpha;
    if (!(g < 0)) weight += g * alpha;
  }
  return alphas === 0 ? weight : weight / alphas;
}

/** The weight of each channel. */
function plusPlusWeights(values: LayerValues, form: WeightForm, epsilon: number): Float64Array {
  const positions = values.height * values.width;
  return Float64Array.from({ length: values.channels }, (_, k) => {
    const gradient = values.gradient.subarray(k * positions, (k + 1) * positions);
    if (form === 'torchcam') return torchcamWeight({ gradient, activationSum: 0 });
    let activationSum = 0;
    for (let i = k * positions; i < (k + 1) * positions; i++) activationSum += values.activation[i]!;
    const channel = { gradient, activationSum };
    return form === 'paper' ? paperWeight(channel, epsilon) : tfKerasVisWeight(channel);
  });
}

/** Grad-CAM++: channels weighted by their positive gradients, position by position (Chattopadhay et al. 2017). Map: H×W. */
export const gradCamPlusPlus: Method = {
  info: {
    id: 'grad-cam++',
    title: 'Grad-CAM++',
    family: 'cam',
    description:
      'Like Grad-CAM, but a channel counts by its positive gradients only, weighted so that small areas count as much as large ones. Covers several objects of a class better; it hides what speaks against the class. The factor exp(S) of the paper, the same for all channels, is left out.',
    formula: 'M = relu(Σₖ wₖ Aₖ), wₖ = Σ α relu(Gₖ), α = Gₖ² / (2 Gₖ² + Gₖ³ ΣAₖ), with G = ∂S/∂A, upsampled',
    source: {
      paper: 'Chattopadhay, Sarkar, Howlader and Balasubramanian: Grad-CAM++ (2017)',
      url: 'https://arxiv.org/abs/1710.11063',
    },
    cost: 'one gradient down to the layer',
    needsLayer: true,
    parameters: [
      ...camParameters,
      {
        name: 'weights',
        title: 'Form of the weights',
        description: 'Libraries differ in how they weigh the channels.',
        type: 'choice',
        default: 'paper',
        choices: [
          { value: 'paper', description: 'as in the paper' },
          { value: 'torchcam', description: 'Σ G² relu(G), what torch-cam computes since version 0.3' },
          { value: 'tf-keras-vis', description: 'as in the paper, α divided by its sum over the positions' },
        ],
      },
      {
        name: 'weightEpsilon',
        title: 'ε of the weights',
        description: 'Added to the denominator of α in the paper’s form. Damps channels with small gradients.',
        type: 'number',
        default: 0,
        minimum: 0,
        maximum: 1,
      },
    ],
    presets: [
      {
        name: 'torchcam',
        title: 'torch-cam GradCAMpp',
        description:
          'Weights Σ G² relu(G): the division of the paper is lost in its code. Scaled from 0 to 1 at the layer’s resolution.',
        parameters: { ...camPresets.torchcam, weights: 'torchcam' },
      },
      {
        name: 'pytorch-grad-cam',
        title: 'pytorch-grad-cam GradCAMPlusPlus',
        description: 'Adds 1e-6 to the denominator of α; scaled from 0 to 1 before and after upsampling.',
        parameters: { ...camPresets['pytorch-grad-cam'], weightEpsilon: 1e-6 },
      },
      {
        name: 'tf-keras-vis',
        title: 'tf-keras-vis GradcamPlusPlus',
        description: 'Divides α by its sum over the positions; upsampled with aligned corners, scaled from 0 to 1.',
        parameters: { ...camPresets['tf-keras-vis'], weights: 'tf-keras-vis' },
      },
    ],
  },
  singlePass: true,
  run: (context, parameters) =>
    classActivationMap(context, parameters, (values) =>
      weightedSum(
        values,
        plusPlusWeights(values, choiceOf<WeightForm>(parameters, 'weights'), numberOf(parameters, 'weightEpsilon')),
      ),
    ),
};
