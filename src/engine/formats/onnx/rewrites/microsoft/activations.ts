/** onnxruntime's fused activations, and the convolutions and products that end in one. */
import type { Node } from '../../../../graph/ir/graph';
import type { NodeRecord } from '../../proto/graphProto';
import { swishOf } from '../standard/transformer';
import { Emitter } from '../writing/emitter';
import { attributesOf, floatOf, inputOf, intOf, type Rewrite, type RewriteContext, textOf } from '../writing/rewrite';

/** The activation that a fused node names, computed as the node's output. */
function activated(
  e: Emitter,
  x: string,
  name: string,
  parameters: readonly number[],
  c: RewriteContext,
): readonly Node[] {
  const [alpha, beta] = parameters;
  const given = (names: Record<string, number | undefined>) =>
    Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined)) as Record<string, number>;
  switch (name) {
    case '':
      return e.give(0, 'Identity', [x]);
    case 'Relu':
    case 'Tanh':
    case 'Sigmoid':
    case 'Softplus':
    case 'Softsign':
    case 'HardSwish':
      return e.give(0, name, [x]);
    case 'LeakyRelu':
    case 'Elu':
    case 'ThresholdedRelu':
      return e.give(0, name, [x], given({ alpha }));
    case 'HardSigmoid':
      return e.give(0, name, [x], given({ alpha, beta }));
    case 'Clip':
      return e.give(0, name, [x, ...parameters.map((bound) => e.scalar(bound))]);
    default:
      return c.unsupported(`ends in the activation ${name}, which is not known here`);
  }
}

function floatsOf(node: NodeRecord, name: string): readonly number[] {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'floats' ? attribute.value : [];
}

/** The attributes of the standard operator inside a fused one. */
export function attributesWithout(
  node: NodeRecord,
  c: RewriteContext,
  ...names: readonly string[]
): Node['attributes'] {
  return Object.fromEntries(Object.entries(attributesOf(node, c)).filter(([name]) => !names.includes(name)));
}

/** Conv, plus the sum with a fourth input, plus an activation. */
export const fusedConv: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const attributes = attributesWithout(node, c, 'activation', 'activation_params');
  const convolved = e.emit('Conv', node.inputs.slice(0, 3), attributes);
  const summed = node.inputs[3] ? e.add(convolved, node.inputs[3]) : convolved;
  return activated(e, summed, textOf(node, 'activation', ''), floatsOf(node, 'activation_params'), c);
};

const fusedGemm: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const own = ['activation', 'activation_alpha', 'activation_beta', 'activation_gamma'];
  const product = e.emit('Gemm', node.inputs, attributesWithout(node, c, ...own));
  const parameters = [floatOf(node, 'activation_alpha'), floatOf(node, 'activation_beta')];
  const given = parameters.filter((value) => value !== undefined);
  return activated(e, product, textOf(node, 'activation', ''), given, c);
};

/** α · op(A) · op(B), where op exchanges the last axes (trans) or takes the first axis behind the other batch axes (transBatch). */
const fusedMatMul: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const operand = (index: number, letter: string) => {
    const x = inputOf(node, index, c);
    const [swap, batch] = [intOf(node, `trans${letter}`, 0) === 1, intOf(node, `transBatch${letter}`, 0) === 1];
    if (!swap && !batch) return x;
    const rank = c.dims(x)?.length ?? c.unsupported('turns a value whose rank the checkpoint does not tell');
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const moved = batch ? [...axes.slice(1, -1), 0, rank - 1] : axes;
    const perm = swap ? [...moved.slice(0, -2), ...moved.slice(-2).reverse()] : moved;
    return e.emit('Transpose', [x], { perm });
  };
  const operands = [operand(0, 'A'), operand(1, 'B')];
  const alpha = floatOf(node, 'alpha') ?? 1;
  if (alpha === 1) return e.give(0, 'MatMul', operands);
  return e.give(0, 'Mul', [e.emit('MatMul', operands), e.scalar(alpha)]);
};

/** Gelu after the sum with an optional bias. */
const gelu =
  (approximate: 'none' | 'tanh'): Rewrite =>
  (node, c) => {
    const e = new Emitter(node, c);
    const x = inputOf(node, 0, c);
    return e.give(0, 'Gelu', [node.inputs[1] ? e.add(x, node.inputs[1]) : x], { approximate });
  };

const quickGelu: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  return e.give(0, 'Mul', swishOf(e, inputOf(node, 0, c), floatOf(node, 'alpha') ?? 1.702));
};

/** The sum with the bias is cut in two; the second half, through Gelu, gates the first. */
const biasSplitGelu: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const sum = e.add(inputOf(node, 0, c), inputOf(node, 1, c));
  const [left, right] = e.emitMany('Split', [sum], 2, { axis: -1, num_outputs: 2 }) as [string, string];
  return e.give(0, 'Mul', [left, e.emit('Gelu', [right], { approximate: 'none' })]);
};

const biasAdd: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  return e.give(0, 'Add', [e.add(inputOf(node, 0, c), inputOf(node, 1, c)), inputOf(node, 2, c)]);
};

export const fusedActivations: Readonly<Record<string, Rewrite>> = {
  FusedConv: fusedConv,
  FusedGemm: fusedGemm,
  FusedMatMul: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  Gelu: gelu('none'),
  BiasGelu: gelu('none'),
  FastGelu: gelu('tanh'),
  QuickGelu: quickGelu,
  BiasSplitGelu: biasSplitGelu,
  BiasAdd: biasAdd,
};
