import type { MethodInfo } from '../../src/shared/results/attribution';

const samples = {
  name: 'samples',
  title: 'Samples',
  description: 'How many noisy copies of the image are averaged.',
  type: 'integer',
  default: 25,
  minimum: 1,
  maximum: 1000,
} as const;

const channels = {
  name: 'reduce',
  title: 'Channels',
  description: 'How the colour channels become one value.',
  type: 'choice',
  default: 'sum',
  choices: [
    { value: 'sum', description: 'Adds the channels and keeps the sign.' },
    { value: 'max-abs', description: 'Takes the largest magnitude, as in the saliency paper.' },
  ],
} as const;

function info(
  id: string,
  title: string,
  family: MethodInfo['family'],
  rest: Partial<MethodInfo> & Pick<MethodInfo, 'description' | 'formula' | 'cost'>,
): MethodInfo {
  const source = {
    paper: 'Simonyan et al., 2013: Deep Inside Convolutional Networks',
    url: 'https://arxiv.org/abs/1312.6034',
  };
  return { id, title, family, needsLayer: family === 'cam', source, parameters: [], presets: [], ...rest };
}

/** Descriptions in the shape that the engine sends them, with every type of parameter among them. */
export const methodInfos: readonly MethodInfo[] = [
  info('gradient', 'Gradient', 'gradient', {
    description:
      'How much the score changes with each pixel. Noisy by nature; large values mark sensitivity, not importance.',
    formula: 'M = ∂S_c / ∂x',
    cost: 'one gradient',
    parameters: [channels],
    presets: [
      { name: 'pair', title: 'PAIR saliency', description: 'The same numbers, kept per channel.', parameters: {} },
    ],
  }),
  info('gradient-x-input', 'Gradient × Input', 'gradient', {
    description: 'The gradient times the input: a first-order estimate of what each pixel adds to the score.',
    formula: 'M = x ⊙ ∂S_c / ∂x',
    cost: 'one gradient',
  }),
  info('smoothgrad', 'SmoothGrad', 'gradient', {
    description:
      'The mean of the gradients at noisy copies of the image, which hides noise that the plain gradient shows.',
    formula: 'M = 1/n · Σ ∂S_c(x + N(0, σ²)) / ∂x',
    cost: 'samples × gradient',
    parameters: [
      samples,
      {
        name: 'noise',
        title: 'Noise level',
        description: 'Standard deviation of the noise as a share of the input range.',
        type: 'number',
        default: 0.15,
        minimum: 0,
        maximum: 1,
      },
      {
        name: 'square',
        title: 'Square gradients',
        description: 'Average the squares instead.',
        type: 'boolean',
        default: false,
      },
    ],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency',
        description: 'Averages the squared gradients.',
        parameters: { square: true },
      },
      {
        name: 'captum',
        title: 'captum',
        description: 'Five samples with an absolute noise level.',
        parameters: { samples: 5, noise: 1 },
      },
    ],
  }),
  info('guided-backprop', 'Guided Backpropagation', 'gradient', {
    description: 'A gradient that drops negative signals at each ReLU. Sharp, but nearly the same for every class.',
    formula: 'R_l = 1[z > 0] · 1[R_{l+1} > 0] · R_{l+1}',
    cost: 'one gradient',
  }),
  info('integrated-gradients', 'Integrated Gradients', 'path', {
    description:
      'Adds up gradients on the straight path from a baseline; the sum of the map equals the difference in score.',
    formula: 'M = (x − x′) ⊙ ∫₀¹ ∂S_c(x′ + α(x − x′)) / ∂x dα',
    cost: 'steps × gradient',
    parameters: [{ ...samples, name: 'steps', title: 'Steps', description: 'Points on the path.', default: 50 }],
    presets: [{ name: 'captum', title: 'captum', description: 'Gauss–Legendre points.', parameters: { steps: 50 } }],
  }),
  info('grad-cam', 'Grad-CAM', 'cam', {
    description: 'Weighs the channels of a layer by their mean gradient. Coarse, but it depends on the class.',
    formula: 'M = ReLU(Σ_k mean(∂S_c/∂A_k) · A_k)',
    cost: 'one gradient',
  }),
  info('grad-cam++', 'Grad-CAM++', 'cam', {
    description: 'Grad-CAM with weights for each position, meant for several objects of one class.',
    formula: 'w_k = Σ α_k · ReLU(∂S_c/∂A_k)',
    cost: 'one gradient',
  }),
  info('layer-cam', 'LayerCAM', 'cam', {
    description: 'Weighs each position by its own positive gradient, so that early layers work too.',
    formula: 'M = ReLU(Σ_k ReLU(∂S_c/∂A_k) ⊙ A_k)',
    cost: 'one gradient',
  }),
  info('occlusion', 'Occlusion', 'perturbation', {
    description: 'How much the score drops when a patch of the image is covered. Slow, but it needs no gradient.',
    formula: 'M(p) = mean over patches that cover p of S_c(x) − S_c(x with the patch covered)',
    cost: '(size / stride)² × forward',
    parameters: [
      { ...samples, name: 'patch', title: 'Patch size', description: 'Side of the patch in pixels.', default: 15 },
    ],
  }),
];
