/** Attention of opsets 23 and newer, written out: several heads, shared keys, masks, caps and caches. */

import type { NodeRecord } from '../graphProto';
import { Emitter } from './emitter';
import { floatOf, inputOf, intOf, type Rewrite, type RewriteContext } from './rewrite';
import { type AttentionValues, attend, joinHeads, splitHeads, visibleWindow } from './scaledDotProduct';

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
  return (c.dtype(value) ?? c.refuse('has a mask whose element type the checkpoint does not tell')) === 'bool';
}

const attention: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const has = (index: number) => (node.inputs[index] ?? '') !== '';
  if (has(6)) c.refuse('takes the lengths of padded keys (nonpad_kv_seqlen)');
  const inputs = [0, 1, 2].map((index) => inputOf(node, index, c)) as [string, string, string];
  const flat = intOf(node, 'q_num_heads', 0) > 0;
  const kvHeads = intOf(node, 'kv_num_heads', 1);
  const query = flat ? splitHeads(e, inputs[0], intOf(node, 'q_num_heads', 1)) : inputs[0];
  const own = inputs.slice(1).map((value) => (flat ? splitHeads(e, value, kvHeads) : value));
  const present = own.map((value, index) =>
    has(4) ? e.emit('Concat', [inputOf(node, 4 + index, c), value], { axis: 2 }) : value,
  );
  const times = sharing(node, e, query, present[0] as string);
  const [key, value] = present.map((each) => repeatHeads(e, each, times)) as [string, string];

  const mask = node.inputs[3] ?? '';
  const truths = mask !== '' && isBool(c, mask);
  const biases = mask === '' || truths ? [] : [mask];
  const visible = truths ? [mask] : [];
  const bound = (name: string) => {
    const size = intOf(node, name, -1);
    return size < 0 ? undefined : size;
  };
  const right = intOf(node, 'is_causal', 0) === 1 ? 0 : bound('right_window_size');
  const left = bound('left_window_size');
  if (left !== undefined || right !== undefined) {
    const offset = has(4) ? { offset: e.length(inputOf(node, 4, c), 2) } : {};
    visible.push(visibleWindow(e, query, key, { left, right, ...offset }));
  }
  const stages = attend(e, {
    query,
    key,
    value,
    scale: floatOf(node, 'scale'),
    biases,
    visible: visible.length === 0 ? undefined : visible.reduce((a, b) => e.emit('And', [a, b])),
    softcap: floatOf(node, 'softcap') ?? 0,
  });
  present.forEach((each, index) => {
    if (e.used(1 + index)) e.give(1 + index, 'Identity', [each]);
  });
  if (e.used(3)) e.give(3, 'Identity', [scoresOf(stages, intOf(node, 'qk_matmul_output_mode', 0), c)]);
  return flat ? e.give(0, 'Reshape', joinHeads(e, stages.result)) : e.give(0, 'Identity', [stages.result]);
};

/** The stage that `qk_matmul_output_mode` asks for. */
function scoresOf({ raw, capped, biased, probabilities }: AttentionValues, mode: number, c: RewriteContext): string {
  return [raw, capped, biased, probabilities][mode] ?? c.fail(`has the qk_matmul_output_mode ${mode}`);
}

export const attentions: Readonly<Record<string, Rewrite>> = { Attention: attention };
