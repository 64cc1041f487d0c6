/**
 * The experimental operators of early ONNX that Custom Vision, WinMLTools and the converters from Core ML still write: they never had
 * a version of their own, and onnxruntime runs them at every opset. What they mean is taken from onnxruntime's kernels.
 */
import { float32, int64 } from '../../../../graph/ir/tensor';
import type { NodeRecord } from '../../proto/graphProto';
import { Emitter } from '../writing/emitter';
import { floatOf, inputOf, type Rewrite, type RewriteContext } from '../writing/rewrite';

/** `end` of a Slice that runs to the end of its axis, whatever its length. */
const toTheEnd = 2 ** 31 - 1;

/** alpha · x + beta, element by element. */
const affine: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const scaled = e.mul(inputOf(node, 0, c), e.scalar(floatOf(node, 'alpha') ?? 1));
  return e.give(0, 'Add', [scaled, e.scalar(floatOf(node, 'beta') ?? 0)]);
};

function floatsOf(node: NodeRecord, name: string): readonly number[] {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'floats' ? attribute.value : [];
}

function countsOf(node: NodeRecord, name: string, c: RewriteContext): readonly number[] {
  const attribute = node.attributes.get(name);
  const values = attribute?.kind === 'ints' ? attribute.value.map(Number) : [];
  if (values.some((value) => value < 0 || value > toTheEnd)) c.fail(`has the ${name} [${values.join(', ')}]`);
  return values;
}

/** scale · x + bias[channel] of images [N, C, H, W]. A factor of 1 is left out, as it is in most files: the first step then is the mean's. */
const imageScaler: Rewrite = (node, c) => {
  const [x, scale, bias] = [inputOf(node, 0, c), floatOf(node, 'scale') ?? 1, floatsOf(node, 'bias')];
  const dims = c.dims(x);
  if (dims && dims.length !== 4) c.fail(`takes images [N, C, H, W], not a value of ${dims.length} dimensions`);
  const channels = dims?.[1];
  if (bias.length > 0 && typeof channels === 'number' && channels !== bias.length)
    c.fail(`has ${bias.length} biases for ${channels} channels`);
  const e = new Emitter(node, c);
  if (bias.length === 0) return e.give(0, 'Mul', [x, e.scalar(scale)]);
  const offset = c.add(`${node.outputs[0]}/bias`, float32([1, bias.length, 1, 1], Float32Array.from(bias)));
  return e.give(0, 'Add', [scale === 1 ? x : e.mul(x, e.scalar(scale)), offset]);
};

/**
 * Images [N, C, H, W] without a border [left, top, right, bottom], or, with a scale [height, width], so much of them from (left, top)
 * on; the border must fit into the image in both cases.
 */
const crop: Rewrite = (node, c) => {
  const x = inputOf(node, 0, c);
  const border = countsOf(node, 'border', c);
  const scale = countsOf(node, 'scale', c);
  if (border.length !== 4) c.fail(`needs a border of four numbers and has ${border.length}`);
  if (scale.length !== 0 && scale.length !== 2) c.fail(`needs a scale of two numbers and has ${scale.length}`);
  const [left = 0, top = 0, right = 0, bottom = 0] = border;
  const [height, width] = scale;
  const dims = c.dims(x);
  if (dims && dims.length !== 4) c.fail(`takes images [N, C, H, W], not a value of ${dims.length} dimensions`);
  fits('height', dims?.[2], top, bottom, height, c);
  fits('width', dims?.[3], left, right, width, c);
  const e = new Emitter(node, c);
  const end = (start: number, behind: number, length: number | undefined) =>
    length === undefined ? (behind === 0 ? toTheEnd : -behind) : start + length;
  const ends = [end(top, bottom, height), end(left, right, width)];
  const slice = [x, e.ints(top, left), e.ints(...ends), e.ints(2, 3)];
  const known = typeof dims?.[2] === 'number' && typeof dims[3] === 'number';
  if (known || height === undefined || width === undefined) return e.give(0, 'Slice', slice);
  // A Slice gives less where the image turns out too small; the shape holds it to what was asked for.
  const shape = c.add(`${node.outputs[0]}/shape`, int64([4], [0, 0, height, width]));
  return e.give(0, 'Reshape', [e.emit('Slice', slice), shape]);
};

/** Fails where the length is known and the border or the wanted part does not fit into it. */
function fits(
  what: string,
  length: number | string | null | undefined,
  before: number,
  behind: number,
  wanted: number | undefined,
  c: RewriteContext,
): void {
  if (typeof length !== 'number') return;
  const needed = Math.max(before + behind, before + (wanted ?? 0));
  if (length < needed) c.fail(`crops an image of ${what} ${length} that would have to be ${needed} or more`);
}

export const experimental: Readonly<Record<string, Rewrite>> = { Affine: affine, Crop: crop, ImageScaler: imageScaler };
