import type { NodeRecord } from '../../proto/graphProto';
import { inputOf, nodeWith, type Rewrite, type RewriteContext, textOf } from '../writing/rewrite';

/** Upsample and Resize 10 have no coordinate mode: places scale from the corner, and nearest rounds down when it enlarges. */
function asResize(node: NodeRecord, scales: string, c: RewriteContext): ReturnType<Rewrite> {
  const mode = textOf(node, 'mode', 'nearest');
  const coordinates = { mode, coordinate_transformation_mode: 'asymmetric' };
  const attributes = mode === 'nearest' ? { ...coordinates, nearest_mode: nearestMode(scales, c) } : coordinates;
  const inputs = [inputOf(node, 0, c), '', scales];
  return [nodeWith(node, c, { op: 'Resize', inputs, attributes, without: ['scales'] })];
}

/** onnxruntime rounds up where Resize 10 makes the image smaller. */
function nearestMode(scales: string, c: RewriteContext): string {
  const constant = c.constant(scales);
  if (!constant) return 'floor';
  const factors = Array.from(constant.data as ArrayLike<number>);
  if (factors.every((factor) => factor >= 1)) return 'floor';
  if (factors.every((factor) => factor <= 1)) return 'ceil';
  return c.fail('enlarges one axis and makes another smaller in nearest mode, which is not supported before opset 11');
}

const upsample: Rewrite = (node, c) => {
  if (c.opset >= 9) return asResize(node, inputOf(node, 1, c), c);
  const scales = node.attributes.get('scales');
  if (scales?.kind !== 'floats') return c.fail('lacks its scales');
  const data = Float32Array.from(scales.value);
  return asResize(node, c.add(`${node.outputs[0]}/scales`, { dtype: 'float32', dims: [data.length], data }), c);
};

/** Opset 11 wants a placeholder, an empty constant, where later ones leave an input out. */
const resize: Rewrite = (node, c) => {
  if (c.opset < 11) return asResize(node, inputOf(node, 1, c), c);
  const inputs = node.inputs.map((input, index) => {
    const empty = index > 0 && input !== '' && c.constant(input)?.dims.includes(0);
    return empty ? '' : input;
  });
  return [nodeWith(node, c, { inputs })];
};

export const resizing: Readonly<Record<string, Rewrite>> = { Upsample: upsample, Resize: resize };
