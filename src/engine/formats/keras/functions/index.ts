/** Functions that stand among the layers: those of `keras.ops` in Keras 3, of TensorFlow in Keras 2. */
import { own } from '../../kit/json/json';
import { snakeCase } from '../config/layerLists';
import type { LayerConfig } from '../config/model';
import type { LayerRule } from '../network/rule';
import { arithmeticFunctions } from './arithmetic';
import { networkFunctions } from './networks';
import type { FunctionRules } from './rule';
import { shapingFunctions } from './shaping';

export const functionFamilies: Readonly<Record<string, FunctionRules>> = {
  Arithmetic: arithmeticFunctions,
  Shapes: shapingFunctions,
  'Networks and images': networkFunctions,
};

const rules = new Map(Object.values(functionFamilies).flatMap((family) => Object.entries(family)));

/** Names of Keras 3's classes that are not those of the functions here. */
const kerasNames: Readonly<Record<string, string>> = {
  true_divide: 'divide',
  abs: 'absolute',
  amax: 'max',
  amin: 'min',
  normalize: 'l2_normalize',
  rgbto_grayscale: 'rgb_to_grayscale',
  copy: 'identity',
  stop_gradient: 'identity',
  convert_to_tensor: 'identity',
  saturate_cast: 'cast',
};

/** Names of TensorFlow's functions that are not those of the functions here, without what stands before the last dot. */
const tensorflowNames: Readonly<Record<string, string>> = {
  __add__: 'add',
  __radd__: 'add',
  __sub__: 'subtract',
  __mul__: 'multiply',
  __rmul__: 'multiply',
  __truediv__: 'divide',
  __div__: 'divide',
  truediv: 'divide',
  realdiv: 'divide',
  __floordiv__: 'floor_divide',
  floordiv: 'floor_divide',
  __pow__: 'power',
  pow: 'power',
  __mod__: 'mod',
  floormod: 'mod',
  __matmul__: 'matmul',
  __neg__: 'negative',
  __abs__: 'absolute',
  __getitem__: 'get_item',
  getitem: 'get_item',
  abs: 'absolute',
  reduce_mean: 'mean',
  reduce_sum: 'sum',
  reduce_max: 'max',
  reduce_min: 'min',
  reduce_prod: 'prod',
  reduce_std: 'std',
  reduce_variance: 'var',
  reduce_logsumexp: 'logsumexp',
  concat: 'concatenate',
  split: 'split_by_sizes',
  reverse: 'flip',
  clip_by_value: 'clip',
  shape_v2: 'shape',
  stop_gradient: 'identity',
  convert_to_tensor: 'identity',
  swish: 'silu',
  avg_pool: 'average_pool',
  avg_pool2d: 'average_pool',
  max_pool2d: 'max_pool',
  resize_bilinear: 'resize',
  batch_to_space_nd: 'batch_to_space_nd',
  crelu: 'crelu',
};

/** Subtraction and the like with the number first: `1 - x`. */
const reflected: Readonly<Record<string, string>> = {
  __rsub__: 'subtract',
  __rtruediv__: 'divide',
  __rdiv__: 'divide',
  __rpow__: 'power',
};

const named = (names: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(names, name) ? names[name] : undefined;

/** The rule of a function among the layers; undefined for one that has none. */
export function functionRule(layer: LayerConfig): LayerRule | undefined {
  if (!layer.isLayer) {
    const name = snakeCase(layer.className);
    const write = rules.get(named(kerasNames, name) ?? name);
    return write && { write: (c) => void write(c) };
  }
  if (layer.className === 'SlicingOpLambda') {
    const write = rules.get('get_item');
    return write && { write: (c) => void write(c) };
  }
  if (layer.className !== 'TFOpLambda') return undefined;
  const stated = own(layer.config, 'function');
  const last = typeof stated === 'string' ? (stated.split('.').at(-1) as string) : '';
  const swap = named(reflected, last);
  const write = rules.get(swap ?? named(tensorflowNames, last) ?? last);
  if (!write) return undefined;
  return { write: (c) => void write(swap === undefined ? c : c.swapped()) };
}
