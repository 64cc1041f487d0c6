import { type GradientProbe, INPUT } from '../model/evaluation/model';
import type { Method } from './method';
import { choiceOf, flagOf } from './parameters';
import { toMap } from './pixels';
import { type Scalar, saturationNotes, scalarParameter, scoreOf } from './score';

/** Guided backpropagation: every rectifier passes only positive gradients (Springenberg et al. 2014). Map: H×W×C. */
export const guidedBackprop: Method = {
  info: {
    id: 'guided-backprop',
    title: 'Guided Backpropagation',
    family: 'gradient',
    description:
      'The gradient with all negative parts cut off at each ReLU on the way back. Sharp images of edges and textures, but barely dependent on the class and on the upper layers (Adebayo et al. 2018): do not read it as evidence for one class.',
    formula: 'M = ∂̃S/∂x, where each ReLU passes back g · [g > 0] · [y > 0]',
    source: {
      paper: 'Springenberg, Dosovitskiy, Brox and Riedmiller: Striving for Simplicity (2014)',
      url: 'https://arxiv.org/abs/1412.6806',
    },
    cost: 'one gradient',
    needsLayer: false,
    parameters: [
      scalarParameter,
      {
        name: 'relu6',
        title: 'Guide ReLU6 too',
        description:
          'Treat ReLU6 (Clip from 0 upwards) as a ReLU. Without it, the map of a MobileNet is its plain gradient.',
        type: 'boolean',
        default: true,
      },
    ],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency GuidedBackprop',
        description: 'The formula of the paper; leaves ReLU6 alone.',
        parameters: { relu6: false },
      },
      {
        name: 'captum',
        title: 'captum GuidedBackprop',
        description: 'The formula of the paper, for ReLU modules; leaves ReLU6 alone.',
        parameters: { relu6: false },
      },
      {
        name: 'pytorch-grad-cam',
        title: 'pytorch-grad-cam GuidedBackpropReLUModel',
        description: 'The formula of the paper, for ReLU modules; leaves ReLU6 alone.',
        parameters: { relu6: false },
      },
    ],
  },
  singlePass: true,
  async run(context, parameters) {
    const scalar = choiceOf<Scalar>(parameters, 'scalar');
    const relu6 = flagOf(parameters, 'relu6');
    const probe: GradientProbe = { rules: relu6 ? 'guided' : 'guided-relu', wrt: INPUT };
    const evaluation = await context.evaluate(context.image, { score: scoreOf(context, scalar), gradients: [probe] });
    const guided = context.layers.some(({ rectifier }) => rectifier && (relu6 || rectifier === 'Relu'));
    return {
      map: toMap(evaluation.gradient(probe).data, context.input),
      notes: [
        ...(guided ? [] : ['This model has no ReLU, so nothing is guided: the map is the plain gradient.']),
        ...saturationNotes(evaluation, scalar),
      ],
    };
  },
};
