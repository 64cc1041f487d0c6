/** Calls of aten operators with PyTorch's results (scripts/makeAtenCases.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayOver, type NumericDType } from '../../src/engine/formats/kit/tensors/elements';
import { asFloat32 } from '../../src/engine/formats/kit/tensors/floats';
import type { AtenArgument, AtenCall, AtenProgram } from '../../src/engine/formats/pytorch/aten';
import type { DType, Tensor } from '../../src/engine/graph/ir/tensor';

export interface StoredTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** base64. */
  readonly data: string;
}

export interface OperatorCase {
  readonly op: string;
  readonly overload: string;
  readonly positional: readonly AtenArgument[];
  readonly named?: Readonly<Record<string, AtenArgument>>;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Those of the tensors that the network is given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly (StoredTensor | null)[];
  readonly gradients?: Readonly<Record<string, StoredTensor>>;
}

export function readAtenCases(): readonly OperatorCase[] {
  const path = join(import.meta.dirname, '../data/pytorch/operators.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: OperatorCase[] }).cases;
}

export function tensorOf({ dtype, dims, data }: StoredTensor): Tensor {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return asFloat32({ dtype, dims, data: arrayOver(dtype as NumericDType, bytes.buffer) });
}

export function callOf({ op, overload, positional, named = {}, outputs }: OperatorCase): AtenCall {
  const names = outputs.map((output, index) => (output === null ? '' : `y${index}`));
  return { op, overload, positional, named: new Map(Object.entries(named)), outputs: names };
}

/** @param open leaves the lengths of the inputs' axes for later. */
export function programOf(each: OperatorCase, open: boolean): AtenProgram {
  const call = callOf(each);
  const constants = new Map<string, Tensor>();
  const inputs = each.inputs.map((name) => {
    const { dtype, dims } = each.tensors[name] as StoredTensor;
    return { name, dtype, dims: open ? dims.map(() => null) : dims };
  });
  for (const [name, tensor] of Object.entries(each.tensors)) {
    if (!each.inputs.includes(name)) constants.set(name, tensorOf(tensor));
  }
  return { calls: [call], constants, inputs, outputs: call.outputs.filter((output) => output !== '') };
}
