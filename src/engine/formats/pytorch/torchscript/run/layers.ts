import type { Emitter, Ssa } from './emitter';
import { DictValue, ListValue, TensorValue, TupleValue, type Value } from './values';

const mostResults = 100;

/** Tensors in what a call gives, in their order. */
export function tensorsIn(value: Value, found: TensorValue[] = []): TensorValue[] {
  if (found.length >= mostResults) return found;
  if (value instanceof TensorValue) found.push(value);
  else if (value instanceof ListValue || value instanceof TupleValue)
    for (const item of value.items) tensorsIn(item, found);
  else if (value instanceof DictValue) for (const item of value.entries.values()) tensorsIn(item, found);
  return found;
}

/**
 * Results of a module's `forward` are called as it is. What a module within it gave keeps that one's name and gets this one beside it; what
 * comes from before the call is no result of it.
 *
 * @param type the module's class.
 * @param since number of calls when the module began.
 */
export function nameResults(value: Value, path: string, type: string, since: number, emitter: Emitter): void {
  const named = new Set<Ssa>();
  for (const tensor of tensorsIn(value)) {
    const { content } = tensor;
    if (!content || !('name' in content) || content.index < since || content.constant || named.has(content)) continue;
    let result = content;
    if (content.name !== null) {
      const call = { op: 'alias', overload: '', positional: [content], named: new Map(), shownAs: type };
      [result] = emitter.emit(call, 1, path) as [Ssa];
      tensor.rename(result);
    }
    result.name = emitter.fresh(path);
    named.add(result);
  }
}

/** Results of the whole network that are no layer's: by the names that it gives them, else as its output. */
export function nameOutputs(value: Value, emitter: Emitter): void {
  const name = (item: Value, given: string) => {
    for (const { content } of tensorsIn(item)) {
      if (content && 'name' in content) content.name ??= emitter.fresh(given);
    }
  };
  if (value instanceof DictValue) for (const [key, item] of value.entries) name(item, String(key));
  else if (value instanceof TupleValue)
    for (const [i, item] of value.items.entries()) name(item, value.fields[i] ?? 'output');
  else name(value, 'output');
}
