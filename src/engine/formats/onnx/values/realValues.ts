/**
 * Quantised values that can be carried as the real numbers they stand for. Gradients do not flow through integers: where every consumer of a
 * quantised value takes it back to real numbers, sooner or later, the value is dequantised at once and stays real.
 */
import type { NodeRecord } from '../proto/graphProto';

/** Operators that only move elements or pick among them, by whose first input the quantisation is passed on. */
const passing: ReadonlySet<string> = new Set(
  'Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Gather Split Expand Tile DepthToSpace SpaceToDepth MaxPool NhwcMaxPool'.split(
    ' ',
  ),
);

/** Inputs that take quantised data. */
const dataInputs: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    DequantizeLinear: [0],
    QLinearConv: [0],
    QLinearMatMul: [0, 3],
    QLinearAdd: [0, 3],
    QLinearMul: [0, 3],
    QLinearSigmoid: [0],
    QLinearLeakyRelu: [0],
    QLinearAveragePool: [0],
    QLinearGlobalAveragePool: [0],
    QLinearReduceMean: [0],
    QLinearSoftmax: [0],
    QLinearWhere: [1, 4],
    QGemm: [0, 3],
    QAttention: [0],
    MatMulInteger: [0],
    ConvInteger: [0],
    MatMulIntegerToFloat: [0],
  }),
);

export function passesQuantised(node: NodeRecord, index: number): boolean {
  return index === 0 && passing.has(node.op);
}

function takesQuantised(node: NodeRecord, index: number): boolean {
  if (node.op === 'QLinearConcat') return index >= 2 && (index - 2) % 3 === 0;
  return dataInputs.get(node.op)?.includes(index) ?? false;
}

/** The values, quantised or not, whose consumers would all take real numbers in place of quantised ones. */
export function mayBeReal(ordered: readonly NodeRecord[], outputs: readonly string[]): ReadonlySet<string> {
  const not = new Set(outputs);
  for (let at = ordered.length - 1; at >= 0; at--) {
    const node = ordered[at] as NodeRecord;
    const through = node.outputs.every((output) => !not.has(output));
    node.inputs.forEach((input, index) => {
      if (takesQuantised(node, index) || (through && passesQuantised(node, index))) return;
      not.add(input);
    });
  }
  return new Set(ordered.flatMap((node) => node.outputs).filter((output) => output !== '' && !not.has(output)));
}

/**
 * The values that are multiplied before anything else becomes of them, so that the unit they count in may be moved to the factor. Casts and
 * moves of their elements may lie in between.
 */
export function onlyScaled(ordered: readonly NodeRecord[], outputs: readonly string[]): ReadonlySet<string> {
  const not = new Set(outputs);
  for (let at = ordered.length - 1; at >= 0; at--) {
    const node = ordered[at] as NodeRecord;
    const through = node.outputs.every((output) => !not.has(output));
    node.inputs.forEach((input, index) => {
      const scaled = node.op === 'Mul' || (node.op === 'Div' && index === 0);
      const handedOn = through && (passesQuantised(node, index) || (node.op === 'Cast' && index === 0));
      if (!scaled && !handedOn) not.add(input);
    });
  }
  return new Set(ordered.flatMap((node) => node.outputs).filter((output) => output !== '' && !not.has(output)));
}

/** How a real value was quantised: names of scalar constants. */
export interface Quantisation {
  readonly scale: string;
  readonly zeroPoint: string;
}
