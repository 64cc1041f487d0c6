/** Reductions. */
import type { CallContext } from '../values/context';
import type { GraphDType } from '../values/dtypes';
import type { Family, Rule } from '../values/table';

/** The operand in the type that it is reduced in. */
function operand(c: CallContext, usual: (dtype: GraphDType) => GraphDType): string {
  const input = c.tensor('self');
  const wanted = c.has('dtype') ? c.dtypeArgument('dtype') : undefined;
  return c.cast(input, wanted ?? usual(c.dtype(input)));
}

const floats = (): GraphDType => 'float32';
const sums = (dtype: GraphDType): GraphDType => (dtype === 'float32' ? dtype : 'int64');
const itself = (dtype: GraphDType): GraphDType => dtype;

const keepdims = (c: CallContext) => ({ keepdims: c.has('keepdim') && c.bool('keepdim') ? 1 : 0 });

/** Axes as an input of a reduction; none for all. */
function axesOf(c: CallContext, input: string): string[] {
  if (!c.has('dim') || !c.isGiven('dim') || c.ints('dim').length === 0) return [];
  return c.rank(input) === 0 ? [] : [c.ints64(...c.axes('dim', input))];
}

const reduce =
  (op: string, type: (dtype: GraphDType) => GraphDType): Rule =>
  (c) => {
    const input = operand(c, type);
    if (c.dtype(input) === 'bool') {
      // The runtime reduces no truth values.
      const number = c.emit(op, [c.cast(input, 'int32'), ...axesOf(c, input)], keepdims(c));
      c.give('Cast', [number], { to: 9 });
    } else c.give(op, [input, ...axesOf(c, input)], keepdims(c));
  };

/** Σ (x − mean)² / (n − correction), or its root. */
function spread(c: CallContext, root: boolean, index = 0): string {
  const input = c.tensor('self');
  const axes = axesOf(c, input);
  const mean = c.emit('ReduceMean', [input, ...axes]);
  const centred = c.emit('Sub', [input, mean]);
  const squares = c.emit('Mul', [centred, centred]);
  const correction = c.has('correction')
    ? (c.optionalFloat('correction') ?? 1)
    : c.has('unbiased') && !c.bool('unbiased')
      ? 0
      : 1;
  let variance: string;
  if (correction === 0) variance = c.emit('ReduceMean', [squares, ...axes], keepdims(c));
  else {
    const total = c.emit('ReduceSum', [squares, ...axes], keepdims(c));
    variance = c.emit('Div', [total, degrees(c, input, correction)]);
  }
  if (root) c.give('Sqrt', [variance], {}, index);
  else c.same(variance, index);
  return mean;
}

/** The number of elements that are reduced into one, less the correction. */
function degrees(c: CallContext, input: string, correction: number): string {
  const places = c.has('dim') ? c.axes('dim', input) : (c.dims(input)?.map((_, axis) => axis) ?? []);
  const lengths = places.map((axis) => c.length(input, axis));
  if (lengths.every((length) => typeof length === 'number')) {
    return c.scalar(Math.max((lengths as number[]).reduce((a, b) => a * b, 1) - correction, 0));
  }
  const count = c.emit('ReduceProd', [c.shape(lengths)], { keepdims: 0 });
  return c.emit('Sub', [c.cast(count, 'float32'), c.scalar(correction)]);
}

const variance: Rule = (c) => {
  spread(c, false);
};
const deviation: Rule = (c) => {
  spread(c, true);
};

const withMean =
  (root: boolean): Rule =>
  (c) => {
    const mean = spread(c, root);
    const input = c.tensor('self');
    if (!c.wants(1)) return;
    if (keepdims(c).keepdims === 1) c.same(mean, 1);
    else c.give('ReduceMean', [input, ...axesOf(c, input)], { keepdims: 0 }, 1);
  };

/** Extremes along one axis with their places; PyTorch and ONNX take the first of equal ones. */
const extremes =
  (op: 'Max' | 'Min'): Rule =>
  (c) => {
    const input = c.tensor('self');
    if (c.rank(input) === 0) {
      c.same(input);
      if (c.wants(1)) c.give('Identity', [c.int64(0)], {}, 1);
      return;
    }
    const axis = c.axis('dim', input);
    c.give(`Reduce${op}`, [input, c.ints64(axis)], keepdims(c));
    if (c.wants(1)) c.give(`Arg${op}`, [input], { axis, ...keepdims(c) }, 1);
  };

const place =
  (op: 'ArgMax' | 'ArgMin'): Rule =>
  (c) => {
    const input = c.tensor('self');
    if (c.isGiven('dim')) {
      c.give(op, [input], { axis: c.axis('dim', input), ...keepdims(c) });
      return;
    }
    const flat = c.emit('Reshape', [input, c.ints64(-1)]);
    c.give(op, [flat], { axis: 0, keepdims: 0 });
  };

const largest: Rule = (c) => {
  const input = c.tensor('self');
  const axis = c.axis('dim', input);
  const attributes = { axis, largest: c.bool('largest') ? 1 : 0, sorted: c.bool('sorted') ? 1 : 0 };
  c.giveAll('TopK', [input, c.shape([c.size('k')])], attributes);
};

const sorted =
  (places: boolean): Rule =>
  (c) => {
    const input = c.tensor('self');
    const axis = c.axis('dim', input);
    const attributes = { axis, largest: c.bool('descending') ? 1 : 0, sorted: 1 };
    const [values, indices] = c.emitMany('TopK', [input, c.shape([c.length(input, axis)])], 2, attributes) as [
      string,
      string,
    ];
    if (places) c.same(indices);
    else {
      c.same(values);
      c.same(indices, 1);
    }
  };

