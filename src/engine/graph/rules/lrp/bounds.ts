import { UsageError } from '../../../../shared/errors';
import { float32 } from '../../ir/tensor';
import type { BackwardContext } from '../../ops/definition';
import type { Bound } from './layerRule';

interface Bounds {
  readonly low: Bound;
  readonly high: Bound;
}

/** A bound in a shape that broadcasts against the image: one number, or one for each channel of NCHW or NHWC. */
function shaped(limit: Bound, dims: readonly number[]): { dims: readonly number[]; values: Float32Array } {
  if (typeof limit === 'number') return { dims: [], values: Float32Array.of(limit) };
  const axis = dims[1] === limit.length ? 1 : dims.length - 1;
  if (dims[axis] !== limit.length) {
    throw new UsageError(
      `${limit.length} pixel bounds do not fit an input of shape [${dims.join(', ')}]: give one for each channel.`,
    );
  }
  return { dims: dims.map((length, i) => (i === axis ? length : 1)), values: Float32Array.from(limit) };
}

/** What becomes of the image `limit` on its way to `name`: the nodes between are emitted again. Nothing in front of it may have weights. */
function replay(b: BackwardContext, name: string, limit: Bound, known: Map<string, string>): string {
  if (!b.varies(name)) return name;
  const done = known.get(name);
  if (done !== undefined) return done;
  const node = b.producer(name);
  if (!node) {
    const { dims, values } = shaped(limit, b.dims(name));
    known.set(name, b.emit('Expand', [b.tensor(float32(dims, values)), b.emit('Shape', [name])]));
  } else {
    const inputs = node.inputs.map((input) => (input === '' ? '' : replay(b, input, limit, known)));
    const outputs = b.emitMany(node.op, inputs, node.outputs.length, node.attributes);
    node.outputs.forEach((output, index) => {
      known.set(output, outputs[index] as string);
    });
  }
  return known.get(name) as string;
}

/**
 * The lowest and highest values that `name` can have, elementwise, when the model's input lies between the bounds and is only
 * normalised, rearranged or resized before `name`. A normalisation by a negative factor exchanges them.
 */
export function bound(b: BackwardContext, name: string, bounds: Bounds): Record<'low' | 'high', string> {
  const ends = [bounds.low, bounds.high].map((limit) => replay(b, name, limit, new Map()));
  if (!b.producer(name)) return { low: ends[0] as string, high: ends[1] as string };
  return { low: b.emit('Min', ends), high: b.emit('Max', ends) };
}
