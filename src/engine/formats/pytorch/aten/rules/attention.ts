/** Attention (arXiv:1706.03762) and the fused forms in which PyTorch traces it. */
import { transposed } from '../../../kit/tensors/derivedTensor';
import type { CallContext } from '../values/context';
import type { Family } from '../values/table';

interface Scores {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** 1/√size when left out. */
  readonly scale?: number | undefined;
  /** Added to the scores, or true where a query may see a key. */
  readonly mask?: string | undefined;
  /** A query sees the keys up to its own place. */
  readonly causal?: boolean;
}

/** Finite, so that no row is without a largest score. */
const hidden = -3.4e38;

/** softmax(scale · q·kᵀ + mask)·v on […, positions, size]. Gives the result and the probabilities. */
function attend(c: CallContext, { query, key, value, scale, mask, causal }: Scores, output?: string): [string, string] {
  const rank = c.rank(query);
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm.push(...perm.splice(rank - 2, 2).reverse());
  const scores = c.emit('MatMul', [scaled(c, query, scale), c.transpose(key, perm)]);
  let biased = scores;
  let seen: string | undefined;
  if (causal) seen = visibleBefore(c, query, key);
  else if (mask !== undefined && c.dtype(mask) === 'bool') seen = mask;
  else if (mask !== undefined) biased = c.emit('Add', [scores, c.cast(mask, 'float32')]);
  if (seen !== undefined) biased = c.emit('Where', [seen, biased, c.scalar(hidden)]);
  // What attention looks at is worth seeing: the probabilities are a layer.
  const probabilities = c.show('attention_probabilities', 'Softmax', [biased], 'Softmax', { axis: -1 });
  // A row of which nothing is seen gives zeros.
  const weights =
    seen === undefined || causal ? probabilities : c.emit('Mul', [probabilities, c.cast(seen, 'float32')]);
  return [c.emit('MatMul', [weights, value], {}, output), probabilities];
}

function scaled(c: CallContext, query: string, scale: number | undefined): string {
  if (scale === 1) return query;
  if (scale !== undefined) return c.emit('Mul', [query, c.scalar(scale)]);
  const size = c.length(query, -1);
  if (typeof size === 'number') return c.emit('Mul', [query, c.scalar(1 / Math.sqrt(size))]);
  return c.emit('Div', [query, c.emit('Sqrt', [c.cast(size, 'float32')])]);
}

/** True where a key stands at the query's place or before it. */
function visibleBefore(c: CallContext, query: string, key: string): string {
  const range = (value: string) => {
    const length = c.length(value, -2);
    return c.emit('Range', [c.int64(0), typeof length === 'number' ? c.int64(length) : length, c.int64(1)]);
  };
  return c.emit('LessOrEqual', [range(key), c.emit('Unsqueeze', [range(query), c.ints64(1)])]);
}

/** Each key and value head serves several query heads. */
function repeatedHeads(c: CallContext, value: string, query: string): string {
  const rank = c.rank(value);
  const [own, wanted] = [c.fixedLength(value, -3), c.fixedLength(query, -3)];
  if (own === wanted) return value;
  const apart = c.emit('Unsqueeze', [value, c.ints64(rank - 2)]);
  const times = Array.from({ length: rank + 1 }, (_, axis) => (axis === rank - 2 ? wanted / own : 1));
  const tiled = c.emit('Tile', [apart, c.ints64(...times)]);
  const before = Array.from({ length: rank - 3 }, () => 0);
  return c.emit('Reshape', [tiled, c.shape([...before, wanted, c.length(value, -2), c.length(value, -1)])]);
}

function scaledDotProduct(c: CallContext): void {
  const [query, stored, storedValue] = [c.tensor('query'), c.tensor('key'), c.tensor('value')];
  const grouped = c.has('enable_gqa') && c.bool('enable_gqa');
  const [key, value] = grouped
    ? [repeatedHeads(c, stored, query), repeatedHeads(c, storedValue, query)]
    : [stored, storedValue];
  const mask = c.has('attn_mask') ? c.optional('attn_mask') : c.has('attn_bias') ? c.optional('attn_bias') : undefined;
  const scale = c.optionalFloat('scale');
  c.shownAs = 'Attention';
  attend(c, { query, key, value, scale, mask, causal: c.bool('is_causal') }, c.call.outputs[0] || undefined);
}

/** Fused forms give what their gradient would need, too: nothing here reads that. */
function fusedAttention(c: CallContext): void {
  for (let index = 1; index < c.call.outputs.length; index++) {
    if (c.wants(index)) c.unsupported('gives numbers for its gradient that something reads');
  }
  scaledDotProduct(c);
}

/** x · weightᵀ + bias, for weights [out, in] of the checkpoint. */
function project(c: CallContext, input: string, weight: string, bias: string | undefined, output?: string): string {
  const stored = c.constant(weight);
  const matrix = stored ? c.tensorConstant('transposed', transposed(stored, [1, 0])) : c.transpose(weight, [1, 0]);
  if (bias === undefined) return c.emit('MatMul', [input, matrix], {}, output);
  return c.emit('Add', [c.emit('MatMul', [input, matrix]), bias], {}, output);
}

/** [batch, positions, heads · size] → [batch, heads, positions, size]. */
function splitHeads(c: CallContext, value: string, heads: number): string {
  return c.transpose(c.emit('Reshape', [value, c.ints64(0, 0, heads, -1)]), [0, 2, 1, 3]);
}

interface SelfAttention {
  readonly input: string;
  readonly heads: number;
  readonly qkv: readonly [weight: string, bias: string];
  readonly projection: readonly [weight: string, bias: string];
}

