/** Calls of what the language and PyTorch give: `int`, `range`, `torch.add`, `ops.prim.NumToTensor`. */
import { type Place, refused } from './failure';
import type { Machine } from './machine';
import { scalars } from './scalars';
import { shown } from './scalarValues';
import { ofSizes } from './sizes';
import { scalarTypes } from './tables';
import {
  DictValue,
  ListValue,
  ObjectValue,
  SizeValue,
  TensorValue,
  TupleValue,
  UnknownValue,
  type Value,
} from './values';

type Builtin = (interpreter: Machine, args: readonly Value[], at: Place) => Value | undefined;

/** Loops of networks go over layers, windows and steps. */
const longestRange = 1_000_000;

const conversions: Readonly<Record<string, string>> = { int: 'Int', float: 'Float', bool: 'Bool' };

const ofLanguage: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [
    'getattr',
    (interpreter, [object, name], at) => {
      if (!(object instanceof ObjectValue) || typeof name !== 'string') return undefined;
      return interpreter.attribute(object, name, at);
    },
  ],
  [
    'hasattr',
    ({ context }, [object, name]) => {
      if (!(object instanceof ObjectValue) || typeof name !== 'string') return undefined;
      return (
        context.attribute(object, name) !== undefined ||
        context.program.findClass(object.type)?.values.has(name) === true
      );
    },
  ],
  [
    'range',
    (interpreter, args, at) => {
      const unknown = args.find((value) => value instanceof SizeValue || value instanceof UnknownValue);
      if (unknown) throw interpreter.undecided(new UnknownValue('the size of the image'), at);
      if (!args.every((value) => typeof value === 'number')) return undefined;
      const [start, end, step] = args.length === 1 ? [0, args[0]!, 1] : [args[0]!, args[1]!, args[2] ?? 1];
      const count = Math.max(0, Math.ceil((end - start) / step));
      if (!(count <= longestRange))
        throw refused(at, `it repeats something ${count} times, more than any network does`);
      return new ListValue(Array.from({ length: count }, (_, i) => start + i * step));
    },
  ],
  ['print', () => null],
]);

const ofTensors: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [
    'size',
    ({ context: { tensors } }, [tensor, axis], at) => {
      if (!(tensor instanceof TensorValue)) return undefined;
      if (typeof axis === 'number') return tensors.length(tensor, axis, at);
      const dims = tensors.dims(tensor, at);
      if (!dims) return new UnknownValue('the number of axes of a tensor');
      return new ListValue(dims.map((_, i) => tensors.length(tensor, i, at)));
    },
  ],
  [
    'dim',
    ({ context: { tensors } }, [tensor], at) => {
      if (!(tensor instanceof TensorValue)) return undefined;
      return tensors.dims(tensor, at)?.length ?? new UnknownValue('the number of axes of a tensor');
    },
  ],
  [
    'len',
    ({ context: { tensors } }, [tensor], at) =>
      tensor instanceof TensorValue ? tensors.length(tensor, 0, at) : undefined,
  ],
  [
    'numel',
    ({ context: { tensors } }, [tensor], at) => {
      const dims = tensor instanceof TensorValue ? tensors.dims(tensor, at) : undefined;
      if (!dims?.every((length) => length !== null)) return undefined;
      return (dims as number[]).reduce((product, length) => product * length, 1);
    },
  ],
  [
    'dtype',
    ({ context: { tensors } }, [tensor], at) =>
      tensor instanceof TensorValue ? (scalarTypes.get(tensors.dtype(tensor, at)) ?? 6) : undefined,
  ],
  [
    'is_floating_point',
    ({ context: { tensors } }, [tensor], at) =>
      tensor instanceof TensorValue ? tensors.dtype(tensor, at).includes('float') : undefined,
  ],
  ['is_complex', () => false],
  ['equal', () => new UnknownValue('the contents of the image')],
  ['allclose', () => new UnknownValue('the contents of the image')],
  ['is_contiguous', () => true],
  ['layout', () => 0],
]);

/** One number of a tensor, where a plain number is wanted. */
const readsNumber: ReadonlySet<string> = new Set([
  'Int',
  'Float',
  'Bool',
  'item',
  'IntImplicit',
  'FloatImplicit',
  'ScalarImplicit',
  'is_nonzero',
]);

/** Operators that are written for one machine or in another library; what they compute is not in PyTorch's own operators. */
function foreign(space: string, op: string): string | null {
  if (space.startsWith('mkldnn') || op.startsWith('mkldnn_') || op === 'to_mkldnn' || op === 'MKLDNNGroup') {
    return `it uses ${space}.${op}: the network was optimised for one machine (torch.jit.optimize_for_inference); save it without that`;
  }
  if (space.startsWith('quantized') || op.startsWith('quantize_per') || op === 'dequantize') {
    return `it uses ${space}.${op}: the network is quantised; export it before quantising it`;
  }
  return space === 'prepacked' || space === 'vulkan_prepack' || space === 'metal_prepack'
    ? `it uses ${space}.${op}: the network was optimised for one kind of machine; save it without that`
    : null;
}