/** The p-norm. */
function normOf(c: CallContext, order: number): void {
  const input = c.cast(c.tensor('self'), 'float32');
  const axes = axesOf(c, input);
  const keep = keepdims(c);
  if (order === 2) c.give('ReduceL2', [input, ...axes], keep);
  else if (order === 1) c.give('ReduceL1', [input, ...axes], keep);
  else if (order === Number.POSITIVE_INFINITY) c.give('ReduceMax', [c.emit('Abs', [input]), ...axes], keep);
  else if (order === Number.NEGATIVE_INFINITY) c.give('ReduceMin', [c.emit('Abs', [input]), ...axes], keep);
  else if (order === 0) {
    const counted = c.cast(c.emit('Not', [c.emit('Equal', [input, c.scalar(0)])]), 'float32');
    c.give('ReduceSum', [counted, ...axes], keep);
  } else {
    const powers = c.emit('Pow', [c.emit('Abs', [input]), c.scalar(order)]);
    c.give('Pow', [c.emit('ReduceSum', [powers, ...axes], keep), c.scalar(1 / order)]);
  }
}

const truth =
  (op: 'ReduceMax' | 'ReduceMin'): Rule =>
  (c) => {
    const input = c.tensor('self');
    const number = c.cast(c.cast(input, 'bool'), 'int32');
    c.give('Cast', [c.emit(op, [number, ...axesOf(c, input)], keepdims(c))], { to: 9 });
  };

const running = (c: CallContext) => {
  const input = operand(c, sums);
  c.give('CumSum', [input, c.int64(c.axis('dim', input))]);
};

const whole = 'self:T dtype:x?=null';
const along = 'self:T dim:i[]?=null keepdim:b=false dtype:x?=null';
const plain = 'self:T dim:i[]=[] keepdim:b=false';
const norms = 'self:T ord:n=2 dim:i[]?=null keepdim:b=false dtype:x?=null';
const places = 'self:T dim:i?=null keepdim:b=false';
const one = 'self:T dim:i keepdim:b=false';

export const reduction: Family = {
  'mean.default': [whole, reduce('ReduceMean', floats)],
  'mean.dim': [along, reduce('ReduceMean', floats)],
  'sum.default': [whole, reduce('ReduceSum', sums)],
  'sum.dim_IntList': [along, reduce('ReduceSum', sums)],
  'prod.default': [whole, reduce('ReduceProd', sums)],
  'prod.dim_int': ['self:T dim:i keepdim:b=false dtype:x?=null', reduce('ReduceProd', sums)],
  amax: [plain, reduce('ReduceMax', itself)],
  amin: [plain, reduce('ReduceMin', itself)],
  'max.default': ['self:T', reduce('ReduceMax', itself)],
  'min.default': ['self:T', reduce('ReduceMin', itself)],
  'max.dim': [one, extremes('Max')],
  'min.dim': [one, extremes('Min')],
  argmax: [places, place('ArgMax')],
  argmin: [places, place('ArgMin')],
  topk: ['self:T k:i dim:i=-1 largest:b=true sorted:b=true', largest],
  sort: ['self:T dim:i=-1 descending:b=false', sorted(false)],
  argsort: ['self:T dim:i=-1 descending:b=false', sorted(true)],
  'var.default': ['self:T unbiased:b=true', variance],
  'var.dim': ['self:T dim:i[]? unbiased:b=true keepdim:b=false', variance],
  'var.correction': ['self:T dim:i[]?=null correction:n?=null keepdim:b=false', variance],
  'std.default': ['self:T unbiased:b=true', deviation],
  'std.dim': ['self:T dim:i[]? unbiased:b=true keepdim:b=false', deviation],
  'std.correction': ['self:T dim:i[]?=null correction:n?=null keepdim:b=false', deviation],
  'var_mean.default': ['self:T unbiased:b=true', withMean(false)],
  'var_mean.dim': ['self:T dim:i[]? unbiased:b=true keepdim:b=false', withMean(false)],
  'var_mean.correction': ['self:T dim:i[]?=null correction:n?=null keepdim:b=false', withMean(false)],
  'std_mean.default': ['self:T unbiased:b=true', withMean(true)],
  'std_mean.dim': ['self:T dim:i[]? unbiased:b=true keepdim:b=false', withMean(true)],
  'std_mean.correction': ['self:T dim:i[]?=null correction:n?=null keepdim:b=false', withMean(true)],
  'norm.Scalar': ['self:T p:n=2', (c) => normOf(c, c.float('p'))],
  'norm.ScalarOpt_dim': ['self:T p:n? dim:i[] keepdim:b=false', (c) => normOf(c, c.optionalFloat('p') ?? 2)],
  linalg_vector_norm: [norms, (c) => normOf(c, c.float('ord'))],
  'linalg_norm.default': [
    'self:T ord:n?=null dim:i[]?=null keepdim:b=false dtype:x?=null',
    (c) => normOf(c, c.optionalFloat('ord') ?? 2),
  ],
  logsumexp: [one.replace('dim:i', 'dim:i[]'), reduce('ReduceLogSumExp', floats)],
  cumsum: ['self:T dim:i dtype:x?=null', running],
  'any.default': ['self:T', truth('ReduceMax')],
  'any.dim|dims': [plain, truth('ReduceMax')],
  'all.default': ['self:T', truth('ReduceMin')],
  'all.dim|dims': [plain, truth('ReduceMin')],
};
