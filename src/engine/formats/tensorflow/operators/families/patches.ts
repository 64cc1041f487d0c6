import { elementCount } from '../../../../graph/ir/tensor';
import { derivedTensor } from '../../../kit/tensors/derivedTensor';
import type { Operation, Rules } from '../operation';
import { padsOf } from './padding';

/** No kernel of ones is larger: patches of 32 × 32 pixels in three colours. */
const largest = 1 << 24;

/** Every patch as the channels of one place, its pixels row by row: a convolution with filters that pick one number each. */
function extractPatches(o: Operation): void {
  const channels = o.dims()?.[3];
  if (!channels) o.unsupported('takes patches of images with an unknown number of channels');
  const [height, width] = o.spatial(o.list('ksizes'), 'windows');
  const dims = [height * width * channels, channels, height, width];
  if (elementCount(dims) > largest) o.unsupported(`takes patches of ${height} × ${width} × ${channels} numbers`);
  const kernel = derivedTensor('float32', dims, () => pickers(height * width, channels));
  const attributes = {
    strides: o.spatial(o.list('strides'), 'strides'),
    dilations: o.spatial(o.list('rates'), 'rates'),
    ...(o.text('padding') === 'SAME' ? { auto_pad: 'SAME_UPPER' } : {}),
  };
  const weights = o.w.constant('pixels', kernel);
  o.image(o.x(), (first, out) => o.w.emit('Conv', [first, weights], attributes, out), o.out());
}

/** [pixel · channels + channel, channel, pixel] is 1. */
function pickers(pixels: number, channels: number): Float32Array {
  const kernel = new Float32Array(pixels * channels * channels * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      kernel[((pixel * channels + channel) * channels + channel) * pixels + pixel] = 1;
    }
  }
  return kernel;
}

/** (value, lengths of blocks, paddings or crops): their axes are those behind the batch. */
function blockOf(o: Operation): { block: readonly number[]; rest: number } {
  const block = o.fixed(1, 'lengths of blocks');
  const rank = o.rank() ?? o.unsupported('has a value of an unknown number of axes');
  const rest = rank - 1 - block.length;
  return block.length > 0 && rest >= 0 ? { block, rest } : o.fail(`has ${block.length} block lengths for ${rank} axes`);
}

const row = (o: Operation, parts: readonly string[]) => o.w.emit('Concat', parts, { axis: 0 });

/** Cells of blocks go into the batch, in front of it. */
function spaceToBatch(o: Operation): void {
  const { block, rest } = blockOf(o);
  const count = block.length;
  const around = (values: number) => o.w.ints(...new Array<number>(values).fill(0));
  const half = (from: number) => o.w.emit('Slice', [pads, o.w.ints(from), o.w.ints(from + count)]);
  const pads = padsOf(o, 2);
  const all = [around(1), half(0), around(rest + 1), half(count), ...(rest > 0 ? [around(rest)] : [])];
  const padded = o.w.emit('Pad', [o.x(), row(o, all)]);
  const shape = o.w.emit('Shape', [padded]);
  const lengths = (from: number, to: number) => o.w.emit('Slice', [shape, o.w.ints(from), o.w.ints(to)]);
  const inner = o.w.emit('Div', [lengths(1, 1 + count), o.w.ints(...block)]);
  const behind = rest > 0 ? [lengths(1 + count, 1 + count + rest)] : [];
  const apart = block.flatMap((length, i) => [
    o.w.emit('Slice', [inner, o.w.ints(i), o.w.ints(i + 1)]),
    o.w.ints(length),
  ]);
  const cells = o.w.emit('Reshape', [padded, row(o, [lengths(0, 1), ...apart, ...behind])]);
  const perm = [
    ...block.map((_, i) => 2 + 2 * i),
    0,
    ...block.map((_, i) => 1 + 2 * i),
    ...Array.from({ length: rest }, (_, i) => 1 + 2 * count + i),
  ];
  const turned = o.w.emit('Transpose', [cells], { perm });
  o.give('Reshape', [turned, row(o, [o.w.ints(-1), inner, ...behind])]);
}

/** Back again; crops are cut off. */
function batchToSpace(o: Operation): void {
  const { block, rest } = blockOf(o);
  const count = block.length;
  const shape = o.w.emit('Shape', [o.x()]);
  const lengths = (from: number, to: number) => o.w.emit('Slice', [shape, o.w.ints(from), o.w.ints(to)]);
  const behind = rest > 0 ? [lengths(1 + count, 1 + count + rest)] : [];
  const inner = lengths(1, 1 + count);
  const cells = o.w.emit('Reshape', [o.x(), row(o, [o.w.ints(...block, -1), inner, ...behind])]);
  const perm = [
    count,
    ...block.flatMap((_, i) => [count + 1 + i, i]),
    ...Array.from({ length: rest }, (_, i) => 1 + 2 * count + i),
  ];
  const turned = o.w.emit('Transpose', [cells], { perm });
  const whole = o.w.mul(inner, o.w.ints(...block));
  const image = o.w.emit('Reshape', [turned, row(o, [o.w.ints(-1), whole, ...behind])]);
  const crops = padsOf(o, 2);
  const half = (from: number) => o.w.emit('Slice', [crops, o.w.ints(from), o.w.ints(from + count)]);
  const axes = o.w.ints(...block.map((_, i) => 1 + i));
  o.give('Slice', [image, half(0), o.w.emit('Sub', [whole, half(count)]), axes]);
}

export const patches: Rules = {
  ExtractImagePatches: extractPatches,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
};
