/** Tables whose "gradients" are relevances: what each operator does with the relevance of its output. */
import { intAttribute } from '../../ir/attributes';
import type { Node } from '../../ir/graph';
import { activation } from '../../ops/activation';
import { casting } from '../../ops/casting';
import { type BackwardContext, type BackwardRule, noGradient } from '../../ops/definition';
import { toInput } from '../../ops/elementwise';
import { indexing } from '../../ops/indexing';
import { joining } from '../../ops/joining';
import { padding } from '../../ops/padding';
import { shapes } from '../../ops/shape';
import { trigonometry } from '../../ops/trigonometry';
import { standard } from '../standard';
import type { RuleTable } from '../table';
import { addedBias, productBehind } from './addedBias';
import type { LayerRule } from './layerRule';
import { batchNormalisation, detachedNormalisation } from './normalisation';
import { inProportion, type Layer, ofAddedBias, throughLayer } from './propagate';
import { comesFrom, isDeviation, isFirstLayer, isScalar, varyingInputs } from './values';

export interface RelevanceOptions {
  /** For Conv and ConvTranspose. */
  readonly convolution: LayerRule;
  /** For Gemm, and MatMul and Einsum with one constant operand. */
  readonly dense: LayerRule;
  /** Takes the place of both in the layers that no other layer with weights lies in front of. */
  readonly first?: LayerRule;
  /** ε of the operators that are linear without being a layer: additions, means, BatchNormalization that could not be folded. */
  readonly epsilon: number;
  /**
   * What attention weights get: `taylor` half of the product's relevance, handed on through the softmax (AttnLRP); `none` nothing, all of
   * it goes to the values (CP-LRP).
   */
  readonly attention: 'taylor' | 'none';
}

/** The whole relevance to each varying input in equal shares, in the output's shape summed over what was broadcast. */
function handOn(b: BackwardContext, receivers: readonly number[]): (string | null)[] {
  const share = () => (receivers.length === 1 ? b.g() : b.emit('Mul', [b.g(), b.scalar(1 / receivers.length)]));
  return b.node.inputs.map((_, index) => (receivers.includes(index) ? toInput(b, index, share) : null));
}

/** Elementwise functions of one value, and products and quotients with constants. */
const pass: BackwardRule = (b) => handOn(b, varyingInputs(b));

const softmaxes = new Set(['Softmax']);

/** Inputs of a product that take part in its relevance. A deviation only scales; attention weights may be told to stay out. */
function factors(b: BackwardContext, { attention }: RelevanceOptions): number[] {
  const varying = varyingInputs(b);
  const stays = (index: number) =>
    isDeviation(b, b.x(index)) || (attention === 'none' && comesFrom(b, b.x(index), softmaxes));
  const left = varying.filter((index) => !stays(index));
  return left.length > 0 ? left : varying;
}

/** Matrix products: a layer when one operand is constant, otherwise equal shares to the operands, each in proportion (AttnLRP's uniform rule). */
function product(b: BackwardContext, options: RelevanceOptions): readonly (string | null)[] {
  const operands = b.node.op === 'Gemm' ? 2 : b.node.inputs.length;
  const [data = 0, ...others] = varyingInputs(b).filter((index) => index < operands);
  if (operands === 2 && others.length === 0) {
    return throughLayer(b, denseLayer(b, data), ruleOf(b, options.dense, options));
  }
  const receivers = factors(b, options);
  const shares = inProportion(b, options.epsilon, 1 / receivers.length);
  return shares.map((share, index) => (receivers.includes(index) ? share : null));
}

function denseLayer(b: BackwardContext, data: number): Layer {
  const added = addedBias(b, b.node, b.consumer(b.y()));
  return { data, weight: 1 - data, ...(b.node.op === 'Gemm' && { bias: 2 }), ...(added && { added }) };
}

function ruleOf(b: BackwardContext, usual: LayerRule, { first }: RelevanceOptions): LayerRule {
  return first && isFirstLayer(b) ? first : usual;
}

/**
 * The bias of a dense layer belongs to that layer, whose product gets all and hands it on by the layer's rule. Addition of a scalar is part
 * of some activation and passes; every other addend keeps its share.
 */
