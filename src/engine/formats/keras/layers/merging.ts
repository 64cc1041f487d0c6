import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import type { LayerRule, LayerRules } from '../network/rule';

/** Inputs with as many axes as the one that has most: Keras puts axes of length 1 behind the batch. */
function aligned(c: LayerCall): readonly string[] {
  const ranks = c.inputs.map((input) => c.rank(input));
  const most = Math.max(...ranks);
  return c.inputs.map((input, i) => {
    const missing = most - (ranks[i] as number);
    if (missing === 0) return input;
    return c.emit('Unsqueeze', [input, c.w.ints(...Array.from({ length: missing }, (_, k) => k + 1))]);
  });
}

/** An operator of two, applied from the first to the last. */
const folded = (op: string): LayerRule => ({
  write: (c) => {
    const [first, ...others] = aligned(c);
    if (first === undefined) refuse('is called without a tensor');
    if (others.length === 0) {
      c.give(first);
      return;
    }
    others.reduce((sum, each, i) => c.emit(op, [sum, each], {}, i === others.length - 1 ? c.output : undefined), first);
  },
});

/** x · y along one axis of each, for values of up to three axes; a shared batch. */
function dot(c: LayerCall): void {
  const [x, y] = c.inputs;
  if (x === undefined || y === undefined) refuse('is not called with two tensors');
  const ranks = [c.rank(x), c.rank(y)] as const;
  const stated = c.settings.ints('axes');
  const [a, b = a] = stated as [number, number?];
  const axes = [c.axis(a, ranks[0]), c.axis(b as number, ranks[1])] as const;
  if (axes.includes(0) || Math.max(...ranks) > 4) refuse(`multiplies along the axes ${stated.join(' and ')}`);
  const names = (offset: number, rank: number, axis: number) =>
    Array.from({ length: rank }, (_, i) => (i === 0 ? 'b' : i === axis ? 'k' : String.fromCharCode(offset + i))).join(
      '',
    );
  const left = names(99, ranks[0], axes[0]);
  const right = names(115, ranks[1], axes[1]);
  const outer = `b${left.slice(1).replace('k', '')}${right.slice(1).replace('k', '')}`;
  const scaled = c.settings.flag('normalize', false) ? [unitLength(c, x, axes[0]), unitLength(c, y, axes[1])] : [x, y];
  if (outer.length > 1) {
    c.emit('Einsum', scaled, { equation: `${left},${right}->${outer}` }, c.output);
    return;
  }
  // Of two vectors Keras keeps an axis of length 1.
  c.emit('Unsqueeze', [c.emit('Einsum', scaled, { equation: `${left},${right}->b` }), c.w.ints(1)], {}, c.output);
}

function unitLength(c: LayerCall, x: string, axis: number): string {
  const squares = c.emit('ReduceSumSquare', [x, c.w.ints(axis)], { keepdims: 1 });
  return c.emit('Div', [x, c.emit('Sqrt', [c.emit('Max', [squares, c.w.scalar(1e-12)])])]);
}

export const merging: LayerRules = {
  Add: folded('Add'),
  Subtract: folded('Sub'),
  Multiply: folded('Mul'),
  Maximum: folded('Max'),
  Minimum: folded('Min'),
  Average: {
    write: (c) => {
      const inputs = aligned(c);
      const sum = inputs.slice(1).reduce((total, each) => c.w.add(total, each), inputs[0] ?? refuse('has no input'));
      c.emit('Div', [sum, c.w.scalar(inputs.length)], {}, c.output);
    },
  },
  Concatenate: {
    write: (c) => {
      if (c.inputs.length === 0) refuse('is called without a tensor');
      c.emit('Concat', c.inputs, { axis: c.settings.int('axis', -1) }, c.output);
    },
  },
  Dot: { about: 'a product along one axis of each of two values', write: dot },
};
