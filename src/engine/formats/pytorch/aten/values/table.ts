/** The operators that are read, by name and overload. */
import type { AtenCall } from '../call';
import type { CallContext } from './context';
import { type Arguments, bindArguments, type Schema, schemaOf } from './schema';

/** Writes one call as nodes. */
export type Rule = (c: CallContext) => void;

/**
 * By operator: its schema and its rule. A key is a name (`relu`), or a name with those of its overloads that the schema is for
 * (`max.dim`, `div.Tensor_mode|Scalar_mode`); a name may have several keys, of which the first that fits a call is taken where the call
 * does not say its overload.
 */
export type Family = Readonly<Record<string, readonly [schema: string, rule: Rule]>>;

export interface Operator {
  /** The key in its family. */
  readonly key: string;
  readonly overloads: readonly string[];
  readonly schema: Schema;
  readonly text: string;
  readonly rule: Rule;
}

export type OperatorTable = ReadonlyMap<string, readonly Operator[]>;

export function operatorTable(families: readonly Family[]): OperatorTable {
  const table = new Map<string, Operator[]>();
  for (const family of families) {
    for (const [key, [text, rule]] of Object.entries(family)) {
      // Python's own functions (`operator.add`, `math.ceil`) have no overloads.
      const dot = /^(operator|math)\./.test(key) ? -1 : key.indexOf('.');
      const name = dot < 0 ? key : key.slice(0, dot);
      const overloads = dot < 0 ? [] : key.slice(dot + 1).split('|');
      const list = table.get(name) ?? [];
      list.push({ key, overloads, schema: schemaOf(text), text, rule });
      table.set(name, list);
    }
  }
  return table;
}

export interface Match {
  readonly operator: Operator;
  readonly bound: Arguments;
}

/**
 * The operator that a call names, and its arguments by name. Forms that work in place (`relu_`) are the operator itself: values are never
 * changed here.
 *
 * @returns null when there is no such operator; 'misfit' when there is, but it takes other arguments.
 */
export function findOperator(table: OperatorTable, call: AtenCall): Match | 'misfit' | null {
  const plain = call.op.endsWith('_') && !table.has(call.op) ? call.op.slice(0, -1) : call.op;
  const candidates = table.get(plain);
  if (!candidates) return null;
  const named = candidates.filter(({ overloads }) => overloads.includes(call.overload));
  for (const operator of new Set([...named, ...candidates])) {
    const bound = bindArguments(operator.schema, call);
    if (bound) return { operator, bound };
  }
  return 'misfit';
}