function addition(b: BackwardContext, options: RelevanceOptions): readonly (string | null)[] {
  const layer = b.node.op === 'Add' ? productBehind(b) : undefined;
  if (layer)
    return b.node.inputs.map((name, index) => (b.varies(name) ? b.g() : toBias(b, layer.node, index, options)));
  const varying = varyingInputs(b);
  const scalars = b.node.inputs.every((name, index) => varying.includes(index) || isScalar(b, name));
  return varying.length === 1 && scalars ? handOn(b, varying) : inProportion(b, options.epsilon);
}

/** What the rule of the dense layer `node` gives to its bias, operand `index` of the Add behind it; null unless it is asked for. */
function toBias(b: BackwardContext, node: Node, index: number, options: RelevanceOptions): string | null {
  if (!b.wanted(index)) return null;
  const x = (at = 0) => node.inputs[at] as string;
  const inside = { ...b, node, x, y: () => node.outputs[0] as string, has: (at: number) => (x(at) ?? '') !== '' };
  const [data = 0] = varyingInputs(inside);
  const share = ofAddedBias(inside, denseLayer(inside, data), ruleOf(inside, options.dense, options));
  return share && toInput(b, index, () => share);
}

/** x ⊙ (R − y·Σ R) (Achtibat et al. 2024, arXiv:2402.05602, Proposition 3.1): the Taylor expansion at x, whose constant part is lost. */
const softmaxRule: BackwardRule = (b) => {
  const total = b.emit('ReduceSum', [b.g(), b.ints([intAttribute(b.node, 'axis', -1)])], { keepdims: 1 });
  return [b.emit('Mul', [b.x(), b.emit('Sub', [b.g(), b.emit('Mul', [b.y(), total])])])];
};

const unsupported: BackwardRule = (b) => b.unsupported('has no relevance rule');

/** Operators that move or choose elements: relevance goes where the elements came from. */
const routing = [
  ...[joining, shapes, indexing, padding, casting].flatMap((family) => Object.keys(family)),
  ...'MaxPool GlobalMaxPool ReduceMax ReduceMin Where DepthToSpace SpaceToDepth TopK MaxUnpool'.split(' '),
  ...'GatherElements GatherND Compress ReverseSequence Trilu'.split(' '),
];
const elementwise = [
  ...Object.keys(activation),
  ...Object.keys(trigonometry),
  ...'Neg Abs Sqrt Exp Log Reciprocal Sin Cos Pow LRN LpNormalization QuantizeLinear DequantizeLinear'.split(' '),
];
const linear =
  'AveragePool GlobalAveragePool ReduceMean ReduceSum Resize CumSum Col2Im ScatterElements ScatterND'.split(' ');
const normalising = 'LayerNormalization InstanceNormalization GroupNormalization'.split(' ');

/** A relevance table. Operators without a rule here are unsupported and named, rather than treated by their gradient. */
export function relevanceTable(options: RelevanceOptions): RuleTable {
  const { epsilon } = options;
  const all = (operators: readonly string[], rule: BackwardRule) =>
    Object.fromEntries(operators.filter((op) => Object.hasOwn(standard, op)).map((op) => [op, rule]));
  const convolution: BackwardRule = (b) =>
    throughLayer(b, { data: 0, weight: 1, bias: 2 }, ruleOf(b, options.convolution, options));
  const extreme =
    (op: string): BackwardRule =>
    (b) =>
      varyingInputs(b).length === 1 ? pass(b) : (standard[op] as BackwardRule)(b);
  return {
    ...Object.fromEntries(Object.entries(standard).map(([op, rule]) => [op, rule === noGradient ? rule : unsupported])),
    ...Object.fromEntries(routing.flatMap((op) => (standard[op] ? [[op, standard[op]]] : []))),
    ...all(elementwise, pass),
    ...all(['Conv', 'ConvTranspose'], convolution),
    ...all(['Gemm', 'MatMul', 'Einsum'], (b) => product(b, options)),
    ...all(linear, (b) => inProportion(b, epsilon)),
    ...all(['GridSample'], (b) => inProportion(b, epsilon).slice(0, 1)),
    ...all(['Add', 'Sub', 'Sum', 'Mean'], (b) => addition(b, options)),
    ...all(['Mul'], (b) => handOn(b, factors(b, options))),
    ...all(['Div'], (b) => handOn(b, varyingInputs(b).slice(0, 1))),
    ...all(['BatchNormalization'], (b) => batchNormalisation(b, epsilon)),
    ...all(normalising, (b) => detachedNormalisation(b, epsilon)),
    ...all(['Softmax'], softmaxRule),
    Min: extreme('Min'),
    Max: extreme('Max'),
  };
}
