/** Operators of transformers that opset 21 does not have yet. */
import { Emitter } from '../writing/emitter';
import { floatOf, inputOf, intOf, type Rewrite } from '../writing/rewrite';

/** x · sigmoid(alpha · x). */
export function swishOf(e: Emitter, x: string, alpha: number): readonly [string, string] {
  return [x, e.emit('Sigmoid', [alpha === 1 ? x : e.mul(x, e.scalar(alpha))])];
}

const swish: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  return e.give(0, 'Mul', swishOf(e, inputOf(node, 0, c), floatOf(node, 'alpha') ?? 1));
};

const swiGlu: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const gate = e.emit('Mul', swishOf(e, inputOf(node, 0, c), floatOf(node, 'alpha') ?? 1));
  return e.give(0, 'Mul', [gate, inputOf(node, 1, c)]);
};

/** The axes from `axis` to the last, counted from the end. */
function axesFrom(e: Emitter, x: string, axis: number): string {
  const rank =
    axis < 0
      ? 0
      : (e.c.dims(x)?.length ?? e.c.unsupported('normalises a value whose rank the checkpoint does not tell'));
  const count = axis < 0 ? -axis : rank - axis;
  return e.ints(...Array.from({ length: count }, (_, index) => index - count));
}

/** x / √(mean(x²) + ε): what is left is the product with the scale (arXiv:1910.07467). */
export function rootMeanSquare(
  e: Emitter,
  x: string,
  axis: number,
  epsilon: number,
): readonly [normalised: string, root: string] {
  const mean = e.emit('ReduceMean', [e.mul(x, x), axesFrom(e, x, axis)], { keepdims: 1 });
  const root = e.emit('Sqrt', [e.add(mean, e.scalar(epsilon))]);
  return [e.emit('Div', [x, root]), root];
}

export const rmsNormalization: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const x = inputOf(node, 0, c);
  const [normalised, root] = rootMeanSquare(e, x, intOf(node, 'axis', -1), floatOf(node, 'epsilon') ?? 1e-5);
  if (e.used(1)) e.give(1, 'Reciprocal', [root]);
  return e.give(0, 'Mul', [normalised, inputOf(node, 1, c)]);
};

/** Elements from `start` to `end` of the last of four axes. */
function part(e: Emitter, value: string, start: number, end: number, step = 1): string {
  return e.emit('Slice', [value, e.ints(start), e.ints(end), e.ints(3), e.ints(step)]);
}

const last = Number.MAX_SAFE_INTEGER;

/** Turns pairs (a, b) by an angle: (a·cos − b·sin, a·sin + b·cos). Pairs are neighbours, or stand half of the features apart. */
function turnedPairs(e: Emitter, value: string, [cos, sin]: readonly [string, string], neighbours: boolean): string {
  const halves = neighbours
    ? [part(e, value, 0, last, 2), part(e, value, 1, last, 2)]
    : e.emitMany('Split', [value], 2, { axis: -1, num_outputs: 2 });
  const [a, b] = halves as [string, string];
  const pair = [e.emit('Sub', [e.mul(cos, a), e.mul(sin, b)]), e.add(e.mul(sin, a), e.mul(cos, b))];
  if (!neighbours) return e.emit('Concat', pair, { axis: -1 });
  const columns = pair.map((each) => e.emit('Unsqueeze', [each, e.ints(-1)]));
  return e.emit('Reshape', [e.emit('Concat', columns, { axis: -1 }), e.ints(0, 0, 0, -1)]);
}

/** Rotary position embedding (arXiv:2104.09864): pairs of features are turned by an angle that grows with the position. */
const rotaryEmbedding: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const [x, heads, positions] = [inputOf(node, 0, c), intOf(node, 'num_heads', 0), node.inputs[3] ?? ''];
  const swapped = { perm: [0, 2, 1, 3] };
  // Positions on axis 1, as the caches have them.
  const rows = heads > 0 ? e.emit('Reshape', [x, e.ints(0, 0, heads, -1)]) : e.emit('Transpose', [x], swapped);
  const angle = (index: number) => {
    const cache = inputOf(node, index, c);
    const own = positions === '' ? cache : e.emit('Gather', [cache, positions], { axis: 0 });
    return e.emit('Unsqueeze', [own, e.ints(2)]);
  };
  const [count, neighbours] = [intOf(node, 'rotary_embedding_dim', 0), intOf(node, 'interleaved', 0) === 1];
  const turned = turnedPairs(e, count > 0 ? part(e, rows, 0, count) : rows, [angle(1), angle(2)], neighbours);
  const whole = count > 0 ? e.emit('Concat', [turned, part(e, rows, count, last)], { axis: -1 }) : turned;
  return heads > 0 ? e.give(0, 'Reshape', [whole, e.ints(0, 0, -1)]) : e.give(0, 'Transpose', [whole], swapped);
};

export const transformer: Readonly<Record<string, Rewrite>> = {
  Swish: swish,
  SwiGLU: swiGlu,
  RMSNormalization: rmsNormalization,
  RotaryEmbedding: rotaryEmbedding,
  // onnxruntime's name for it, in the standard domain and in its own.
  SimplifiedLayerNormalization: rmsNormalization,
};