/** Attention of a sequence [batch, positions, channels] to itself, its three inputs by one weight. */
function attendToItself(
  c: CallContext,
  { input, heads, qkv, projection }: SelfAttention,
  output?: string,
): [string, string] {
  const all = project(c, input, qkv[0], qkv[1]);
  const parts = c.emitMany('Split', [all], 3, { axis: 2, num_outputs: 3 });
  const [query, key, value] = parts.map((part) => splitHeads(c, part, heads)) as [string, string, string];
  const [result, probabilities] = attend(c, { query, key, value });
  const joined = c.emit('Reshape', [c.transpose(result, [0, 2, 1, 3]), c.ints64(0, 0, -1)]);
  return [project(c, joined, projection[0], projection[1], output), probabilities];
}

function nativeMultiHead(c: CallContext): void {
  const query = c.tensor('query');
  if (c.tensor('key') !== query || c.tensor('value') !== query) c.unsupported('attends to another sequence');
  if (c.isGiven('mask')) c.unsupported('has a mask');
  const [, probabilities] = attendToItself(
    c,
    {
      input: query,
      heads: c.int('num_head'),
      qkv: [c.tensor('qkv_weight'), c.tensor('qkv_bias')],
      projection: [c.tensor('proj_weight'), c.tensor('proj_bias')],
    },
    c.call.outputs[0] || undefined,
  );
  if (!c.wants(1)) return;
  if (!c.bool('need_weights')) c.unsupported('gives weights that it was told not to give');
  if (c.bool('average_attn_weights')) c.give('ReduceMean', [probabilities, c.ints64(1)], { keepdims: 0 }, 1);
  else c.same(probabilities, 1);
}

function encoderLayer(c: CallContext): void {
  if (c.isGiven('mask')) c.unsupported('has a mask');
  const input = c.tensor('src');
  const epsilon = c.float('eps');
  const normFirst = c.bool('norm_first');
  const norm = (value: string, which: 1 | 2, output?: string) =>
    c.emit(
      'LayerNormalization',
      [value, c.tensor(`norm_weight_${which}`), c.tensor(`norm_bias_${which}`)],
      { axis: -1, epsilon },
      output,
    );
  const attention = (value: string) =>
    attendToItself(c, {
      input: value,
      heads: c.int('num_heads'),
      qkv: [c.tensor('qkv_weight'), c.tensor('qkv_bias')],
      projection: [c.tensor('proj_weight'), c.tensor('proj_bias')],
    })[0];
  const feedForward = (value: string) => {
    const inner = project(c, value, c.tensor('ffn_weight_1'), c.tensor('ffn_bias_1'));
    const active = c.bool('use_gelu') ? c.emit('Gelu', [inner]) : c.emit('Relu', [inner]);
    return project(c, active, c.tensor('ffn_weight_2'), c.tensor('ffn_bias_2'));
  };
  const output = c.call.outputs[0] || undefined;
  c.shownAs = 'TransformerEncoderLayer';
  if (normFirst) {
    const attended = c.emit('Add', [input, attention(norm(input, 1))]);
    c.emit('Add', [attended, feedForward(norm(attended, 2))], {}, output);
  } else {
    const attended = norm(c.emit('Add', [input, attention(input)]), 1);
    norm(c.emit('Add', [attended, feedForward(attended)]), 2, output);
  }
}

const operands = 'query:T key:T value:T';
const chosen = 'dropout_p:n=0 is_causal:b=false return_debug_mask:x=false scale:n?=null';

export const attention: Family = {
  scaled_dot_product_attention: [
    `${operands} attn_mask:T?=null dropout_p:n=0 is_causal:b=false scale:n?=null enable_gqa:b=false`,
    scaledDotProduct,
  ],
  _scaled_dot_product_flash_attention: [`${operands} ${chosen}`, fusedAttention],
  _scaled_dot_product_flash_attention_for_cpu: [
    `${operands} dropout_p:n=0 is_causal:b=false attn_mask:T?=null scale:n?=null`,
    fusedAttention,
  ],
  _scaled_dot_product_efficient_attention: [
    `${operands} attn_bias:T? compute_log_sumexp:x dropout_p:n=0 is_causal:b=false scale:n?=null`,
    fusedAttention,
  ],
  _scaled_dot_product_cudnn_attention: [
    `${operands} attn_bias:T? compute_log_sumexp:x dropout_p:n=0 is_causal:b=false return_debug_mask:x=false scale:n?=null`,
    fusedAttention,
  ],
  _scaled_dot_product_attention_math: [
    `${operands} attn_mask:T?=null dropout_p:n=0 is_causal:b=false dropout_mask:x=null scale:n?=null enable_gqa:b=false`,
    fusedAttention,
  ],
  _native_multi_head_attention: [
    `${operands} embed_dim:i num_head:i qkv_weight:T qkv_bias:T proj_weight:T proj_bias:T mask:T?=null need_weights:b=true average_attn_weights:b=true mask_type:i?=null`,
    nativeMultiHead,
  ],
  _transformer_encoder_layer_fwd: [
    'src:T embed_dim:i num_heads:i qkv_weight:T qkv_bias:T proj_weight:T proj_bias:T use_gelu:b norm_first:b eps:n norm_weight_1:T norm_bias_1:T ' +
      'norm_weight_2:T norm_bias_2:T ffn_weight_1:T ffn_bias_1:T ffn_weight_2:T ffn_bias_2:T mask:T?=null mask_type:i?=null',
    encoderLayer,
  ],
};
