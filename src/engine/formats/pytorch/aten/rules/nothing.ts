/** What changes no number: copies, other places and orders in memory, training's noise, checks. */
import type { CallContext } from '../values/context';
import { numberOf } from '../values/dtypes';
import type { Family, Rule } from '../values/table';

const same: Rule = (c) => c.same(c.tensor('self'));

/** Checks say nothing of the values: what they stand for is found when sizes are bound. */
const ignored: Rule = () => undefined;

const dropped: Rule = (c) => {
  if (c.float('p') > 0 && c.bool('train')) c.state.note('Dropout that was saved for training is left out.');
  c.same(c.tensor('input'));
};

function converted(c: CallContext): void {
  const dtype = c.dtypeArgument('dtype');
  const input = c.tensor('self');
  if (dtype === undefined || dtype === c.dtype(input)) c.same(input);
  else c.give('Cast', [input], { to: numberOf(dtype) });
}

function likeOther(c: CallContext): void {
  const [input, other] = [c.tensor('self'), c.tensor('other')];
  const dtype = c.dtype(other);
  if (dtype === c.dtype(input)) c.same(input);
  else c.give('Cast', [input], { to: numberOf(dtype) });
}

const dropout = 'input:T p:n train:b';

export const nothing: Family = {
  clone: ['self:T memory_format:x?=null', same],
  contiguous: ['self:T memory_format:x=0', same],
  detach: ['self:T', same],
  detach_copy: ['self:T', same],
  alias: ['self:T', same],
  alias_copy: ['self:T', same],
  lift: ['self:T', same],
  lift_fresh: ['self:T', same],
  lift_fresh_copy: ['self:T', same],
  requires_grad_: ['self:T requires_grad:x=true', same],
  resolve_conj: ['self:T', same],
  resolve_neg: ['self:T', same],
  'to.dtype': ['self:T dtype:x non_blocking:x=false copy:x=false memory_format:x?=null', converted],
  'to.dtype_layout': [
    'self:T dtype:x?=null layout:x?=null device:x?=null pin_memory:x?=null non_blocking:x=false copy:x=false memory_format:x?=null',
    converted,
  ],
  'to.device': ['self:T device:x dtype:x non_blocking:x=false copy:x=false memory_format:x?=null', converted],
  'to.other': ['self:T other:T non_blocking:x=false copy:x=false memory_format:x?=null', likeOther],
  'to.prim_Device': ['self:T device:x? dtype:x?=null non_blocking:x=false copy:x=false', converted],
  _to_copy: [
    'self:T dtype:x?=null layout:x?=null device:x?=null pin_memory:x?=null non_blocking:x=false memory_format:x?=null',
    converted,
  ],
  type_as: ['self:T other:T', likeOther],
  dropout: [dropout, dropped],
  feature_dropout: [dropout, dropped],
  alpha_dropout: [dropout, dropped],
  feature_alpha_dropout: [dropout, dropped],
  native_dropout: ['input:T p:n train:b?', dropped],
  _assert_async: ['self:x assert_msg:x=null', ignored],
  _assert_scalar: ['self:x assert_msg:x', ignored],
  _assert_tensor_metadata: ['a:x size:x=null stride:x=null dtype:x=null device:x=null layout:x=null', ignored],
  sym_constrain_range_for_size: ['size:x min:x=null max:x=null', ignored],
  sym_constrain_range: ['size:x min:x=null max:x=null', ignored],
};

/** Checks, which give nothing that could be compared. */
export const withoutCases: readonly string[] = Object.keys(nothing).filter((key) => nothing[key]?.[1] === ignored);
