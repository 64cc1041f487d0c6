import { camParameters, camPresets, classActivationMap, type LayerValues, weightedSum } from './cam';
import type { Method } from './method';
import { flagOf } from './parameters';

/** w_k = mean of G_k over the positions; guided: only where A and G are positive (but divided by all positions). */
function meanGradients({ channels, height, width, activation, gradient }: LayerValues, guided: boolean): Float64Array {
  const positions = height * width;
  const weights = new Float64Array(channels);
  for (let k = 0, at = 0; k < channels; k++) {
    for (let i = 0; i < positions; i++, at++) {
      if (!guided || (activation[at]! > 0 && gradient[at]! > 0)) weights[k]! += gradient[at]!;
    }
    weights[k]! /= positions;
  }
  return weights;
}

/** Grad-CAM: activations weighted by their mean gradients (Selvaraju et al. 2016). Map: H×W. */
export const gradCam: Method = {
  info: {
    id: 'grad-cam',
    title: 'Grad-CAM',
    family: 'cam',
    description:
      'Where the chosen layer fires on channels that raise the class score. Coarse (one value for each position of the layer) but well bound to the class; the default layer is the last one with height and width. Several objects of the class may be merged or missed.',
    formula: 'M = relu(Σₖ mean(Gₖ) Aₖ), with G = ∂S/∂A, upsampled',
    source: {
      paper: 'Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra: Grad-CAM (2016)',
      url: 'https://arxiv.org/abs/1610.02391',
    },
    cost: 'one gradient down to the layer',
    needsLayer: true,
    parameters: [
      ...camParameters,
      {
        name: 'guidedGradients',
        title: 'Guided gradients',
        description:
          'Average only gradients that are positive and stand where the activation is positive, as tf-explain does.',
        type: 'boolean',
        default: false,
      },
    ],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency GradCam',
        description: 'Divided by its maximum, then upsampled with mirrored borders.',
        parameters: { normaliseLayer: 'max', upsampling: 'linear-mirror' },
      },
      {
        name: 'captum',
        title: 'captum LayerGradCam',
        description: 'No ReLU, no scaling; upsampled to flat blocks.',
        parameters: { relu: false, upsampling: 'nearest' },
      },
      {
        name: 'torchcam',
        title: 'torch-cam GradCAM',
        description: 'Scaled from 0 to 1 at the layer’s resolution.',
        parameters: camPresets.torchcam,
      },
      {
        name: 'pytorch-grad-cam',
        title: 'pytorch-grad-cam GradCAM',
        description: 'Scaled from 0 to 1 before and after upsampling.',
        parameters: camPresets['pytorch-grad-cam'],
      },
      {
        name: 'tf-explain',
        title: 'tf-explain GradCAM',
        description: 'Averages only positive gradients at positive activations of the probability, and has no ReLU.',
        parameters: { scalar: 'probability', guidedGradients: true, relu: false, upsampling: 'linear' },
      },
      {
        name: 'tf-keras-vis',
        title: 'tf-keras-vis Gradcam',
        description: 'Upsampled with aligned corners, then scaled from 0 to 1.',
        parameters: camPresets['tf-keras-vis'],
      },
    ],
  },
  singlePass: true,
  run: (context, parameters) =>
    classActivationMap(context, parameters, (values) =>
      weightedSum(values, meanGradients(values, flagOf(parameters, 'guidedGradients'))),
    ),
};
