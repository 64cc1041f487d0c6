/** What operators take: their parameters in order, with the values of those that a call leaves out. */
import { CheckpointError } from '../../../../../shared/errors';
import type { AtenArgument, AtenCall, AtenValue } from '../call';

/**
 * A parameter's kind: T a tensor, i an integer, n a number or truth value, b a truth value, s a text, x anything (it changes nothing here).
 * `?` after it lets it be null, `[]` makes it a list.
 */
interface Parameter {
  readonly name: string;
  readonly kind: string;
  readonly list: boolean;
  readonly optional: boolean;
  readonly usual: AtenArgument | undefined;
}

export type Schema = readonly Parameter[];

/** `input:T weight:T bias:T? stride:i[]=1`: names with their kinds and the values of those that are left out; null where a kind has `?`. */
export function schemaOf(text: string): Schema {
  return text
    .split(' ')
    .filter((each) => each !== '')
    .map((each) => {
      const [, name = '', kind = '', optionalItem, list, optional, usual] =
        /^(\w+):([Tinbsx])(\?)?(\[\])?(\?)?(?:=(.*))?$/.exec(each) ?? [];
      if (name === '') throw new Error(`“${each}” is no parameter.`);
      const isList = list !== undefined;
      const isOptional = optional !== undefined || (!isList && optionalItem !== undefined);
      const value = usual === undefined ? (isOptional ? null : undefined) : (JSON.parse(usual) as AtenArgument);
      return { name, kind, list: isList, optional: isOptional, usual: value };
    });
}

export function isValue(argument: AtenArgument | undefined): argument is AtenValue {
  return typeof argument === 'object' && argument !== null && !Array.isArray(argument);
}

export function isList(argument: AtenArgument | undefined): argument is readonly AtenArgument[] {
  return Array.isArray(argument);
}

function suits({ kind, list, optional }: Parameter, argument: AtenArgument): boolean {
  if (kind === 'x') return true;
  if (argument === null) return optional;
  if (isList(argument)) return list && argument.every((item) => item === null || suitsOne(kind, item));
  // One number stands for a list of it, and so does a list that an earlier call gave.
  return suitsOne(kind, argument) && !(list && kind === 'T' && typeof argument === 'number');
}

function suitsOne(kind: string, argument: AtenArgument): boolean {
  if (isValue(argument)) return kind !== 's' && kind !== 'b';
  switch (kind) {
    case 'T':
      return typeof argument === 'number' || typeof argument === 'boolean';
    case 's':
      return typeof argument === 'string';
    case 'b':
      return typeof argument === 'boolean' || argument === 0 || argument === 1;
    case 'i':
      return typeof argument === 'number' || typeof argument === 'boolean';
    default:
      return typeof argument === 'number' || typeof argument === 'boolean' || typeof argument === 'string';
  }
}

export type Arguments = ReadonlyMap<string, AtenArgument>;

/** The call's arguments by name, with those that it leaves out; null when the call does not fit the schema. */
export function bindArguments(schema: Schema, call: AtenCall): Arguments | null {
  if (call.positional.length > schema.length) return null;
  const names = new Set(schema.map(({ name }) => name));
  for (const name of call.named.keys()) if (!names.has(name)) return null;
  const bound = new Map<string, AtenArgument>();
  for (const [index, parameter] of schema.entries()) {
    const given = call.positional[index] ?? call.named.get(parameter.name);
    const isGiven = index < call.positional.length || call.named.has(parameter.name);
    const argument = isGiven ? (given ?? null) : parameter.usual;
    if (argument === undefined || (isGiven && !suits(parameter, argument))) return null;
    bound.set(parameter.name, argument);
  }
  return bound;
}

/** What a program says that contradicts itself. */
export function damaged(what: string): CheckpointError {
  return new CheckpointError(`The checkpoint is damaged: ${what}.`);
}
