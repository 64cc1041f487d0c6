/** Layers of Keras 1 under the names that they have had since Keras 2. */
import { type Json, type JsonObject, own } from '../../kit/json/json';
import type { LayerConfig } from './model';

const classes: ReadonlyMap<string, string> = new Map([
  ['Convolution2D', 'Conv2D'],
  ['Deconvolution2D', 'Conv2DTranspose'],
  ['SeparableConvolution2D', 'SeparableConv2D'],
  ['AtrousConvolution2D', 'Conv2D'],
]);

const settings: ReadonlyMap<string, string> = new Map([
  ['nb_filter', 'filters'],
  ['subsample', 'strides'],
  ['border_mode', 'padding'],
  ['bias', 'use_bias'],
  ['output_dim', 'units'],
  ['p', 'rate'],
  ['atrous_rate', 'dilation_rate'],
]);

const dataFormats: ReadonlyMap<Json | undefined, string> = new Map([
  ['th', 'channels_first'],
  ['tf', 'channels_last'],
]);

const merges: ReadonlyMap<Json | undefined, string> = new Map([
  ['sum', 'Add'],
  ['mul', 'Multiply'],
  ['ave', 'Average'],
  ['max', 'Maximum'],
  ['concat', 'Concatenate'],
]);

export function renamedFromKeras1(layer: LayerConfig): LayerConfig {
  if (layer.model) return layer;
  const { config } = layer;
  const entries = Object.entries(config).map(([key, value]): [string, Json] => [
    settings.get(key) ?? key,
    value ?? null,
  ]);
  const renamed: JsonObject = Object.fromEntries(entries);
  const rows = own(config, 'nb_row');
  const columns = own(config, 'nb_col');
  const format = dataFormats.get(own(config, 'dim_ordering'));
  const merged = layer.className === 'Merge' ? merges.get(own(config, 'mode')) : undefined;
  return {
    ...layer,
    className: merged ?? classes.get(layer.className) ?? layer.className,
    config: {
      ...renamed,
      ...(typeof rows === 'number' && typeof columns === 'number' ? { kernel_size: [rows, columns] } : {}),
      ...(format === undefined ? {} : { data_format: format }),
      ...(merged === 'Concatenate' ? { axis: own(config, 'concat_axis') ?? -1 } : {}),
      ...(layer.className === 'BatchNormalization' ? { epsilon: own(config, 'epsilon') ?? 1e-6 } : {}),
    },
  };
}
