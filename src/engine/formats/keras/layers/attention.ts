import type { Tensor } from '../../../graph/ir/tensor';
import { reshaped } from '../../kit/tensors/derivedTensor';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { type LayerRule, type LayerRules, variable, variables } from '../network/rule';
import type { Variable } from '../weights/kerasWeights';
import { dense } from './dense';

/** A dense layer inside the attention layer: its name and the attribute that Keras 3 stores it under. */
const parts = {
  query: 'query_dense',
  key: 'key_dense',
  value: 'value_dense',
  attention_output: 'output_dense',
} as const;

function projections(useBias: boolean): readonly Variable[] {
  return Object.entries(parts).flatMap(([name, attribute]) => {
    const place = { within: [name], attributes: [attribute] };
    return variables(variable('kernel', [null, null, null], place), useBias && variable('bias', null, place));
  });
}

/** Batch × places × features; images lose their shape. */
function flattened(c: LayerCall, x: string): string {
  const dims = c.dims(x);
  return dims.length === 3 ? x : c.emit('Reshape', [x, c.w.ints(0, -1, dims.at(-1) as number)]);
}

const product = (lengths: readonly number[]) => lengths.reduce((result, length) => result * length, 1);

/** Features × heads × head, as features × all heads. */
const inColumns = (kernel: Tensor) => reshaped(kernel, [kernel.dims[0] as number, product(kernel.dims.slice(1))]);
/** Heads × head × features, as all heads × features. */
const inRows = (kernel: Tensor) => reshaped(kernel, [product(kernel.dims.slice(0, 2)), product(kernel.dims.slice(2))]);
const flat = (bias: Tensor) => reshaped(bias, [product(bias.dims)]);

function projected(c: LayerCall, x: string, part: keyof typeof parts): string {
  const form = part === 'attention_output' ? inRows : inColumns;
  const bias = c.has('bias', part) ? c.weight('bias', part, 'flat', flat) : null;
  return dense(c, x, c.weight('kernel', part, 'matrix', form), bias);
}

/** Batch × heads × places × head. */
function inHeads(c: LayerCall, x: string, part: keyof typeof parts): string {
  const [, heads = 1, size = 1] = c.tensor('kernel', part).dims;
  const split = c.emit('Reshape', [projected(c, x, part), c.w.ints(0, -1, heads, size)]);
  return c.emit('Transpose', [split], { perm: [0, 2, 1, 3] });
}

/** Each head so often, one behind the other. */
function repeatedHeads(c: LayerCall, x: string, times: number): string {
  if (times === 1) return x;
  const [, heads = 1, , size = 1] = c.dims(x);
  const wide = c.emit('Tile', [c.emit('Unsqueeze', [x, c.w.ints(2)]), c.w.ints(1, 1, times, 1, 1)]);
  return c.emit('Reshape', [wide, c.w.ints(0, heads * times, -1, size)]);
}

function refuseMasks(c: LayerCall): void {
  for (const name of ['query_mask', 'value_mask', 'key_mask', 'attention_mask', 'mask']) {
    const mask = c.site.kwargs.get(name);
    if (mask !== undefined && mask !== null && mask !== false) refuse(`is given a mask (${name})`);
  }
  if (c.site.kwargs.get('use_causal_mask') === true) refuse('masks what comes later (use_causal_mask)');
}

/** softmax(q · kᵀ) · v; gives the weights, too. */
function attended(c: LayerCall, q: string, k: string, v: string): { readonly mixed: string; readonly weights: string } {
  const rank = c.rank(k);
  const perm = Array.from({ length: rank }, (_, i) => i);
  perm.splice(-2, 2, rank - 1, rank - 2);
  const scores = c.emit('MatMul', [q, c.emit('Transpose', [k], { perm })]);
  const weights = c.emit('Softmax', [scores], { axis: -1 });
  return { mixed: c.emit('MatMul', [weights, v]), weights };
}

