/** PyTorch's type promotion: what type operands are computed in. */
import type { CallContext, Operand } from './context';
import { category, type GraphDType, higher } from './dtypes';

/**
 * Numbers and values without axes do not change the type of a value that has axes, but for its category: truth values, integers, floats.
 */
export function commonType(c: CallContext, operands: readonly Operand[]): GraphDType {
  let shaped: GraphDType | undefined;
  let single: GraphDType | undefined;
  let number: GraphDType | undefined;
  for (const operand of operands) {
    if (typeof operand === 'object') {
      const dtype = c.dtype(operand.value);
      if (c.dims(operand.value)?.length === 0) single = single ? higher(single, dtype) : dtype;
      else shaped = shaped ? higher(shaped, dtype) : dtype;
    } else {
      const dtype = typeof operand === 'boolean' ? 'bool' : Number.isInteger(operand) ? 'int64' : 'float32';
      number = number ? higher(number, dtype) : dtype;
    }
  }
  const [first, ...others] = [shaped, single, number].filter((dtype) => dtype !== undefined);
  return others.reduce((type, dtype) => (category(dtype) > category(type) ? dtype : type), first ?? 'float32');
}

/** The operand as a value of that type. */
export function inType(c: CallContext, operand: Operand, dtype: GraphDType): string {
  if (typeof operand === 'object') return c.cast(operand.value, dtype);
  return c.number(Number(operand), dtype);
}

/** The operands in the type that they are computed in, at least in `least`. */
export function promoted(c: CallContext, operands: readonly Operand[], least: GraphDType = 'bool'): string[] {
  const common = commonType(c, operands);
  const dtype = category(least) > category(common) ? least : common;
  return operands.map((operand) => inType(c, operand, dtype));
}