const spaces: ReadonlySet<string> = new Set(['torch', 'ops.aten', 'ops.prim', 'ops.prims']);

/**
 * @param path of the function: `torch.add`, `ops.prim.device`, or a plain name.
 * @throws CheckpointError with file and line for what is not known here.
 */
export function callNamed(
  interpreter: Machine,
  path: string,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
  at: Place,
  prefix: string,
): Value {
  const dot = path.lastIndexOf('.');
  const [space, name] = dot < 0 ? ['', path] : [path.slice(0, dot), path.slice(dot + 1)];
  const problem = foreign(space.replace(/^ops\./, ''), name);
  if (problem) throw refused(at, problem);
  if (dot > 0 && !spaces.has(space))
    return interpreter.context.tensors.call(path.replace(/^ops\./, ''), given, named, at, prefix);
  const op = dot < 0 ? (conversions[name] ?? name) : name;
  const language = dot < 0 ? ofLanguage.get(op)?.(interpreter, given, at) : undefined;
  if (language !== undefined) return language;
  return operator(interpreter, op, given, named, at, prefix);
}

function operator(
  interpreter: Machine,
  op: string,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
  at: Place,
  prefix: string,
): Value {
  if (op === 'RaiseException') throw refused(at, `it ends with “${shown(given[0])}”`);
  if (op === '_assert') return asserted(interpreter, given[0] as Value, at);
  const { context } = interpreter;
  if (readsNumber.has(op) && given[0] instanceof TensorValue) {
    const number = context.tensors.number(given[0], at);
    return op === 'Int' && typeof number === 'number'
      ? Math.trunc(number)
      : op === 'Bool'
        ? interpreter.truth(number, at)
        : number;
  }
  const args = scalarsOnly(given) ? given.map((value) => interpreter.plain(value)) : given;
  if (!hasTensor(args) || keepsTensors.has(op)) {
    const scalar = scalars.get(op)?.(args, named);
    if (scalar !== undefined) return scalar;
    if (args.some((value) => value instanceof UnknownValue))
      return args.find((value) => value instanceof UnknownValue) as Value;
    if (hasSize(args)) {
      const size = ofSizes(op, args, named, context.emitter, prefix);
      if (size !== undefined) return size;
    }
  }
  const known = ofTensors.get(op)?.(interpreter, given, at);
  if (known !== undefined) return known;
  const [first] = args;
  const plain = typeof first === 'string' || first instanceof DictValue || (first !== undefined && isList(first));
  if (plain && scalars.has(op)) throw refused(at, `“${op}” of such a list, text or dictionary is not read`);
  return context.tensors.call(op, given, named, at, prefix);
}

/** Operators on lists and optional values, whatever these hold. */
const keepsTensors: ReadonlySet<string> = new Set([
  ...['append', 'extend', 'insert', 'pop', 'clear', 'reverse', 'copy', 'list', 'len', '_set_item', 'slice', 'add'],
  ...[
    '__is__',
    '__isnot__',
    'keys',
    'values',
    'items',
    'get',
    'update',
    'dict',
    '__contains__',
    'unchecked_unwrap_optional',
  ],
  ...[
    'device',
    'is_cuda',
    'is_mkldnn',
    'is_quantized',
    'is_sparse',
    'is_nested',
    'requires_grad',
    'warn',
    'Print',
    'has_torch_function',
  ],
]);

function asserted(interpreter: Machine, condition: Value, at: Place): Value {
  const known = interpreter.truth(condition, at);
  if (known instanceof UnknownValue) interpreter.assume(known, at);
  else if (!known) throw refused(at, 'an assertion in it does not hold');
  return null;
}

/** True when the tensors among the values, if any, are constants of one number. */
function scalarsOnly(values: readonly Value[]): boolean {
  return values.every((value) => !(value instanceof TensorValue) || isNumber(value));
}

function isNumber({ content }: TensorValue): boolean {
  return content !== null && 'numbers' in content && content.dims.length === 0;
}

function hasTensor(values: readonly Value[]): boolean {
  return values.some(
    (value) =>
      value instanceof TensorValue || (isList(value) && value.items.some((item) => item instanceof TensorValue)),
  );
}

function hasSize(values: readonly Value[]): boolean {
  return values.some(
    (value) => value instanceof SizeValue || (isList(value) && value.items.some((item) => item instanceof SizeValue)),
  );
}

const isList = (value: Value): value is ListValue | TupleValue =>
  value instanceof ListValue || value instanceof TupleValue;

/** `d[k] = v` and `x[i] = v`. */
export function setItem(interpreter: Machine, of: Value, index: Value, value: Value, at: Place): void {
  if (of instanceof DictValue || of instanceof ListValue) {
    const done = scalars.get('_set_item')?.([of, index, value], new Map());
    if (done !== undefined) return;
  }
  if (of instanceof TensorValue && typeof index === 'number') {
    const row = interpreter.context.tensors.call('select', [of, 0, index], new Map(), at, '');
    interpreter.context.tensors.call('copy_', [row, value], new Map(), at, '');
    return;
  }
  throw refused(at, 'it sets an item of something that has none');
}
