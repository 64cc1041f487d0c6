/**
 * Defaults of the attributes that a graph leaves out, as the operators' definitions have them (tensorflow/core/ops/*_ops.cc): by attribute,
 * or by `Operator.attribute` where operators differ.
 */
export type PlainAttribute = number | boolean | string | readonly number[];

const defaults: Readonly<Record<string, PlainAttribute>> = {
  // Windows
  data_format: 'NHWC',
  dilations: [1, 1, 1, 1],
  explicit_paddings: [],
  padding: 'VALID',
  // Normalisation
  epsilon: 1e-4,
  is_training: true,
  activation_mode: 'Identity',
  'LRN.depth_radius': 5,
  'LRN.bias': 1,
  'LRN.alpha': 1,
  'LRN.beta': 0.5,
  // Activations
  'LeakyRelu.alpha': 0.2,
  leakyrelu_alpha: 0.2,
  // Products
  transpose_a: false,
  transpose_b: false,
  adj_x: false,
  adj_y: false,
  // Axes and shapes
  axis: 0,
  'OneHot.axis': -1,
  squeeze_dims: [],
  keep_dims: false,
  batch_dims: 0,
  begin_mask: 0,
  end_mask: 0,
  ellipsis_mask: 0,
  new_axis_mask: 0,
  shrink_axis_mask: 0,
  exclusive: false,
  reverse: false,
  sorted: true,
  // Images
  align_corners: false,
  half_pixel_centers: false,
  // Quantisation
  num_bits: 8,
  narrow_range: false,
  'FakeQuantWithMinMaxArgs.min': -6,
  'FakeQuantWithMinMaxArgs.max': 6,
};

/** The default of an operator's attribute; undefined where the definition has none or it is false, 0 or empty in the same way for all. */
export function defaultOf(op: string, attribute: string): PlainAttribute | undefined {
  const own = `${op}.${attribute}`;
  if (Object.hasOwn(defaults, own)) return defaults[own];
  return Object.hasOwn(defaults, attribute) ? defaults[attribute] : undefined;
}
