import { INPUT } from '../model/evaluation/model';
import type { Method } from './method';
import { choiceOf, flagOf, numberOf } from './parameters';
import {
  absoluteParameter,
  channelsParameter,
  epsilonParameter,
  largestMagnitude,
  type Normalisation,
  normalise,
  normaliseParameter,
  toMap,
} from './pixels';
import { type Scalar, saturationNotes, scalarParameter, scoreOf } from './score';

/** The vanilla gradient: ∂S/∂x at the input (Simonyan et al. 2013). Map: H×W×C, or H×W with `channels=max`. */
export const gradient: Method = {
  info: {
    id: 'gradient',
    title: 'Gradient',
    family: 'gradient',
    description:
      'How much the class score changes when a pixel changes a little. Fast and exact, but noisy, and it tells sensitivity, not importance: a pixel may decide the answer and still have a small gradient.',
    formula: 'M = ∂S/∂x',
    source: {
      paper: 'Simonyan, Vedaldi and Zisserman: Deep Inside Convolutional Networks (2013)',
      url: 'https://arxiv.org/abs/1312.6034',
    },
    cost: 'one gradient',
    needsLayer: false,
    parameters: [scalarParameter, absoluteParameter, channelsParameter, normaliseParameter, epsilonParameter],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency',
        description: 'The signed gradient of each channel. (Its TF2 and PyTorch notebooks explain the probability.)',
        parameters: {},
      },
      {
        name: 'captum',
        title: 'captum Saliency',
        description: 'Takes absolute values.',
        parameters: { absolute: true },
      },
      {
        name: 'tf-explain',
        title: 'tf-explain VanillaGradients',
        description: 'The signed gradient of the logit; a final softmax layer is taken off.',
        parameters: {},
      },
      {
        name: 'tf-keras-vis',
        title: 'tf-keras-vis Saliency',
        description: 'Largest absolute value over the channels, scaled from 0 to 1.',
        parameters: { absolute: true, channels: 'max', normalise: 'min-max', epsilon: 1e-7 },
      },
    ],
  },
  singlePass: true,
  async run(context, parameters) {
    const scalar = choiceOf<Scalar>(parameters, 'scalar');
    const probe = { wrt: INPUT };
    const evaluation = await context.evaluate(context.image, { score: scoreOf(context, scalar), gradients: [probe] });
    const signed = toMap(evaluation.gradient(probe).data, context.input);
    const values = flagOf(parameters, 'absolute') ? { ...signed, data: signed.data.map(Math.abs) } : signed;
    const map = choiceOf(parameters, 'channels') === 'max' ? largestMagnitude(values) : values;
    return {
      map: normalise(map, choiceOf<Normalisation>(parameters, 'normalise'), numberOf(parameters, 'epsilon')),
      notes: saturationNotes(evaluation, scalar),
    };
  },
};

/** Gradient × input: x ⊙ ∂S/∂x (Shrikumar et al. 2016). Map: H×W×C. */
export const gradientXInput: Method = {
  info: {
    id: 'gradient-x-input',
    title: 'Gradient × Input',
    family: 'gradient',
    description:
      'The gradient times the input itself: what each value contributes to the score if the model were linear. Depends on the preprocessing, because a value of 0 never contributes: with a mean colour subtracted, that is mid-grey, not black.',
    formula: 'M = x ⊙ ∂S/∂x',
    source: {
      paper: 'Shrikumar, Greenside, Shcherbina and Kundaje: Not Just a Black Box (2016)',
      url: 'https://arxiv.org/abs/1605.01713',
    },
    cost: 'one gradient',
    needsLayer: false,
    parameters: [scalarParameter],
    presets: [
      { name: 'captum', title: 'captum InputXGradient', description: 'The formula of the paper.', parameters: {} },
      {
        name: 'tf-explain',
        title: 'tf-explain GradientsInputs',
        description: 'The formula of the paper on the logit; a final softmax layer is taken off.',
        parameters: {},
      },
    ],
  },
  singlePass: true,
  async run(context, parameters) {
    const scalar = choiceOf<Scalar>(parameters, 'scalar');
    const probe = { wrt: INPUT };
    const evaluation = await context.evaluate(context.image, { score: scoreOf(context, scalar), gradients: [probe] });
    return {
      map: toMap(evaluation.gradient(probe).data, context.input, context.image.data),
      notes: saturationNotes(evaluation, scalar),
    };
  },
};
