/** Sends relevance through operators that are linear in their input. */
import type { BackwardContext, BackwardRule } from '../../ops/definition';
import { standard } from '../standard';
import type { AddedBias } from './addedBias';
import { bound } from './bounds';
import type { InputPart, LayerRule, Share, Term, WeightPart } from './layerRule';
import { isNonNegative } from './values';

/** R / (z + ε·sign z), 0 counting as positive; with ε = 0, R / z with 0 counting as 1. */
export function overStabilised(b: BackwardContext, relevance: string, z: string, epsilon: number): string {
  const zero = b.scalar(0);
  if (epsilon === 0) return b.emit('Div', [relevance, b.emit('Where', [b.emit('Equal', [z, zero]), b.scalar(1), z])]);
  const signed = b.emit('Where', [b.emit('Less', [z, zero]), b.scalar(-epsilon), b.scalar(epsilon)]);
  return b.emit('Div', [relevance, b.emit('Add', [z, signed])]);
}

/** The operator's own gradients for another vector `g`, its inputs replaced by `x` where given. */
export function adjoint(
  b: BackwardContext,
  g: string,
  x: Readonly<Record<number, string>> = {},
  wanted = (index: number) => b.wanted(index),
): readonly (string | null)[] {
  const rule = standard[b.node.op] as BackwardRule;
  const node = { ...b.node, inputs: b.node.inputs.map((name, index) => x[index] ?? name) };
  return rule({ ...b, node, g: () => g, x: (index = 0) => x[index] ?? b.x(index), wanted });
}

/** R_i = factor · x_i ⊙ fᵀ(R / z): every input, constants that are asked for included, gets what it adds to the output z. */
export function inProportion(b: BackwardContext, epsilon: number, factor = 1): readonly (string | null)[] {
  const relevance = factor === 1 ? b.g() : b.emit('Mul', [b.g(), b.scalar(factor)]);
  const gradients = adjoint(b, overStabilised(b, relevance, b.y(), epsilon));
  return gradients.map((gradient, index) => (gradient === null ? null : b.emit('Mul', [b.x(index), gradient])));
}

/** Which inputs of a node are its data, its weight and its bias. */
export interface Layer {
  readonly data: number;
  readonly weight: number;
  readonly bias?: number;
  /** Its bias where that stands in an Add behind it: the relevance that arrives is then that of the sum. */
  readonly added?: AddedBias;
}

/** Relevance of the data, and of the bias where it is asked for, by the given rule. */
export function throughLayer(b: BackwardContext, layer: Layer, rule: LayerRule): (string | null)[] {
  const totals: (string | null)[] = b.node.inputs.map(() => null);
  const add = (index: number, part: string) => {
    const total = totals[index];
    totals[index] = total ? b.emit('Add', [total, part]) : part;
  };
  for (const { terms, s } of divided(b, layer, rule)) {
    for (const { input, weight, bias, weighted } of terms) {
      if (b.wanted(layer.data)) {
        const gradient = adjoint(b, s, { [layer.weight]: weight }, (i) => i === layer.data)[layer.data] as string;
        add(layer.data, weighted ? b.emit('Mul', [input, gradient]) : gradient);
      }
      if (bias && layer.bias !== undefined && b.wanted(layer.bias)) {
        add(layer.bias, b.emit('Mul', [bias, biasGradient(b, layer.bias, s)]));
      }
    }
  }
  return totals;
}

/** Relevance of a bias that stands in an Add behind the layer, at every place that it is added to; null where the rule leaves it out. */
export function ofAddedBias(b: BackwardContext, layer: Layer, rule: LayerRule): string | null {
  const parts = divided(b, layer, rule).flatMap(({ terms, s }) =>
    terms.flatMap(({ bias }) => (bias === undefined ? [] : [b.emit('Mul', [s, bias])])),
  );
  return parts.length > 0 ? parts.reduce((sum, part) => b.emit('Add', [sum, part])) : null;
}

