/** What functions are called with: tensors, numbers and lists of them, by place, by name, or as settings of the function. */
import { float32, int64 } from '../../../graph/ir/tensor';
import { typeCode } from '../../../graph/ops/elementTypes';
import { isJsonObject, type Json, own } from '../../kit/json/json';
import { type Argument, plain, TensorReference, tensorsIn } from '../config/model';
import { numbersOf, refuse, whole } from '../config/settings';
import type { LayerCall } from '../network/layerCall';

/** A parameter's value where it is no tensor; undefined where it is not given. */
export function given(c: LayerCall, place: number, ...names: readonly string[]): Json | undefined {
  const argument = c.argument(place, ...names);
  if (argument !== undefined && argument !== null) {
    return tensorsIn(argument).length > 0 ? refuse(`computes its “${names[0]}”`) : plain(argument);
  }
  for (const name of names) {
    const setting = c.settings.get(name);
    if (setting !== undefined) return setting;
  }
  return undefined;
}

export function flag(c: LayerCall, place: number, name: string, usual: boolean, ...others: readonly string[]): boolean {
  const value = given(c, place, name, ...others) ?? usual;
  return typeof value === 'boolean' ? value : refuse(`has no truth value as its “${name}”`);
}

export function numberOf(
  c: LayerCall,
  place: number,
  name: string,
  usual?: number,
  ...others: readonly string[]
): number {
  const value = given(c, place, name, ...others) ?? usual;
  return typeof value === 'number' ? value : refuse(`has no number as its “${name}”`);
}

/** One whole number or several; undefined where none are given. */
export function intsOf(
  c: LayerCall,
  place: number,
  name: string,
  ...others: readonly string[]
): readonly number[] | undefined {
  const value = given(c, place, name, ...others);
  if (value === undefined) return undefined;
  return numbersOf(value, name).map((each) => whole(each, name));
}

export function int(c: LayerCall, place: number, name: string, usual?: number, ...others: readonly string[]): number {
  const [first = usual] = intsOf(c, place, name, ...others) ?? [];
  return first ?? refuse(`has no “${name}”`);
}

/** A parameter as a value of the graph: a tensor, or numbers as a constant. */
export function operand(c: LayerCall, place: number, ...names: readonly string[]): string {
  const argument = c.argument(place, ...names);
  return asValue(c, argument === undefined ? c.settings.get(names[0] as string) : argument, names[0] ?? 'operand');
}

export function asValue(c: LayerCall, argument: Argument | undefined, name: string): string {
  if (argument instanceof TensorReference) return c.site.valueBehind(argument);
  if (argument === undefined || argument === null) return refuse(`lacks its “${name}”`);
  if (typeof argument === 'number') return c.w.scalar(argument);
  if (typeof argument === 'boolean') return c.w.scalar(Number(argument));
  const value = plain(argument);
  if (value === null || value === undefined || tensorsIn(argument).length > 0) return refuse(`computes its “${name}”`);
  const dims = shapeOf(value);
  const numbers = numbersOf(value, name);
  if (dims.reduce((product, length) => product * length, 1) !== numbers.length)
    refuse(`has an uneven list as its “${name}”`);
  return c.w.constant(name, float32(dims, Float32Array.from(numbers)));
}

function shapeOf(value: Json): number[] {
  if (!Array.isArray(value)) return [];
  const list = value as readonly Json[];
  return [list.length, ...(list.length > 0 ? shapeOf(list[0] as Json) : [])];
}

/** Values of a parameter that is a list of tensors. */
export function operands(c: LayerCall, place: number, ...names: readonly string[]): readonly string[] {
  const argument = c.argument(place, ...names);
  if (!Array.isArray(argument))
    return argument === undefined ? refuse(`lacks its “${names[0]}”`) : [asValue(c, argument, 'values')];
  return (argument as readonly Argument[]).map((each) => asValue(c, each, names[0] ?? 'values'));
}

/** A shape as a value of int64: numbers, or a list in which some lengths are computed. */
export function shapeValue(c: LayerCall, place: number, ...names: readonly string[]): string {
  const argument = c.argument(place, ...names) ?? (c.settings.get(names[0] as string) as Argument | undefined);
  const whole_ = (value: string) => c.emit('Cast', [value], { to: typeCode('int64') });
  if (argument instanceof TensorReference) return whole_(c.site.valueBehind(argument));
  if (argument === undefined || argument === null) return refuse(`lacks its “${names[0]}”`);
  const list = Array.isArray(argument) ? (argument as readonly Argument[]) : [argument];
  if (tensorsIn(list).length === 0) {
    return c.w.ints(...list.map((each) => (each === null ? -1 : whole(plain(each), names[0] ?? 'shape'))));
  }
  const parts = list.map((each) => {
    if (!(each instanceof TensorReference)) return c.w.ints(whole(plain(each), 'shape'));
    return c.emit('Reshape', [whole_(c.site.valueBehind(each)), c.w.ints(1)]);
  });
  return c.emit('Concat', parts, { axis: 0 });
}

/** A text of a parameter. */
export function text(c: LayerCall, place: number, name: string, usual: string): string {
  const value = given(c, place, name) ?? usual;
  if (typeof value === 'string') return value;
  if (isJsonObject(value)) {
    const inner = own(value, 'config') ?? own(value, 'name');
    if (typeof inner === 'string') return inner;
  }
  return refuse(`has no text as its “${name}”`);
}

/** Sizes of a value along all axes, for an operator that wants them; int64. */
export function constantInts(c: LayerCall, values: readonly number[]): string {
  return c.w.constant('ints', int64([values.length], values));
}
