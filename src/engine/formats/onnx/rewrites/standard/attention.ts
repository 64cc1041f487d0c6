/** Attention of opsets 23 and newer, decomposed: several heads, shared keys, masks, caps and caches. */
import type { NodeRecord } from '../../proto/graphProto';
import { Emitter } from '../writing/emitter';
import { floatOf, inputOf, intOf, type Rewrite, type RewriteContext } from '../writing/rewrite';
import { type AttentionValues, attend, joinHeads, splitHeads, visibleWindow } from '../writing/scaledDotProduct';

/** Keys or values [batch, heads, …] with every head repeated for the queries that share it. */
function repeatHeads(e: Emitter, value: string, times: number | string): string {
  if (times === 1) return value;
  const apart = e.emit('Unsqueeze', [value, e.ints(2)]);
  const target =
    typeof times === 'number'
      ? e.ints(1, 1, times, 1, 1)
      : e.emit('Concat', [e.ints(1, 1), times, e.ints(1, 1)], { axis: 0 });
  const repeated = e.emit('Expand', [apart, target]);
  return e.emit('Reshape', [repeated, e.emit('Concat', [e.ints(0, -1), e.lengths(value, 2)], { axis: 0 })]);
}

/** How many heads of queries share one head of keys: a number where the checkpoint tells it, else a value of one element. */
function sharing(node: NodeRecord, e: Emitter, query: string, key: string): number | string {
  const [own, shared] = [intOf(node, 'q_num_heads', 0), intOf(node, 'kv_num_heads', 0)];
  if (own > 0 && shared > 0) return own / shared;
  const [a, b] = [e.c.dims(inputOf(node, 0, e.c))?.[1], e.c.dims(inputOf(node, 1, e.c))?.[1]];
  if (a && b) return a / b;
  return e.emit('Div', [e.lengths(query, 1, 2), e.lengths(key, 1, 2)]);
}

function isBool(c: RewriteContext, value: string): boolean {
  return (c.dtype(value) ?? c.unsupported('has a mask whose element type the checkpoint does not tell')) === 'bool';
}

const has = (node: NodeRecord, index: number) => (node.inputs[index] ?? '') !== '';

/** Operands are flat, [batch, positions, heads · size], where the node tells how many heads they have. */
const isFlat = (node: NodeRecord) => intOf(node, 'q_num_heads', 0) > 0;

/** Queries, keys and values [batch, heads, positions, size], keys and values behind those of the cache. */
function operandsOf(e: Emitter, node: NodeRecord): readonly [query: string, key: string, value: string] {
  const operand = (index: number, heads: string) => {
    const value = inputOf(node, index, e.c);
    return isFlat(node) ? splitHeads(e, value, intOf(node, heads, 1)) : value;
  };
  const present = (index: number) => {
    const own = operand(index, 'kv_num_heads');
    return has(node, 4) ? e.emit('Concat', [inputOf(node, 3 + index, e.c), own], { axis: 2 }) : own;
  };
  return [operand(0, 'q_num_heads'), present(1), present(2)];
}

/** True where a query may see a key: by a mask of truths, and by a window around its own place. Undefined where it may see all. */
function visibleKeys(e: Emitter, node: NodeRecord, query: string, key: string, truths: string): string | undefined {
  const bound = (name: string) => {
    const size = intOf(node, name, -1);
    return size < 0 ? undefined : size;
  };
  const right = intOf(node, 'is_causal', 0) === 1 ? 0 : bound('right_window_size');
  const left = bound('left_window_size');
  if (left === undefined && right === undefined) return truths || undefined;
  const offset = has(node, 4) ? { offset: e.length(inputOf(node, 4, e.c), 2) } : {};
  const window = visibleWindow(e, query, key, { left, right, ...offset });
  return truths === '' ? window : e.emit('And', [truths, window]);
}

const attention: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  if (has(node, 6)) c.unsupported('takes the lengths of padded keys (nonpad_kv_seqlen)');
  const [query, ...present] = operandsOf(e, node);
  const times = sharing(node, e, query, present[0]);
  const [key, value] = present.map((each) => repeatHeads(e, each, times)) as [string, string];
  const mask = node.inputs[3] ?? '';
  const truths = mask !== '' && isBool(c, mask);
  const visible = visibleKeys(e, node, query, key, truths ? mask : '');
  const biases = mask === '' || truths ? [] : [mask];
  const [scale, softcap] = [floatOf(node, 'scale'), floatOf(node, 'softcap') ?? 0];
  const stages = attend(e, { query, key, value, scale, biases, visible, softcap });
  present.forEach((each, index) => {
    if (e.used(1 + index)) e.give(1 + index, 'Identity', [each]);
  });
  if (e.used(3)) e.give(3, 'Identity', [scoresOf(stages, intOf(node, 'qk_matmul_output_mode', 0), c)]);
  return isFlat(node) ? e.give(0, 'Reshape', joinHeads(e, stages.result)) : e.give(0, 'Identity', [stages.result]);
};

/** The stage that `qk_matmul_output_mode` asks for. */
function scoresOf({ raw, capped, biased, probabilities }: AttentionValues, mode: number, c: RewriteContext): string {
  return [raw, capped, biased, probabilities][mode] ?? c.fail(`has the qk_matmul_output_mode ${mode}`);
}

export const attentions: Readonly<Record<string, Rewrite>> = { Attention: attention };
