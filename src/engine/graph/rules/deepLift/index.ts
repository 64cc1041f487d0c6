/** DeepLIFT's rescale rule as a table. */
import { activation } from '../../ops/activation';
import type { BackwardRule } from '../../ops/definition';
import { trigonometry } from '../../ops/trigonometry';
import { standard } from '../standard';
import type { RuleTable } from '../table';
import { normalisation } from './normalisation';
import { atMiddle, bilinear, elementwise, extreme, quotient, type Row, softmax } from './rows';

export interface DeepLiftOptions {
  /** Value → value for the reference input, as {@link withReference} gives it. */
  readonly reference: ReadonlyMap<string, string>;
  /**
   * Differences |x − x'| below this count as none. shap takes 1e-6 and captum 1e-10; the default is shap's, because float32 cannot divide
   * by less without noise.
   */
  readonly threshold?: number;
  /**
   * What a max pooling does: 'difference' shares out Δy, which is the default; 'gradient' lets the gradient through at the cost of the sum,
   * which is what captum does behind a ReLU module.
   */
  readonly maxPool?: 'difference' | 'gradient';
}

const ofOneValue = 'Abs Sqrt Exp Log Reciprocal Sin Cos Pow'.split(' ');
const ofTwoFactors = 'Mul MatMul Gemm Einsum'.split(' ');
const normalising = 'LayerNormalization InstanceNormalization GroupNormalization'.split(' ');

const rows: Readonly<Record<string, Row>> = {
  ...Object.fromEntries(
    [...Object.keys(activation), ...Object.keys(trigonometry), ...ofOneValue].map((op) => [op, elementwise]),
  ),
  ...Object.fromEntries(ofTwoFactors.map((op) => [op, bilinear])),
  ...Object.fromEntries(normalising.map((op) => [op, normalisation])),
  ...Object.fromEntries('MaxPool GlobalMaxPool ReduceMax Max'.split(' ').map((op) => [op, extreme('maximum')])),
  ...Object.fromEntries('ReduceMin Min'.split(' ').map((op) => [op, extreme('minimum')])),
  Div: quotient,
  ReduceSumSquare: atMiddle,
  Softmax: softmax,
};

/**
 * The table of DeepLIFT's rescale rule (Shrikumar, Greenside and Kundaje 2017, arXiv:1704.02685): what {@link differentiate} gives with it
 * are multipliers, and Σ multiplier ⊙ (x − x') over the input is Δlogit. Operators that are linear keep their gradient; those without a
 * row here (LRN, Where on a condition that changes) too, at the cost of that sum.
 */
export function deepLift({ reference, threshold = 1e-6, maxPool = 'difference' }: DeepLiftOptions): RuleTable {
  const withReferences =
    (row: Row, op: string): BackwardRule =>
    (b) => {
      const depends = b.node.inputs.some((name) => reference.has(name));
      if (!depends) return (standard[op] as BackwardRule)(b);
      return row({ ...b, reference: (name) => reference.get(name) ?? name, threshold });
    };
  const keepsGradient = (op: string) => op === 'MaxPool' && maxPool === 'gradient';
  const overridden = Object.entries(rows).filter(([op]) => Object.hasOwn(standard, op) && !keepsGradient(op));
  return { ...standard, ...Object.fromEntries(overridden.map(([op, row]) => [op, withReferences(row, op)])) };
}
