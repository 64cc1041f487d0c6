/** Layers that do something in training only. */
import type { LayerRule, LayerRules } from '../network/rule';

const handsOn: LayerRule = { about: 'in training only', write: (c) => void c.give(c.x) };

const names = [
  'Dropout',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'SpatialDropout3D',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'ActivityRegularization',
  'StochasticDepth',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHeight',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomWidth',
  'RandomZoom',
  'AugMix',
  'CutMix',
  'MixUp',
  'RandAugment',
] as const;

export const inference: LayerRules = {
  ...Object.fromEntries(names.map((name) => [name, handsOn])),
  Identity: { about: 'hands its input on', write: (c) => void c.give(c.x) },
};
