/** Normalisations. */
import { float32 } from '../../../../graph/ir/tensor';
import type { CallContext } from '../values/context';
import type { Family } from '../values/table';

function constantOf(c: CallContext, hint: string, length: number, value: number): string {
  return c.tensorConstant(hint, float32([length], new Float32Array(length).fill(value)));
}

const trained = 'Batch normalisation that was saved for training uses its running statistics.';

/** With running statistics, and with the batch's own where it keeps none (`track_running_stats=False`). */
function batchNormalise(c: CallContext): void {
  const input = c.tensor('input');
  const epsilon = c.float('eps');
  const [mean, variance] = c.has('running_mean') ? [c.optional('running_mean'), c.optional('running_var')] : [];
  if (mean === undefined || variance === undefined) {
    byItself(c, input, epsilon);
    return;
  }
  if (c.has('training') && c.bool('training')) c.state.note(trained);
  const channels = c.dims(mean)?.[0] ?? c.fixedLength(input, 1);
  const scale = c.optional('weight') ?? constantOf(c, 'ones', channels, 1);
  const shift = c.optional('bias') ?? constantOf(c, 'zeros', channels, 0);
  c.give('BatchNormalization', [input, scale, shift, mean, variance], { epsilon });
}

/** Without running statistics: how networks standardise their weights, as one item [1, channels, …]. */
function byItself(c: CallContext, input: string, epsilon: number): void {
  const dims = c.dims(input);
  if (dims?.length === 3 && dims[0] === null) c.unsupported('depends on a size that follows the input');
  if (dims?.length !== 3 || dims[0] !== 1) {
    c.unsupported('normalises by the mean and the variance of the images that are shown together');
  }
  const channels = c.fixedLength(input, 1);
  const scale = c.optional('weight') ?? constantOf(c, 'ones', channels, 1);
  const shift = c.optional('bias') ?? constantOf(c, 'zeros', channels, 0);
  c.give('InstanceNormalization', [input, scale, shift], { epsilon });
}

/** Statistics that core aten's forms give beside the result: what a training step would save. */
function withStatistics(c: CallContext): void {
  for (let index = 1; index < c.call.outputs.length; index++) {
    if (c.wants(index)) c.unsupported('gives statistics of the batch that something reads');
  }
  batchNormalise(c);
}

function layerNormalise(c: CallContext): void {
  const input = c.tensor('input');
  const normalised = c.sizes('normalized_shape');
  const axis = -normalised.length;
  const epsilon = c.float('eps');
  const bias = c.optional('bias') ?? '';
  const weight = c.optional('weight') ?? ones(c, input, normalised.length);
  if (normalised.length === 0) c.unsupported('normalises along no axis');
  c.give('LayerNormalization', [input, weight, bias], { axis, epsilon });
  const axes = c.ints64(...normalised.map((_, i) => i - normalised.length));
  if (c.wants(1)) c.give('ReduceMean', [input, axes], {}, 1);
  if (c.wants(2)) {
    const centred = c.emit('Sub', [input, c.emit('ReduceMean', [input, axes])]);
    const variance = c.emit('ReduceMean', [c.emit('Mul', [centred, centred]), axes]);
    c.give('Reciprocal', [c.emit('Sqrt', [c.emit('Add', [variance, c.scalar(epsilon)])])], {}, 2);
  }
}

function ones(c: CallContext, input: string, count: number): string {
  const lengths = (c.dims(input) ?? []).slice(-count);
  const known = lengths.every((length) => length !== null) ? (lengths as number[]) : undefined;
  const size = known?.reduce((product, length) => product * length, 1) ?? Number.POSITIVE_INFINITY;
  if (known && size <= 1 << 16) return c.tensorConstant('ones', float32(known, new Float32Array(size).fill(1)));
  const shape = c.emit('Shape', [input], { start: -count });
  return c.emit('Expand', [c.scalar(1), shape]);
}

/** Weights [channels] over [batch, channels, …]. */
function groupNormalise(c: CallContext, input: string, groups: number, epsilon: number): void {
  const channels = c.dims(input)?.[1] ?? c.dims(c.optional('weight') ?? '')?.[0] ?? c.fixedLength(input, 1);
  const scale = c.optional('weight') ?? constantOf(c, 'ones', channels, 1);
  const shift = c.optional('bias') ?? constantOf(c, 'zeros', channels, 0);
  c.give('GroupNormalization', [input, scale, shift], { num_groups: groups, epsilon });
}

function nativeGroupNormalise(c: CallContext): void {
  for (const index of [1, 2]) if (c.wants(index)) c.unsupported('gives statistics that something reads');
  groupNormalise(c, c.tensor('input'), c.int('group'), c.float('eps'));
}