/** For each share of a rule the values of its terms, and the relevance divided by their sum. */
function divided(b: BackwardContext, layer: Layer, rule: LayerRule) {
  return rule.shares.map((share) => {
    const terms = share.terms
      .filter((term) => term.input !== 'x⁻' || !isNonNegative(b, b.x(layer.data)))
      .map((term) => termValues(b, layer, term, rule));
    const z = terms.map((term) => term.z).reduce((sum, z) => b.emit('Add', [sum, z]));
    const y = layer.added?.sum ?? b.y();
    return { terms, s: overStabilised(b, relevanceOf(b, y, share), z, rule.epsilon) };
  });
}

function relevanceOf(b: BackwardContext, y: string, { factor = 1, where }: Share): string {
  const scaled = factor === 1 ? b.g() : b.emit('Mul', [b.g(), b.scalar(factor)]);
  if (!where) return scaled;
  const zero = b.scalar(0);
  return b.emit('Where', [b.emit(where === 'positive' ? 'Greater' : 'Less', [y, zero]), scaled, zero]);
}

/** The values that a term has in the place of x, weight and bias, and what the layer makes of them. */
function termValues(b: BackwardContext, layer: Layer, term: Term, rule: LayerRule) {
  const part = (name: string, of: WeightPart | null) => (of ? of(b, name) : name);
  const input = inputOf(b, b.x(layer.data), term.input, rule);
  const weight = part(b.x(layer.weight), term.weight);
  const inside = layer.bias !== undefined && b.has(layer.bias) ? b.x(layer.bias) : undefined;
  const given = layer.added?.bias ?? inside;
  const bias = given !== undefined && term.bias !== 'none' ? part(given, term.bias) : undefined;
  const inputs = [...b.node.inputs];
  inputs[layer.data] = input;
  inputs[layer.weight] = weight;
  if (inside !== undefined) inputs[layer.bias as number] = bias ?? '';
  while (inputs.at(-1) === '') inputs.pop();
  const own = inputs.every((name, index) => name === b.x(index)) && inputs.length === b.node.inputs.length;
  const product = own ? b.y() : b.emit(b.node.op, inputs, b.node.attributes);
  return { input, weight, bias, z: withAdded(b, layer, product, bias), weighted: term.input !== 'ones' };
}

/** What the layer makes of a term, and its part of a bias that is added behind it. */
function withAdded(b: BackwardContext, { added }: Layer, product: string, bias: string | undefined): string {
  if (!added || bias === undefined) return product;
  return product === b.y() && bias === added.bias ? added.sum : b.emit('Add', [product, bias]);
}

function inputOf(b: BackwardContext, x: string, input: InputPart, { bounds }: LayerRule): string {
  if (input === 'x' || (input === 'x⁺' && isNonNegative(b, x))) return x;
  if (input === 'x⁺') return b.emit('Relu', [x]);
  if (input === 'x⁻') return b.emit('Min', [x, b.scalar(0)]);
  if (input === 'ones') return b.emit('Expand', [b.scalar(1), b.emit('Shape', [x])]);
  if (!bounds) throw new Error('A rule with the terms −low and −high must have bounds.');
  return b.emit('Neg', [bound(b, x, bounds)[input === '−low' ? 'low' : 'high']]);
}

/** The vector s summed over all places that the bias reaches; a convolution's bias has one element a channel. */
function biasGradient(b: BackwardContext, bias: number, s: string): string {
  return b.node.op === 'Gemm' ? (adjoint(b, s, {}, (index) => index === bias)[bias] as string) : sumOver(b, s, [1]);
}

/** The sum over all axes but `kept`. */
export function sumOver(b: BackwardContext, value: string, kept: readonly number[]): string {
  const axes = b.dims(value).flatMap((_, axis) => (kept.includes(axis) ? [] : [axis]));
  return b.emit('ReduceSum', [value, b.ints(axes)], { keepdims: 0 });
}