function multiHead(c: LayerCall): void {
  refuseMasks(c);
  if (c.settings.flag('use_gate', false)) refuse('has a gate (use_gate)');
  if (c.settings.get('sliding_window') !== undefined) refuse('looks through a window (sliding_window)');
  const [query, value] = [c.tensorArgument(0, 'query'), c.tensorArgument(1, 'value')];
  if (query === undefined || value === undefined) refuse('is not called with a query and a value');
  const key = c.tensorArgument(2, 'key') ?? value;
  const dims = c.dims(query);
  const axes = c.settings.get('attention_axes');
  if (axes !== undefined && c.settings.ints('attention_axes').length !== dims.length - 2) {
    refuse('attends along some of the axes only (attention_axes)');
  }
  const queries = inHeads(c, flattened(c, query), 'query');
  const [, heads = 1, , size = 1] = c.dims(queries);
  const [keys, values] = [inHeads(c, flattened(c, key), 'key'), inHeads(c, flattened(c, value), 'value')];
  const shared = c.dims(keys)[1] as number;
  if (shared < 1 || heads % shared !== 0) refuse(`shares ${shared} keys among ${heads} heads`);
  const scaled = c.w.mul(queries, c.w.scalar(1 / Math.sqrt(size)));
  const times = heads / shared;
  const { mixed, weights } = attended(c, scaled, repeatedHeads(c, keys, times), repeatedHeads(c, values, times));
  const width = heads * (c.dims(values).at(-1) as number);
  const joined = c.emit('Reshape', [c.emit('Transpose', [mixed], { perm: [0, 2, 1, 3] }), c.w.ints(0, -1, width)]);
  const result = projected(c, joined, 'attention_output');
  const [, scores] = c.site.outputs;
  if (scores !== undefined) c.give(weights, scores);
  if (dims.length === 3) {
    c.give(result);
    return;
  }
  const features = c.dims(result).at(-1) as number;
  const shape = c.emit('Concat', [c.w.lengths(query, 0, dims.length - 1), c.w.ints(features)], { axis: 0 });
  c.emit('Reshape', [result, shape], {}, c.output);
}

const multiHeadRule: LayerRule = {
  about: 'without masks',
  variables: ({ settings }) => projections(settings.flag('use_bias', true)),
  write: multiHead,
};

/** Attention of two or three values that come as one list: query, value, key. */
function simple(score: (c: LayerCall, q: string, k: string) => string): (c: LayerCall) => void {
  return (c) => {
    refuseMasks(c);
    const [q, v, k = v] = c.inputs;
    if (q === undefined || v === undefined || k === undefined) refuse('is not called with a query and a value');
    const weights = c.emit('Softmax', [score(c, q, k)], { axis: -1 });
    const [, scores] = c.site.outputs;
    if (scores !== undefined) c.give(weights, scores);
    c.emit('MatMul', [weights, v], {}, c.output);
  };
}

export const attention: LayerRules = {
  MultiHeadAttention: multiHeadRule,
  GroupQueryAttention: multiHeadRule,

  Attention: {
    about: 'products of queries and keys; without masks',
    variables: ({ settings }) => variables(settings.flag('use_scale', false) && variable('scale')),
    write: simple((c, q, k) => {
      if (c.settings.text('score_mode', 'dot') !== 'dot') refuse('scores otherwise than by products (score_mode)');
      const scores = c.emit('MatMul', [q, c.emit('Transpose', [k], { perm: [0, 2, 1] })]);
      return c.has('scale') ? c.w.mul(scores, c.weight('scale')) : scores;
    }),
  },

  AdditiveAttention: {
    about: 'tanh of sums of queries and keys; without masks',
    variables: ({ settings }) => variables(settings.flag('use_scale', true) && variable('scale')),
    write: simple((c, q, k) => {
      const sums = c.w.add(c.emit('Unsqueeze', [q, c.w.ints(2)]), c.emit('Unsqueeze', [k, c.w.ints(1)]));
      const bent = c.emit('Tanh', [sums]);
      const scaled = c.has('scale') ? c.w.mul(bent, c.weight('scale')) : bent;
      return c.emit('ReduceSum', [scaled, c.w.ints(-1)], { keepdims: 0 });
    }),
  },
};