function instanceNormalise(c: CallContext): void {
  const input = c.tensor('input');
  if (!c.bool('use_input_stats')) {
    batchNormalise(c);
    return;
  }
  const channels = c.dims(input)?.[1] ?? c.dims(c.optional('weight') ?? '')?.[0] ?? c.fixedLength(input, 1);
  const scale = c.optional('weight') ?? constantOf(c, 'ones', channels, 1);
  const shift = c.optional('bias') ?? constantOf(c, 'zeros', channels, 0);
  c.give('InstanceNormalization', [input, scale, shift], { epsilon: c.float('eps') });
}

function rmsNormalise(c: CallContext): void {
  const input = c.tensor('input');
  const count = c.sizes('normalized_shape').length;
  const axes = c.ints64(...Array.from({ length: count }, (_, i) => i - count));
  // The smallest step of float32, as PyTorch takes it where none is given.
  const epsilon = c.optionalFloat('eps') ?? 2 ** -23;
  const square = c.emit('ReduceMean', [c.emit('Mul', [input, input]), axes]);
  const root = c.emit('Sqrt', [c.emit('Add', [square, c.scalar(epsilon)])]);
  const weight = c.optional('weight');
  c.shownAs = 'RMSNormalization';
  if (weight === undefined) c.give('Div', [input, root]);
  else c.give('Mul', [c.emit('Div', [input, root]), weight]);
  c.give('Reciprocal', [root], {}, 1);
}

/** v · g / ‖v‖ over all axes but one. */
function weightNormalise(c: CallContext): void {
  const [direction, length] = [c.tensor('v'), c.tensor('g')];
  const kept = c.axis('dim', direction);
  const axes = Array.from({ length: c.rank(direction) }, (_, axis) => axis).filter((axis) => axis !== kept);
  const norm = c.emit('ReduceL2', [direction, c.ints64(...axes)]);
  c.give('Mul', [direction, c.emit('Div', [length, norm])]);
  c.same(norm, 1);
}

function cosineSimilarity(c: CallContext): void {
  const [a, b] = [c.tensor('x1'), c.tensor('x2')];
  const axis = c.ints64(c.axis('dim', a));
  const unit = (value: string) => {
    const norm = c.emit('ReduceL2', [value, axis]);
    return c.emit('Div', [value, c.emit('Max', [norm, c.scalar(c.float('eps'))])]);
  };
  c.give('ReduceSum', [c.emit('Mul', [unit(a), unit(b)]), axis], { keepdims: 0 });
}

const running = 'input:T weight:T? bias:T? running_mean:T? running_var:T?';
const layer = 'input:T normalized_shape:i[] weight:T?=null bias:T?=null eps:n=1e-5';

export const normalisation: Family = {
  batch_norm: [`${running} training:b momentum:n eps:n cudnn_enabled:x=true`, batchNormalise],
  native_batch_norm: [`${running} training:b momentum:n eps:n`, withStatistics],
  '_native_batch_norm_legit.no_stats': ['input:T weight:T? bias:T? training:b momentum:n eps:n', withStatistics],
  _native_batch_norm_legit: [`${running} training:b momentum:n eps:n`, withStatistics],
  _native_batch_norm_legit_no_training: [`${running} momentum:n eps:n`, withStatistics],
  _native_batch_norm_legit_functional: [`${running} training:b momentum:n eps:n`, withStatistics],
  _batch_norm_no_update: [`${running} momentum:n eps:n`, withStatistics],
  _batch_norm_with_update: [`${running} momentum:n eps:n`, withStatistics],
  layer_norm: [`${layer} cudnn_enable:x=true`, layerNormalise],
  native_layer_norm: ['input:T normalized_shape:i[] weight:T? bias:T? eps:n', layerNormalise],
  group_norm: [
    'input:T num_groups:i weight:T?=null bias:T?=null eps:n=1e-5 cudnn_enabled:x=true',
    (c) => groupNormalise(c, c.tensor('input'), c.int('num_groups'), c.float('eps')),
  ],
  native_group_norm: ['input:T weight:T? bias:T? N:x C:x HxW:x group:i eps:n', nativeGroupNormalise],
  instance_norm: [`${running} use_input_stats:b momentum:n eps:n cudnn_enabled:x=true`, instanceNormalise],
  _weight_norm: ['v:T g:T dim:i=0', weightNormalise],
  _weight_norm_interface: ['v:T g:T dim:i=0', weightNormalise],
  cosine_similarity: ['x1:T x2:T dim:i=1 eps:n=1e-8', cosineSimilarity],
  rms_norm: ['input:T normalized_shape:i[] weight:T?=null eps:n?=null', rmsNormalise],
  _fused_rms_norm: ['input:T normalized_shape:i[] weight:T? eps:n?', rmsNormalise],
};
