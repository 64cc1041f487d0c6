/** Operators of transformers that opset 21 does not have yet. */
import { Emitter } from './emitter';
import { floatOf, inputOf, intOf, type Rewrite } from './rewrite';

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
    axis < 0 ? 0 : (e.c.dims(x)?.length ?? e.c.refuse('normalises a value whose rank the checkpoint does not tell'));
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

/** Rotary position embedding (arXiv:2104.09864): pairs of features are turned by an angle that grows with the position. */
const rotaryEmbedding: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const x = inputOf(node, 0, c);
  const heads = intOf(node, 'num_heads', 0);
  // Positions on axis 1, as the caches have them.
  const turned =
    heads > 0 ? e.emit('Reshape', [x, e.ints(0, 0, heads, -1)]) : e.emit('Transpose', [x], { perm: [0, 2, 1, 3] });
  const positions = node.inputs[3] ?? '';
  const angle = (index: number) => {
    const cache = inputOf(node, index, c);
    return e.emit('Unsqueeze', [
      positions === '' ? cache : e.emit('Gather', [cache, positions], { axis: 0 }),
      e.ints(2),
    ]);
  };
  const [cos, sin] = [angle(1), angle(2)];
  const partial = intOf(node, 'rotary_embedding_dim', 0);
  const part = (value: string, start: number, end: number | string, step = 1) =>
    e.emit('Slice', [value, e.ints(start), typeof end === 'number' ? e.ints(end) : end, e.ints(3), e.ints(step)]);
  const last = Number.MAX_SAFE_INTEGER;
  const rotated = partial > 0 ? part(turned, 0, partial) : turned;
  const interleaved = intOf(node, 'interleaved', 0) === 1;
  const halves = interleaved
    ? [part(rotated, 0, last, 2), part(rotated, 1, last, 2)]
    : e.emitMany('Split', [rotated], 2, { axis: -1, num_outputs: 2 });
  const [a, b] = halves as [string, string];
  const pair = [e.emit('Sub', [e.mul(cos, a), e.mul(sin, b)]), e.add(e.mul(sin, a), e.mul(cos, b))];
  const joined = interleaved
    ? e.emit('Reshape', [
        e.emit(
          'Concat',
          pair.map((each) => e.emit('Unsqueeze', [each, e.ints(-1)])),
          { axis: -1 },
        ),
        e.ints(0, 0, 0, -1),
      ])
    : e.emit('Concat', pair, { axis: -1 });
  const whole = partial > 0 ? e.emit('Concat', [joined, part(turned, partial, last)], { axis: -1 }) : joined;
  return heads > 0
    ? e.give(0, 'Reshape', [whole, e.ints(0, 0, -1)])
    : e.give(0, 'Transpose', [whole], { perm: [0, 2, 1, 3] });
};

export const transformer: Readonly<Record<string, Rewrite>> = {
  Swish: swish,
  SwiGLU: swiGlu,
  RMSNormalization: rmsNormalization,
  RotaryEmbedding: rotaryEmbedding,
  // onnxruntime's name for it, in the standard domain and in its own.
  SimplifiedLayerNormalization: rmsNormalization,
};
