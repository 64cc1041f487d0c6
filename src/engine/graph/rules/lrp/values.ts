/** What relevance rules ask about values. */
import { toNumbers } from '../../ir/numbers';
import { elementCount } from '../../ir/tensor';
import type { BackwardContext } from '../../ops/definition';

const nowhereNegative = new Set('Relu Sigmoid HardSigmoid Softmax Softplus Exp Abs Sqrt'.split(' '));
/** ≥ 0 when their first input is. */
const keepsSign = new Set(
  'MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReduceMean ReduceSum ReduceMax Split Slice Flatten Reshape Transpose'
    .split(' ')
    .concat('Squeeze Unsqueeze Identity Dropout'.split(' ')),
);
/** ≥ 0 when all their inputs are. */
const joins = new Set('Concat Add Sum Mul'.split(' '));

function isNonNegativeConstant(b: BackwardContext, name: string): boolean {
  const tensor = b.constant(name);
  return tensor !== undefined && elementCount(tensor.dims) <= 4096 && toNumbers(tensor).every((value) => value >= 0);
}

/** True when no element of the value can be negative, as far as its producers tell. At most `depth` nodes back. */
export function isNonNegative(b: BackwardContext, name: string, depth = 12): boolean {
  const node = b.producer(name);
  if (!node) return !b.varies(name) && isNonNegativeConstant(b, name);
  if (nowhereNegative.has(node.op)) return true;
  if (node.op === 'Clip') return node.inputs[1] ? isNonNegativeConstant(b, node.inputs[1]) : false;
  if (depth === 0) return false;
  if (joins.has(node.op)) return node.inputs.every((input) => isNonNegative(b, input, depth - 1));
  return keepsSign.has(node.op) && isNonNegative(b, node.inputs[0] as string, depth - 1);
}

/** Indices of the node's inputs that depend on the model's input. */
export function varyingInputs(b: BackwardContext): number[] {
  return b.node.inputs.flatMap((name, index) => (name !== '' && b.varies(name) ? [index] : []));
}

/** True for a constant of one element. */
export function isScalar(b: BackwardContext, name: string): boolean {
  return !b.varies(name) && elementCount(b.dims(name)) === 1;
}

const rearranging = new Set(
  'Reshape Transpose Squeeze Unsqueeze Flatten Expand Slice Identity Dropout Cast'.split(' '),
);

/** True when the value, or what it was rearranged from, was computed by one of these operators. */
export function comesFrom(b: BackwardContext, name: string, operators: ReadonlySet<string>): boolean {
  const node = b.producer(name);
  if (!node) return false;
  if (operators.has(node.op)) return true;
  return rearranging.has(node.op) && comesFrom(b, node.inputs[0] as string, operators);
}

/** True for σ and 1/σ as decomposed normalisations compute them: a root, with constants worked in, perhaps inverted. */
export function isDeviation(b: BackwardContext, name: string): boolean {
  const node = b.producer(name);
  if (!node || !b.varies(name)) return false;
  if (node.op === 'Sqrt' || node.op === 'ReduceL2') return true;
  if (node.op === 'Pow') {
    const exponent = b.constant(node.inputs[1] as string);
    return exponent !== undefined && toNumbers(exponent).every((value) => Math.abs(value) === 0.5);
  }
  const followed = ['Reciprocal', 'Mul', 'Div', 'Add', 'Max', 'Clip'].includes(node.op) || rearranging.has(node.op);
  const varying = node.inputs.filter((input) => input !== '' && b.varies(input));
  return followed && varying.length === 1 && isDeviation(b, varying[0] as string);
}

/** Operators with weights that make a layer of a network. */
const weighted = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum']);

/** True when no other layer with weights lies between the model's input and this node. */
export function isFirstLayer(b: BackwardContext): boolean {
  const seen = new Set<string>();
  const waiting = [...b.node.inputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = seen.has(name) || !b.varies(name) ? undefined : b.producer(name);
    seen.add(name);
    if (!node) continue;
    if (weighted.has(node.op)) return false;
    for (const input of node.inputs) waiting.push(input);
  }
  return true;
}
