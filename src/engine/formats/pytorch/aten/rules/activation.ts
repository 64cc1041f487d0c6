/** Activations. */
import type { AttributeValue } from '../../../../graph/ir/graph';
import type { CallContext } from '../values/context';
import type { Family, Rule } from '../values/table';

type Attributes = Record<string, AttributeValue>;

/** An ONNX operator of the same meaning; `self` is a float there. */
const as =
  (op: string, attributes: (c: CallContext) => Attributes = () => ({})): Rule =>
  (c) =>
    c.give(op, [real(c)], attributes(c));

/** The operand as a float: integers and truth values become one. */
function real(c: CallContext): string {
  return c.cast(c.tensor('self'), 'float32');
}

function clip(c: CallContext, low: number | undefined, high: number | undefined): void {
  const input = c.tensor('self');
  const bound = (value: number | undefined) => (value === undefined ? '' : c.number(value, c.dtype(input)));
  if (low === undefined && high === undefined) c.same(input);
  else c.give('Clip', [input, bound(low), bound(high)]);
}

function silu(c: CallContext): void {
  const input = real(c);
  c.shownAs = 'Swish';
  c.give('Mul', [input, c.emit('Sigmoid', [input])]);
}

function softplus(c: CallContext): void {
  const input = real(c);
  const [beta, threshold] = [c.float('beta'), c.float('threshold')];
  const scaled = beta === 1 ? input : c.emit('Mul', [input, c.scalar(beta)]);
  const soft = c.emit('Softplus', [scaled]);
  const result = beta === 1 ? soft : c.emit('Div', [soft, c.scalar(beta)]);
  c.shownAs = 'Softplus';
  c.give('Where', [c.emit('Greater', [scaled, c.scalar(threshold)]), input, result]);
}

function elu(c: CallContext): void {
  const [alpha, scale, inputScale] = [c.float('alpha'), c.float('scale'), c.float('input_scale')];
  const input = real(c);
  if (scale === 1 && inputScale === 1) {
    c.give('Elu', [input], { alpha });
    return;
  }
  const negative = c.emit('Elu', [c.emit('Mul', [c.emit('Min', [input, c.scalar(0)]), c.scalar(inputScale)])], {
    alpha,
  });
  c.shownAs = 'Elu';
  c.give('Mul', [c.emit('Add', [c.emit('Relu', [input]), negative]), c.scalar(scale)]);
}

/** One slope, or one for each channel (axis 1). */
function prelu(c: CallContext): void {
  const [input, weight] = [real(c), c.tensor('weight')];
  const rank = c.rank(input);
  const slopes = c.dims(weight)?.[0];
  const shape = [slopes ?? -1, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)];
  const single = slopes === 1 || c.dims(weight)?.length === 0;
  c.give('PRelu', [input, single || rank <= 2 ? weight : c.emit('Reshape', [weight, c.ints64(...shape)])]);
}

function glu(c: CallContext): void {
  const input = real(c);
  const axis = c.axis('dim', input);
  const [value, gate] = c.emitMany('Split', [input], 2, { axis, num_outputs: 2 }) as [string, string];
  c.give('Mul', [value, c.emit('Sigmoid', [gate])]);
}

function threshold(c: CallContext): void {
  const input = real(c);
  const above = c.emit('Greater', [input, c.scalar(c.float('threshold'))]);
  c.give('Where', [above, input, c.scalar(c.float('value'))]);
}

function softmax(op: string): Rule {
  return (c) => {
    const dtype = c.has('dtype') ? c.dtypeArgument('dtype') : undefined;
    const input = real(c);
    const rank = c.dims(input)?.length;
    const axis = c.isGiven('dim') ? c.int('dim') : rank === 0 || rank === 1 || rank === 3 ? 0 : 1;
    if (dtype !== undefined && dtype !== 'float32') c.unsupported('gives integers');
    // A single number has no axis to name.
    if (rank === 0) {
      const row = c.emit(op, [c.emit('Unsqueeze', [input, c.ints64(0)])], { axis: 0 });
      c.give('Squeeze', [row, c.ints64(0)]);
    } else c.give(op, [input], { axis });
  };
}

function hardshrink(c: CallContext): void {
  const input = real(c);
  const inside = c.emit('LessOrEqual', [c.emit('Abs', [input]), c.scalar(c.float('lambd'))]);
  c.give('Where', [inside, c.scalar(0), input]);
}

function softshrink(c: CallContext): void {
  const input = real(c);
  const limit = c.float('lambd');
  const inner = c.emit('Clip', [input, c.scalar(-limit), c.scalar(limit)]);
  c.give('Sub', [input, inner]);
}

