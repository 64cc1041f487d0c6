import { toNumbers } from '../ir/numbers';
import { elementCount, float32 } from '../ir/tensor';
import type { BackwardContext, InferContext, Operators } from './definition';
import { zerosLike } from './elementwise';
import { kernelOf } from './pooling';
import { windowsOf } from './windows';

/** ONNX's own test counts the places in the image that the windows cover, onnxruntime in the one of `output_shape`. */
function unpooledDims(c: InferContext): number[] {
  const [n, channels, ...spatial] = c.dims(0) as [number, number, ...number[]];
  const { kernel, strides, pads } = windowsOf(c.node, kernelOf(c));
  const covered = spatial.map((length, axis) => {
    const padding = (pads[axis] as number) + (pads[axis + kernel.length] as number);
    return (length - 1) * (strides[axis] as number) + (kernel[axis] as number) - padding;
  });
  const given = c.ints(2)?.slice(2) ?? covered;
  if (given.join() !== covered.join()) {
    c.fail(
      `has the output shape [${given.join(', ')}] where its windows cover [${covered.join(', ')}], which is not supported`,
    );
  }
  return [n, channels, ...covered];
}

/** Every window of the image as a column again: a convolution with a one-hot kernel for each place of the window. */
function columnsOf(b: BackwardContext): string {
  const block = toNumbers(b.constant(b.x(2)) ?? b.unsupported('has a block shape that is computed from the data'));
  const { strides, dilations, pads } = windowsOf(b.node, block);
  const cells = elementCount(block);
  const kernel = new Float32Array(cells * cells);
  for (let cell = 0; cell < cells; cell++) kernel[cell * (cells + 1)] = 1;
  const image = b.dims(b.g()).slice(2);
  const images = b.emit('Reshape', [b.g(), b.ints([-1, 1, ...image])]);
  const attributes = { kernel_shape: block, strides, dilations, pads };
  const places = b.emit('Conv', [images, b.tensor(float32([cells, 1, ...block], kernel))], attributes);
  return b.emit('Reshape', [places, b.emit('Shape', [b.x()])]);
}

/** Operators that put values back where windows took them from. */
export const unpooling: Operators = {
  MaxUnpool: {
    infer: (c) => [{ dtype: c.dtype(0), dims: unpooledDims(c) }],
    // What was put at a place comes from there; those that overlapping windows put at the same place share it. Places count over the batch.
    backward: (b) => {
      const flat = (value: string) => b.emit('Reshape', [value, b.ints([-1])]);
      const [places, g] = [flat(b.x(1)), flat(b.g())];
      const read = (value: string) => b.emit('GatherElements', [value, places], { axis: 0 });
      const ones = b.emit('ConstantOfShape', [b.emit('Shape', [places])], { value: float32([1], Float32Array.of(1)) });
      const users = b.emit('ScatterElements', [zerosLike(b, g), places, ones], { axis: 0, reduction: 'add' });
      const shared = b.emit('Div', [read(g), read(users)]);
      return [b.emit('Reshape', [shared, b.emit('Shape', [b.x()])])];
    },
  },
  Col2Im: {
    infer: (c) => {
      const [n, rows] = c.dims(0) as [number, number];
      const [image, block] = [c.ints(1), c.ints(2)];
      if (!image || !block) return c.fail('has no image and block shape');
      return [{ dtype: c.dtype(0), dims: [n, rows / elementCount(block), ...image] }];
    },
    backward: (b) => [columnsOf(b)],
  },
};
