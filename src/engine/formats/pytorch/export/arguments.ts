/** Arguments and results of a program's nodes. */
import { isJsonObject, type Json, own } from '../../kit/json/json';
import type { AtenArgument } from '../aten/call';
import { type ProgramJson, scalarTypeName } from './fields';

/** The value that a name of a nested graph stands for. */
export type Naming = (name: string) => string;

/** What a program may hand to an operator that has no counterpart here: a graph, an object of Python. */
export const foreign = 'something that is no value';

/** An argument of one of the kinds of schema.py. */
export function argumentOf(value: Json | undefined, what: string, json: ProgramJson, naming: Naming): AtenArgument {
  const [kind, held] = json.union(value, what);
  const named = (item: Json | undefined): AtenArgument => ({
    value: naming(json.textField(json.object(item, what), 'name', what)),
  });
  const each = (one: (item: Json) => AtenArgument) => json.list(held, what).map(one);
  const symbolic = (item: Json | undefined): AtenArgument => {
    const [how, size] = json.union(item, what);
    return how === 'as_name' ? { value: naming(json.text(size, what)) } : plain(size, what, json);
  };
  const optional = (item: Json | undefined): AtenArgument => {
    const [how, tensor] = json.union(item, what);
    return how === 'as_none' ? null : named(tensor);
  };
  switch (kind) {
    case 'as_none':
      return null;
    case 'as_tensor':
      return named(held);
    case 'as_tensors':
      return each(named);
    case 'as_optional_tensor':
      return optional(held);
    case 'as_optional_tensors':
      return each(optional);
    case 'as_nested_tensors':
      return each((items) => json.list(items, what).map(named));
    case 'as_sym_int':
    case 'as_sym_float':
    case 'as_sym_bool':
      return symbolic(held);
    case 'as_sym_ints':
    case 'as_sym_floats':
    case 'as_sym_bools':
      return each(symbolic);
    case 'as_scalar_type':
      return scalarTypeName(held);
    case 'as_memory_format':
    case 'as_layout':
    case 'as_device':
      return null;
    case 'as_float':
      return float(held, what, json);
    case 'as_floats':
      return each((item) => float(item, what, json));
    case 'as_int':
    case 'as_bool':
    case 'as_string':
      return plain(held, what, json);
    case 'as_ints':
    case 'as_bools':
    case 'as_strings':
      return each((item) => plain(item, what, json));
    case 'as_int_lists':
    case 'as_float_lists':
      return each((items) => json.list(items, what).map((item) => plain(item, what, json)));
    default:
      return foreign;
  }
}

function plain(value: Json | undefined, what: string, json: ProgramJson): AtenArgument {
  // NaN is null in JSON that was read; where a number is meant, it is one.
  if (value === null) return Number.NaN;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  throw json.damaged(`${what} is no number, truth value or text`);
}

/** JSON has no infinities: they are written as texts. */
const spelt: ReadonlyMap<Json | undefined, number> = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
]);

function float(value: Json | undefined, what: string, json: ProgramJson): AtenArgument {
  return spelt.get(value) ?? plain(value, what, json);
}

/** Names that a node's results, or a graph's inputs and outputs, have; empty for what is no tensor and no size. */
export function namesOf(value: Json | undefined, what: string, json: ProgramJson): readonly string[] {
  const [kind, held] = json.union(value, what);
  const name = (item: Json | undefined): string => {
    if (isJsonObject(item) && isJsonObject(own(item, 'as_tensor'))) return name(own(item, 'as_tensor'));
    if (isJsonObject(item) && typeof own(item, 'name') === 'string') return own(item, 'name') as string;
    if (isJsonObject(item) && typeof own(item, 'as_name') === 'string') return own(item, 'as_name') as string;
    return '';
  };
  switch (kind) {
    case 'as_tensor':
    case 'as_optional_tensor':
    case 'as_sym_int':
    case 'as_sym_float':
    case 'as_sym_bool':
    case 'as_custom_obj':
      return [name(held)];
    case 'as_tensors':
    case 'as_optional_tensors':
    case 'as_sym_ints':
      return json.list(held, what).map(name);
    default:
      return [''];
  }
}