function clamp(c: CallContext, low: string, high: string): void {
  const given = [low, high].map((name) => (c.has(name) && c.isGiven(name) ? c.operand(name) : undefined));
  if (given.every((bound) => bound === undefined || typeof bound === 'number' || typeof bound === 'boolean')) {
    const [least, most] = [low, high].map((name) => (c.has(name) && c.isGiven(name) ? c.float(name) : undefined));
    const input = c.tensor('self');
    const whole = [least, most].every((bound) => bound === undefined || Number.isInteger(bound));
    if (whole || c.isFloat(input)) clip(c, least, most);
    else {
      const bound = (value: number | undefined) => (value === undefined ? '' : c.scalar(value));
      c.give('Clip', [c.cast(input, 'float32'), bound(least), bound(most)]);
    }
    return;
  }
  const input = c.tensor('self');
  const dtype = c.dtype(input);
  const bound = (name: string) => c.cast(c.tensor(name), dtype);
  const raised = given[0] === undefined ? input : c.emit('Max', [input, bound(low)]);
  if (given[1] === undefined) c.same(raised);
  else c.give('Min', [raised, bound(high)]);
}

function gelu(c: CallContext): void {
  const approximate = c.text('approximate');
  if (approximate !== 'none' && approximate !== 'tanh') c.unsupported(`is approximated by “${approximate}”`);
  c.give('Gelu', [real(c)], { approximate });
}

const self = 'self:T';

export const activation: Family = {
  relu: [self, as('Relu')],
  relu6: [self, (c) => clip(c, 0, 6)],
  hardtanh: ['self:T min_val:n=-1 max_val:n=1', (c) => clip(c, c.float('min_val'), c.float('max_val'))],
  clamp: ['self:T min:T?=null max:T?=null', (c) => clamp(c, 'min', 'max')],
  clip: ['self:T min:T?=null max:T?=null', (c) => clamp(c, 'min', 'max')],
  clamp_min: ['self:T min:T', (c) => clamp(c, 'min', 'max')],
  clamp_max: ['self:T max:T', (c) => clamp(c, 'min', 'max')],
  leaky_relu: ['self:T negative_slope:n=0.01', as('LeakyRelu', (c) => ({ alpha: c.float('negative_slope') }))],
  rrelu: [
    'self:T lower:n=0.125 upper:n=0.3333333333333333 training:b=false generator:x=null',
    as('LeakyRelu', (c) => ({ alpha: (c.float('lower') + c.float('upper')) / 2 })),
  ],
  prelu: ['self:T weight:T', prelu],
  _prelu_kernel: ['self:T weight:T', (c) => c.give('PRelu', [real(c), c.tensor('weight')])],
  elu: ['self:T alpha:n=1 scale:n=1 input_scale:n=1', elu],
  selu: [self, as('Selu')],
  celu: ['self:T alpha:n=1', as('Celu', (c) => ({ alpha: c.float('alpha') }))],
  sigmoid: [self, as('Sigmoid')],
  special_expit: [self, as('Sigmoid')],
  log_sigmoid: [self, (c) => c.give('Neg', [c.emit('Softplus', [c.emit('Neg', [real(c)])])])],
  log_sigmoid_forward: [self, (c) => c.give('Neg', [c.emit('Softplus', [c.emit('Neg', [real(c)])])])],
  tanh: [self, as('Tanh')],
  hardsigmoid: [self, as('HardSigmoid', () => ({ alpha: 1 / 6, beta: 0.5 }))],
  hardswish: [self, as('HardSwish')],
  silu: [self, silu],
  mish: [self, as('Mish')],
  gelu: ['self:T approximate:s="none"', gelu],
  softplus: ['self:T beta:n=1 threshold:n=20', softplus],
  hardshrink: ['self:T lambd:n=0.5', hardshrink],
  softshrink: ['self:T lambd:n=0.5', softshrink],
  threshold: ['self:T threshold:n value:n', threshold],
  glu: ['self:T dim:i=-1', glu],
  softmax: ['self:T dim:i dtype:x?=null', softmax('Softmax')],
  _softmax: ['self:T dim:i half_to_float:x', softmax('Softmax')],
  _safe_softmax: ['self:T dim:i dtype:x?=null', safeSoftmax],
  log_softmax: ['self:T dim:i dtype:x?=null', softmax('LogSoftmax')],
  _log_softmax: ['self:T dim:i half_to_float:x', softmax('LogSoftmax')],
  special_softmax: ['self:T dim:i dtype:x?=null', softmax('Softmax')],
};

/** As softmax, but rows in which everything is −∞ become zeros. */
function safeSoftmax(c: CallContext): void {
  const input = real(c);
  const axis = c.axis('dim', input);
  const most = c.emit('ReduceMax', [input, c.ints64(axis)]);
  const hidden = c.emit('Equal', [most, c.scalar(Number.NEGATIVE_INFINITY)]);
  const finite = c.emit('Max', [input, c.scalar(-3.4e38)]);
  c.shownAs = 'Softmax';
  c.give('Where', [hidden, c.scalar(0), c.emit('Softmax', [finite], { axis })]);
}
