/** onnxruntime's attention operators: packed or separate queries, keys and values, masks and biases of several shapes. */
import type { NodeRecord } from '../../proto/graphProto';
import { Emitter } from '../writing/emitter';
import { floatOf, inputOf, intOf, type Rewrite, type RewriteContext } from '../writing/rewrite';
import { attend, joinHeads, maskBias, splitHeads, visibleWindow } from '../writing/scaledDotProduct';

/** Inputs and outputs at these places are caches of text models, or lengths of padded sequences. */
function withoutCaches(node: NodeRecord, e: Emitter, inputs: readonly number[], outputs: readonly number[]): void {
  if (inputs.some((index) => node.inputs[index])) e.c.unsupported('reads a cache of earlier keys');
  if (outputs.some((index) => e.used(index))) e.c.unsupported('gives a cache of keys that other nodes read');
}

/** Numbers that are 0 where a key is hidden, as a bias: [N, keys] or [N, queries, keys]. */
function paddingBias(e: Emitter, mask: string, node: NodeRecord, c: RewriteContext): string {
  const rank = c.dims(mask)?.length ?? c.unsupported('has a mask whose rank the checkpoint does not tell');
  if (rank !== 2 && rank !== 3) return c.unsupported(`has a mask of ${rank} dimensions`);
  const seen = e.emit('Cast', [mask], { to: 9 });
  const bias = maskBias(e, seen, floatOf(node, 'mask_filter_value') ?? -10000);
  return e.emit('Unsqueeze', [bias, rank === 2 ? e.ints(1, 2) : e.ints(1)]);
}

interface Operands {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly mask: string;
  readonly bias: string;
}

function finish(e: Emitter, node: NodeRecord, o: Operands, c: RewriteContext) {
  const biases = o.bias === '' ? [] : [o.bias];
  if (o.mask !== '') biases.push(paddingBias(e, o.mask, node, c));
  const scale = floatOf(node, 'scale') || undefined;
  const causal = intOf(node, 'unidirectional', 0) === 1;
  const visible = causal ? visibleWindow(e, o.query, o.key, { right: 0 }) : undefined;
  const { result } = attend(e, { query: o.query, key: o.key, value: o.value, scale, biases, visible });
  return e.give(0, 'Reshape', joinHeads(e, result));
}

/** One product gives queries, keys and values of all heads, side by side. */
export function packedAttention(
  e: Emitter,
  node: NodeRecord,
  projected: string,
  more: Pick<Operands, 'mask' | 'bias'>,
) {
  const { c } = e;
  const heads = intOf(node, 'num_heads', 0);
  if (heads < 1) c.fail('lacks num_heads');
  if (intOf(node, 'do_rotary', 0) === 1) c.unsupported('turns its keys (do_rotary)');
  const sizes = node.attributes.get('qkv_hidden_sizes');
  const parts =
    sizes?.kind === 'ints'
      ? e.emitMany('Split', [projected, e.ints(...sizes.value.map(Number))], 3, { axis: -1 })
      : e.emitMany('Split', [projected], 3, { axis: -1, num_outputs: 3 });
  const [query, key, value] = parts.map((part) => splitHeads(e, part, heads)) as [string, string, string];
  return finish(e, node, { query, key, value, ...more }, c);
}

const attention: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  withoutCaches(node, e, [4, 6], [1]);
  const product = e.emit('MatMul', [inputOf(node, 0, c), inputOf(node, 1, c)]);
  const projected = node.inputs[2] ? e.add(product, node.inputs[2]) : product;
  return packedAttention(e, node, projected, { mask: node.inputs[3] ?? '', bias: node.inputs[5] ?? '' });
};

/** A constant or computed vector cut into the biases of queries, keys and values. */
function biasesOf(e: Emitter, bias: string, hidden: readonly [string, string, string] | null): readonly string[] {
  if (bias === '') return ['', '', ''];
  if (!hidden) return e.emitMany('Split', [bias], 3, { axis: 0, num_outputs: 3 });
  const sizes = e.emit(
    'Concat',
    hidden.map((value) => e.lengths(value, -1)),
    { axis: 0 },
  );
  return e.emitMany('Split', [bias, sizes], 3, { axis: 0 });
}

/** The parts of [N, positions, heads, parts, size], each as [N, heads, positions, size]. */
function unpacked(e: Emitter, packed: string, count: number): string[] {
  return e.emitMany('Split', [packed], count, { axis: 3, num_outputs: count }).map((part) => {
    const alone = e.emit('Squeeze', [part, e.ints(3)]);
    return e.emit('Transpose', [alone], { perm: [0, 2, 1, 3] });
  });
}

type Triple = readonly [query: string, key: string, value: string];

const plus = (e: Emitter, value: string, bias: string) => (bias === '' ? value : e.add(value, bias));

/** Queries, keys and values packed into one input [N, positions, heads, 3, size]. */
function packedTogether(e: Emitter, packed: string, bias: string, heads: number): Triple {
  const biases = biasesOf(e, bias, null).map((each) => each && e.emit('Reshape', [each, e.ints(1, heads, 1, -1)]));
  return unpacked(e, packed, 3).map((each, index) => plus(e, each, biases[index] ?? '')) as unknown as Triple;
}

/** All three apart, or keys and values head by head (cross attention), where a bias belongs to the queries. */
function apart(e: Emitter, [query, key, value]: Triple, bias: string, heads: number): Triple {
  const rank = e.c.dims(key)?.length ?? e.c.unsupported('reads a value whose rank the checkpoint does not tell');
  if (rank === 4) return [splitHeads(e, plus(e, query, biasesOf(e, bias, null)[0] as string), heads), key, value];
  const given = [query, key, value] as const;
  const biases = biasesOf(e, bias, given);
  return given.map((each, index) => splitHeads(e, plus(e, each, biases[index] ?? ''), heads)) as unknown as Triple;
}

/** Queries, and keys and values packed into one input [N, positions, heads, 2, size]. */
function packedKeys(e: Emitter, query: string, packed: string, bias: string, heads: number): Triple {
  if (bias !== '') e.c.unsupported('adds a bias to packed keys and values');
  const [key, value] = unpacked(e, packed, 2) as [string, string];
  return [splitHeads(e, query, heads), key, value];
}

const multiHead: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  withoutCaches(node, e, [6, 7, 8, 9], [1, 2]);
  const heads = intOf(node, 'num_heads', 0);
  if (heads < 1) c.fail('lacks num_heads');
  const [first, second = '', third = '', bias = '', mask = '', scores = ''] = node.inputs as [string, ...string[]];
  const together = () => packedTogether(e, first, bias, heads);
  const packed = () => (second === '' ? together() : packedKeys(e, first, second, bias, heads));
  const [query, key, value] = third === '' ? packed() : apart(e, [first, second, third], bias, heads);
  return finish(e, node, { query, key, value, mask, bias: scores }, c);
};

export const fusedAttention: Readonly<Record<string, Rewrite>> = {
  Attention: attention,
  MultiHeadAttention: multiHead,
};
