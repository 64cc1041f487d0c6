/** Operators that make a tensor from nothing, or like another. */
import { type DType, mostDimensions } from '../../../../graph/ir/tensor';
import { NumberArray, type Work } from '../arrays/numberArray';
import { scalarTypes } from './tables';
import { ListValue, TensorValue, TupleValue, type Value } from './values';

interface Likeness {
  readonly dims: readonly (number | null)[] | null;
  readonly dtype: DType;
}

function dtypeOf(value: Value | undefined): DType | undefined {
  if (typeof value !== 'number') return undefined;
  return [...scalarTypes].find(([, number]) => number === value)?.[0] as DType | undefined;
}

function sizes(value: Value | undefined): number[] | undefined {
  if (typeof value === 'number') return [value];
  const items = value instanceof ListValue || value instanceof TupleValue ? value.items : undefined;
  return items?.every((item) => typeof item === 'number') ? (items as number[]) : undefined;
}

/** Undefined for what depends on sizes that are not known. */
export function madeArray(
  op: string,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
  like: Likeness | null,
  work: Work,
): NumberArray | undefined {
  const given = dtypeOf(named.get('dtype'));
  const filled = (dims: number[] | undefined, value: Value | undefined, dtype: DType) =>
    dims && (typeof value === 'number' || typeof value === 'boolean')
      ? NumberArray.filled(dims, given ?? dtype, Number(value), work)
      : undefined;
  const plain = like?.dims?.every((length) => length !== null) ? (like.dims as number[]) : undefined;
  const second = args[1] ?? named.get('fill_value');
  const dtype = like?.dtype ?? 'float32';
  switch (op) {
    case 'zeros':
    case 'empty':
      return filled(sizes(args[0]), 0, 'float32');
    case 'ones':
      return filled(sizes(args[0]), 1, 'float32');
    case 'full':
      return filled(sizes(args[0]), second, typeof second === 'boolean' ? 'bool' : 'float32');
    case 'zeros_like':
    case 'empty_like':
      return filled(plain && [...plain], 0, dtype);
    case 'ones_like':
      return filled(plain && [...plain], 1, dtype);
    case 'full_like':
      return filled(plain && [...plain], second, dtype);
    case 'new_zeros':
    case 'new_empty':
      return filled(sizes(args[1]), 0, dtype);
    case 'new_ones':
      return filled(sizes(args[1]), 1, dtype);
    case 'new_full':
      return filled(sizes(args[1]), args[2] ?? named.get('fill_value'), dtype);
    case 'arange':
      return range(args, given, work);
    case 'linspace':
      return spaced(args, given, work);
    case 'eye':
      return identity(args, given, work);
    default:
      return literal(args[0], given, work);
  }
}

function range(args: readonly Value[], given: DType | undefined, work: Work): NumberArray | undefined {
  const numbers = args.filter((value) => typeof value === 'number');
  if (numbers.length === 0 || numbers.length > 3 || typeof args[0] !== 'number') return undefined;
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  const count = Math.ceil((end - start) / step);
  if (!(count >= 0)) return undefined;
  const result = NumberArray.filled([count], given ?? (numbers.every(Number.isInteger) ? 'int64' : 'float32'), 0, work);
  result.write(
    Float64Array.from(result.numbers, (_, i) => start + i * step),
    work,
  );
  return result;
}

function spaced([start, end, steps]: readonly Value[], given: DType | undefined, work: Work): NumberArray | undefined {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof steps !== 'number') return undefined;
  const result = NumberArray.filled([steps], given ?? 'float32', 0, work);
  const by = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From both ends to the middle, so that the last is the end itself.
  const at = (i: number) => (i < steps / 2 ? start + i * by : end - (steps - 1 - i) * by);
  result.write(
    Float64Array.from(result.numbers, (_, i) => at(i)),
    work,
  );
  return result;
}

function identity(
  [rows, columns = rows]: readonly Value[],
  given: DType | undefined,
  work: Work,
): NumberArray | undefined {
  if (typeof rows !== 'number' || typeof columns !== 'number') return undefined;
  const result = NumberArray.filled([rows, columns], given ?? 'float32', 0, work);
  for (let i = 0; i < Math.min(rows, columns); i++) result.numbers[i * (columns + 1)] = 1;
  return result;
}

/** Of a number, or of lists of lists of numbers. */
function literal(value: Value | undefined, given: DType | undefined, work: Work): NumberArray | undefined {
  if (value instanceof TensorValue) return value.content instanceof NumberArray ? value.content : undefined;
  const dims: number[] = [];
  let level: readonly Value[] = [value ?? null];
  while (level[0] instanceof ListValue && dims.length < mostDimensions) {
    const lists = level.map((item) => (item instanceof ListValue ? item.items : []));
    const length = lists[0]?.length ?? 0;
    if (lists.some((items) => items.length !== length)) return undefined;
    dims.push(length);
    work.spend(length * lists.length);
    level = lists.flat();
  }
  if (!level.every((item) => typeof item === 'number' || typeof item === 'boolean')) return undefined;
  const guessed = level.every((item) => typeof item === 'boolean')
    ? 'bool'
    : level.every((item) => Number.isInteger(Number(item)))
      ? 'int64'
      : 'float32';
  const result = NumberArray.filled(dims, given ?? (guessed as DType), 0, work);
  result.write(Float64Array.from(level, Number), work);
  return result;
}
