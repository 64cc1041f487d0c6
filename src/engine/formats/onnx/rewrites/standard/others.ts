import type { Node } from '../../../../graph/ir/graph';
import type { Tensor } from '../../../../graph/ir/tensor';
import { graphDataType } from '../../proto/dataTypes';
import { inputOf, intOf, nodeWith, outputOf, type Rewrite, textOf } from '../writing/rewrite';

/** In inference a dropout passes its input on, and its mask is true everywhere. */
const dropout: Rewrite = (node, c) => {
  const [x, mode = ''] = [inputOf(node, 0, c), node.inputs[2]];
  if (mode !== '' && c.constant(mode)?.data[0] !== 0) {
    c.note('Dropout was saved in training mode; it passes its input on, as in inference.');
  }
  const pass: Node = { op: 'Identity', name: node.name, inputs: [x], outputs: [outputOf(node, c)], attributes: {} };
  const mask = node.outputs[1] ?? '';
  if (mask === '' || !c.used(mask)) return [pass];
  const shape = c.fresh(`${mask}/shape`);
  const value: Tensor = { dtype: 'bool', dims: [1], data: Uint8Array.of(1) };
  return [
    pass,
    { op: 'Shape', name: node.name, inputs: [x], outputs: [shape], attributes: {} },
    { op: 'ConstantOfShape', name: node.name, inputs: [shape], outputs: [mask], attributes: { value } },
  ];
};

/** Floating-point types all become float32; `saturate` and `round_mode` are about 8-bit floats. */
const cast: Rewrite = (node, c) => {
  const attributes = { to: graphDataType(intOf(node, 'to', 0)) };
  return [nodeWith(node, c, { attributes, without: ['saturate', 'round_mode'] })];
};

/** The element type that `dtype` names, as one that is computed here; without it the input's own. */
const eyeLike: Rewrite = (node, c) => {
  const dtype = intOf(node, 'dtype', 0);
  return [nodeWith(node, c, dtype === 0 ? {} : { attributes: { dtype: graphDataType(dtype) } })];
};

/** Before opset 9 a Scan has a batch axis and lengths of its own. */
const scan: Rewrite = (node, c) =>
  c.opset < 9 ? c.unsupported('has the batched form of opset 8') : [nodeWith(node, c)];

/** Deprecated name of ScatterElements, up to opset 10. */
const scatter: Rewrite = (node, c) => [nodeWith(node, c, { op: 'ScatterElements' })];

/** Element types of newer opsets and the way to round to them; floating-point types are all float32 here. */
const without =
  (...names: readonly string[]): Rewrite =>
  (node, c) => [nodeWith(node, c, { without: names })];

/** Before opset 20 its modes have longer names. */
const gridSample: Rewrite = (node, c) => {
  const mode = textOf(node, 'mode', 'linear');
  return [nodeWith(node, c, { attributes: { mode: mode.replace(/^bi(?=linear|cubic)/, '') } })];
};

/** Before opset 16 places are counted from corners. */
const roiAlign: Rewrite = (node, c) => {
  const coordinates = { coordinate_transformation_mode: 'output_half_pixel' };
  return [nodeWith(node, c, c.opset < 16 ? { attributes: coordinates } : {})];
};

/** Before opset 9 it has a switch in place of its axes. */
const meanVarianceNormalization: Rewrite = (node, c) => {
  if (c.opset >= 9) return [nodeWith(node, c)];
  if (intOf(node, 'normalize_variance', 1) === 0) c.unsupported('leaves the variance as it is');
  const axes = intOf(node, 'across_channels', 0) === 1 ? [0, 1, 2, 3] : [0, 2, 3];
  return [nodeWith(node, c, { attributes: { axes }, without: ['across_channels', 'normalize_variance'] })];
};

export const others: Readonly<Record<string, Rewrite>> = {
  Dropout: dropout,
  Cast: cast,
  EyeLike: eyeLike,
  Scan: scan,
  CastLike: without('saturate', 'round_mode'),
  Range: without('stash_type'),
  Scatter: scatter,
  GridSample: gridSample,
  RoiAlign: roiAlign,
  MeanVarianceNormalization: meanVarianceNormalization,
};
