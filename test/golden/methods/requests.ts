/** Which method, preset and parameters reproduce a recorded call. */
import type { Parameters } from '../../../src/shared/results/attribution';
import type { GoldenCase } from './cases';

export interface Reproduction {
  readonly method: string;
  readonly preset?: string;
  readonly parameters: Parameters;
  /** Which result the recorded `main` is. */
  readonly result: 'map' | 'layerMap';
}

type Params = Readonly<Record<string, number & string>>;

/** First index of a triple: windows and strides are recorded as (channels, rows, columns). */
const side = (triple: unknown): number => (triple as readonly number[])[1] ?? 0;

const captumRules: Readonly<Record<string, string>> = {
  gausslegendre: 'gauss-legendre',
  riemann_trapezoid: 'trapezoid-unscaled',
  riemann_left: 'left',
  riemann_right: 'right',
  riemann_middle: 'midpoint',
};

const baseline = (value: number): Parameters =>
  value === 0 ? { baseline: 'zero' } : { baseline: 'value', baselineValue: value };

const camMethods: Readonly<Record<string, string>> = {
  gradcam: 'grad-cam',
  gradcampp: 'grad-cam++',
  layercam: 'layer-cam',
};

function ofPair(name: string, p: Params): Reproduction {
  const preset = 'pair';
  switch (name) {
    case 'vanilla':
      return { method: 'gradient', preset, parameters: {}, result: 'map' };
    case 'gradcam':
      // should_resize=False also leaves the division by the maximum out.
      return p['should_resize']
        ? { method: 'grad-cam', preset, parameters: {}, result: 'map' }
        : { method: 'grad-cam', preset, parameters: { normaliseLayer: 'none' }, result: 'layerMap' };
    case 'ig':
      return {
        method: 'integrated-gradients',
        preset,
        parameters: { steps: p['x_steps'] ?? 0, ...baseline(p['baseline'] ?? 0) },
        result: 'map',
      };
    case 'smoothgrad':
      return {
        method: 'smoothgrad',
        preset,
        parameters: {
          samples: p['nsamples'] ?? 0,
          noise: p['stdev_spread'] ?? 0,
          summary: p['magnitude'] ? 'squared' : 'mean',
        },
        result: 'map',
      };
    case 'occlusion':
      return { method: 'occlusion', preset, parameters: {}, result: 'map' };
    default:
      throw new Error(`pair.${name} is not known here.`);
  }
}

function ofCaptum(name: string, p: Params): Reproduction {
  const preset = 'captum';
  switch (name) {
    case 'saliency':
      return { method: 'gradient', preset, parameters: {}, result: 'map' };
    case 'inputxgradient':
      return { method: 'gradient-x-input', preset, parameters: {}, result: 'map' };
    case 'guidedbackprop':
      return { method: 'guided-backprop', preset, parameters: {}, result: 'map' };
    case 'layergradcam':
      return { method: 'grad-cam', preset, parameters: {}, result: 'layerMap' };
    case 'ig':
      return {
        method: 'integrated-gradients',
        preset,
        parameters: {
          steps: p['n_steps'] ?? 0,
          rule: captumRules[p['method'] ?? ''] ?? '',
          ...baseline(p['baseline'] ?? 0),
        },
        result: 'map',
      };
    case 'occlusion':
      return {
        method: 'occlusion',
        preset,
        parameters: { window: side(p['window']), stride: side(p['strides']) },
        result: 'map',
      };
    default:
      throw new Error(`captum.${name} is not known here.`);
  }
}

function ofTfExplain(name: string, p: Params): Reproduction {
  const preset = 'tf-explain';
  switch (name) {
    case 'gradcam':
      return {
        method: 'grad-cam',
        preset,
        parameters: { guidedGradients: Boolean(p['use_guided_grads']) },
        result: 'layerMap',
      };
    case 'vanilla':
      return { method: 'gradient', preset, parameters: {}, result: 'map' };
    case 'gradientsinputs':
      return { method: 'gradient-x-input', preset, parameters: {}, result: 'map' };
    case 'ig':
      return { method: 'integrated-gradients', preset, parameters: { steps: p['n_steps'] ?? 0 }, result: 'map' };
    case 'smoothgrad':
      return {
        method: 'smoothgrad',
        preset,
        parameters: { samples: p['num_samples'] ?? 0, noise: p['noise'] ?? 0 },
        result: 'map',
      };
    case 'occlusion': {
      const patch = p['patch_size'] ?? 0;
      return { method: 'occlusion', preset, parameters: { window: patch, stride: patch }, result: 'map' };
    }
    default:
      throw new Error(`tfexplain.${name} is not known here.`);
  }
}

function ofTfKerasVis(name: string, p: Params): Reproduction {
  const preset = 'tf-keras-vis';
  const method = camMethods[name];
  if (method) return { method, preset, parameters: {}, result: 'map' };
  const samples = p['smooth_samples'] ?? 0;
  if (samples === 0) return { method: 'gradient', preset, parameters: {}, result: 'map' };
  return { method: 'smoothgrad', preset, parameters: { samples, noise: p['smooth_noise'] ?? 0 }, result: 'map' };
}

/**
 * Recorded as explaining the logit, but these seven hold the maps of the probability: with it all of them agree to 2e-5, with the logit
 * they correlate at 0.2 to 0.65. The softmax layer of that Keras model was not taken off in the recording.
 */
const keptSoftmax = /^mobilenet_v1_025\/chelsea\/keras\/tfkerasvis\./;

/** The parameters that differ from the preset's because the recorded call fixed them. */
export function reproductionOf(golden: GoldenCase): Reproduction {
  const [, , ...rest] = golden.id.split('/');
  const [library = '', name = ''] = rest.at(-1)?.split('.') ?? [];
  const params = golden.params as Params;
  const reproduction = (): Reproduction => {
    switch (library) {
      case 'pair':
        return ofPair(name, params);
      case 'captum':
        return ofCaptum(name, params);
      case 'tfexplain':
        return ofTfExplain(name, params);
      case 'tfkerasvis':
        return ofTfKerasVis(name, params);
      case 'own':
        return { method: 'gradient', parameters: { absolute: true, channels: 'max' }, result: 'map' };
      case 'torchcam':
        return { method: camMethods[name] ?? '', preset: 'torchcam', parameters: {}, result: 'layerMap' };
      case 'pgc':
        return name === 'guidedbackprop'
          ? { method: 'guided-backprop', preset: 'pytorch-grad-cam', parameters: {}, result: 'map' }
          : { method: camMethods[name] ?? '', preset: 'pytorch-grad-cam', parameters: {}, result: 'map' };
      default:
        throw new Error(`${golden.id} comes from a library that is not known here.`);
    }
  };
  const found = reproduction();
  // The recorded scalar counts, where the preset does not say it already.
  if (/cross-entropy/.test(golden.scalar)) return found;
  const probability = golden.scalar === 'softmax' || keptSoftmax.test(golden.id);
  return { ...found, parameters: { ...found.parameters, scalar: probability ? 'probability' : 'logit' } };
}
