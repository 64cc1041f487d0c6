import type { Node } from '../../../../graph/ir/graph';
import type { Emitter } from './emitter';

/** Attention on [batch, heads, positions, size] values: softmax(scale · q·kᵀ + biases)·v (arXiv:1706.03762). */
export interface ScaledDotProduct {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** 1/√size when left out. */
  readonly scale?: number | undefined;
  /** Values that are added to the scores; they broadcast to [batch, heads, queries, keys]. */
  readonly biases: readonly string[];
  /** True where a query may see a key; the others get no weight, also where none is left. */
  readonly visible?: string | undefined;
  /** Scores are limited to ±softcap by a tanh before biases are added; 0 leaves them as they are. */
  readonly softcap?: number;
}

/** Every stage of the scores, and the result. */
export interface AttentionValues {
  readonly raw: string;
  readonly capped: string;
  readonly biased: string;
  readonly probabilities: string;
  readonly result: string;
}

export function attend(e: Emitter, a: ScaledDotProduct): AttentionValues {
  const scaled =
    a.scale === undefined
      ? e.emit('Div', [a.query, e.emit('Sqrt', [e.emit('Cast', [e.lengths(a.query, -1)], { to: 1 })])])
      : a.scale === 1
        ? a.query
        : e.mul(a.query, e.scalar(a.scale));
  const raw = e.emit('MatMul', [scaled, e.emit('Transpose', [a.key], { perm: [0, 1, 3, 2] })]);
  const limit = a.softcap ? e.scalar(a.softcap) : '';
  const capped = limit === '' ? raw : e.mul(e.emit('Tanh', [e.emit('Div', [raw, limit])]), limit);
  const hidden = a.visible === undefined ? [] : [maskBias(e, a.visible)];
  const biased = [...a.biases, ...hidden].reduce((sum, each) => e.add(sum, each), capped);
  // What attention looks at is worth seeing: the probabilities are a layer.
  const show = (op: string, inputs: readonly string[], attributes?: Node['attributes']) =>
    e.show('attention_probabilities', op, inputs, 'Softmax', attributes);
  const seen = a.visible === undefined ? '' : e.emit('Cast', [a.visible], { to: 1 });
  const axis = { axis: -1 };
  const probabilities =
    seen === '' ? show('Softmax', [biased], axis) : show('Mul', [e.emit('Softmax', [biased], axis), seen]);
  const result = e.emit('MatMul', [probabilities, a.value]);
  return { raw, capped, biased, probabilities, result };
}

/** [batch, positions, heads · size] → [batch, heads, positions, size]. */
export function splitHeads(e: Emitter, value: string, heads: number): string {
  const apart = e.emit('Reshape', [value, e.ints(0, 0, heads, -1)]);
  return e.emit('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

/** [batch, heads, positions, size] → [batch, positions, heads · size]: the inputs of a last Reshape. */
export function joinHeads(e: Emitter, value: string): readonly [string, string] {
  return [e.emit('Transpose', [value], { perm: [0, 2, 1, 3] }), e.ints(0, 0, -1)];
}

/**
 * True where the query may see the key. Queries stand `offset` keys after the start: a query sees at most `right`
 * keys after its own place and `left` before it.
 */
export function visibleWindow(
  e: Emitter,
  query: string,
  key: string,
  window: { readonly left?: number | undefined; readonly right?: number | undefined; readonly offset?: string },
): string {
  const range = (value: string) => e.emit('Range', [e.int(0), e.length(value, 2), e.int(1)]);
  const rows = e.emit('Unsqueeze', [range(query), e.ints(1)]);
  const places = window.offset === undefined ? rows : e.add(rows, window.offset);
  const ahead = e.emit('Sub', [range(key), places]);
  const limits: string[] = [];
  if (window.right !== undefined) limits.push(e.emit('LessOrEqual', [ahead, e.int(window.right)]));
  if (window.left !== undefined) limits.push(e.emit('GreaterOrEqual', [ahead, e.int(-window.left)]));
  return limits.reduce((a, b) => e.emit('And', [a, b]));
}

/** A bias of 0 where the mask is true and `hidden` elsewhere: by default the lowest number, which leaves a row of them finite. */
export function maskBias(e: Emitter, mask: string, hidden = -3.4e38): string {
  return e.emit('Where', [mask, e.scalar(0), e.scalar(hidden)]);
}
