import { camParameters, camPresets, classActivationMap, type LayerValues } from './cam';
import type { Method } from './method';

/** Σ_k relu(G_k) ⊙ A_k: h×w. */
function positiveGradientSum({ channels, height, width, activation, gradient }: LayerValues): Float32Array {
  const positions = height * width;
  const sum = new Float64Array(positions);
  for (let k = 0, at = 0; k < channels; k++) {
    for (let i = 0; i < positions; i++, at++) if (!(gradient[at]! < 0)) sum[i]! += gradient[at]! * activation[at]!;
  }
  return Float32Array.from(sum);
}

/** LayerCAM: each activation weighted by its own positive gradient (Jiang et al. 2021). Map: H×W. */
export const layerCam: Method = {
  info: {
    id: 'layer-cam',
    title: 'LayerCAM',
    family: 'cam',
    description:
      'Each activation is weighted by its own positive gradient instead of a mean over all positions. Works at early layers too, where it gives finer maps than Grad-CAM: choose one in the layer list.',
    formula: 'M = relu(Σₖ relu(Gₖ) ⊙ Aₖ), with G = ∂S/∂A, upsampled',
    source: {
      paper: 'Jiang, Zhang, Hou, Cheng and Wei: LayerCAM, IEEE Transactions on Image Processing 30 (2021)',
      url: 'https://doi.org/10.1109/TIP.2021.3089943',
    },
    cost: 'one gradient down to the layer',
    needsLayer: true,
    parameters: camParameters,
    presets: [
      {
        name: 'torchcam',
        title: 'torch-cam LayerCAM',
        description: 'Scaled from 0 to 1 at the layer’s resolution.',
        parameters: camPresets.torchcam,
      },
      {
        name: 'pytorch-grad-cam',
        title: 'pytorch-grad-cam LayerCAM',
        description: 'Scaled from 0 to 1 before and after upsampling.',
        parameters: camPresets['pytorch-grad-cam'],
      },
      {
        name: 'tf-keras-vis',
        title: 'tf-keras-vis Layercam',
        description: 'Upsampled with aligned corners, then scaled from 0 to 1.',
        parameters: camPresets['tf-keras-vis'],
      },
    ],
  },
  singlePass: true,
  run: (context, parameters) => classActivationMap(context, parameters, positiveGradientSum),
};
