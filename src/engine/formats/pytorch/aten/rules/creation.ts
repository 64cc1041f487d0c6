/** Values that are made of numbers. */

import { fromNumbers } from '../../../../graph/ir/numbers';
import { float32, int64 } from '../../../../graph/ir/tensor';
import type { CallContext, Size } from '../values/context';
import type { GraphDType } from '../values/dtypes';
import { inType } from '../values/promotion';
import type { Family, Rule } from '../values/table';

/** More elements are made when sizes are bound. */
const mostWritten = 1 << 16;

/** The type that the call says, the container declares, or else the usual one. */
function typeOf(c: CallContext, usual: GraphDType): GraphDType {
  return c.dtypeArgument('dtype') ?? c.state.declared(c.call.outputs[0] ?? '') ?? usual;
}

/** `value` in every place. */
function filled(c: CallContext, sizes: readonly Size[], value: number, dtype: GraphDType): void {
  c.give('ConstantOfShape', [c.shape(sizes)], { value: fromNumbers(dtype, [1], [value]) });
}

const full =
  (value: (c: CallContext) => number): Rule =>
  (c) => {
    const number = value(c);
    filled(c, c.sizes('size'), number, typeOf(c, 'float32'));
  };

/** In the shape of another value. */
const like =
  (value: (c: CallContext) => number): Rule =>
  (c) => {
    const other = c.tensor('self');
    const dtype = (c.has('dtype') ? c.dtypeArgument('dtype') : undefined) ?? c.dtype(other);
    c.give('ConstantOfShape', [c.emit('Shape', [other])], { value: fromNumbers(dtype, [1], [value(c)]) });
  };

const fixed = (value: number) => () => value;
const argument = (c: CallContext) => c.float('fill_value');

function range(c: CallContext): void {
  const value = (name: string, usual: Size): Size | number => (c.has(name) ? number(c, name) : usual);
  const [start, end, step] = [value('start', 0), value('end', 0), value('step', 1)];
  const known = [start, end, step].every((each) => typeof each === 'number');
  const whole = [start, end, step].every((each) => typeof each === 'string' || Number.isInteger(each));
  const dtype = typeOf(c, whole ? 'int64' : 'float32');
  if (known) {
    const [from, to, by] = [start, end, step] as [number, number, number];
    const count = Math.max(Math.ceil((to - from) / by), 0);
    if (!Number.isFinite(count)) c.unsupported('never ends');
    if (count <= mostWritten) {
      const numbers = Array.from({ length: count }, (_, i) => from + i * by);
      c.same(c.tensorConstant('range', fromNumbers(dtype, [count], numbers)));
      return;
    }
  }
  const limits = [start, end, step].map((each) =>
    inType(c, typeof each === 'string' ? { value: each } : each, whole ? 'int64' : 'float32'),
  );
  c.same(c.cast(c.emit('Range', limits), dtype));
}

/** A number, or an integer that follows the input's size. */
function number(c: CallContext, name: string): Size {
  const operand = c.operand(name);
  return typeof operand === 'object' ? operand.value : Number(operand);
}

function linspace(c: CallContext): void {
  const [start, end, steps] = [c.float('start'), c.float('end'), c.int('steps')];
  if (!(steps >= 0 && steps <= mostWritten)) c.unsupported(`makes ${steps} numbers`);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From both ends, as PyTorch counts, so that the last number is right.
  const numbers = Array.from({ length: steps }, (_, i) =>
    i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step,
  );
  c.same(c.tensorConstant('linspace', float32([steps], Float32Array.from(numbers))));
}

function eye(c: CallContext): void {
  const rows = c.int('n');
  const columns = c.has('m') ? c.int('m') : rows;
  if (rows * columns > mostWritten) c.unsupported(`makes a matrix of ${rows} × ${columns}`);
  const numbers = Array.from({ length: rows * columns }, (_, i) => (Math.floor(i / columns) === i % columns ? 1 : 0));
  c.same(c.tensorConstant('eye', fromNumbers(typeOf(c, 'float32'), [rows, columns], numbers)));
}

const triangle =
  (upper: 0 | 1): Rule =>
  (c) => {
    const input = c.tensor('self');
    const diagonal = c.tensorConstant('diagonal', { ...int64([1], [c.int('diagonal')]), dims: [] });
    if (c.dtype(input) !== 'bool') c.give('Trilu', [input, diagonal], { upper });
    // The runtime cuts no truth values.
    else c.give('Cast', [c.emit('Trilu', [c.cast(input, 'int64'), diagonal], { upper })], { to: 9 });
  };

function scalarTensor(c: CallContext): void {
  const operand = c.operand('s');
  const dtype = typeOf(c, 'float32');
  c.same(inType(c, operand, dtype));
}

/** The value's shape with other numbers in it. */
function fill(c: CallContext): void {
  const input = c.tensor('self');
  const dtype = c.dtype(input);
  const operand = c.operand('value');
  const shape = c.emit('Shape', [input]);
  if (typeof operand !== 'object') {
    c.give('ConstantOfShape', [shape], { value: fromNumbers(dtype, [1], [Number(operand)]) });
  } else c.give('Expand', [inType(c, operand, dtype), shape]);
}

/** The source in the shape and the type of what it is copied over. */
function copy(c: CallContext): void {
  const [input, source] = [c.tensor('self'), c.tensor('src')];
  const value = c.cast(source, c.dtype(input));
  const [dims, own] = [c.dims(input), c.dims(source)];
  const same =
    dims && own && dims.length === own.length && dims.every((length, axis) => length !== null && length === own[axis]);
  if (same) c.same(value);
  else c.give('Expand', [value, c.emit('Shape', [input])]);
}

function diagonalOf(c: CallContext): void {
  const input = c.tensor('self');
  const rank = c.rank(input);
  const [a, b] = [c.axis('dim1', input), c.axis('dim2', input)];
  const [rows, columns, offset] = [c.fixedLength(input, a), c.fixedLength(input, b), c.int('offset')];
  const first = Math.max(-offset, 0);
  const count = Math.max(Math.min(rows - first, columns - Math.max(offset, 0)), 0);
  const places = Array.from({ length: count }, (_, i) => (first + i) * columns + first + i + offset);
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== a && axis !== b);
  const last = c.transpose(input, [...others, a, b]);
  const flat = c.emit('Reshape', [last, c.shape([...others.map(() => 0), -1])]);
  c.give('Gather', [flat, c.tensorConstant('places', int64([count], places))], { axis: -1 });
}

const options = 'dtype:x?=null layout:x?=null device:x?=null pin_memory:x?=null';
const likeOptions = `${options} memory_format:x?=null`;
const sized = `size:i[] ${options}`;
const ofOther = `self:T size:i[] ${options}`;
const ofItsType =
  (value: (c: CallContext) => number): Rule =>
  (c) =>
    filled(c, c.sizes('size'), value(c), c.dtypeArgument('dtype') ?? c.dtype(c.tensor('self')));

export const creation: Family = {
  zeros: [sized, full(fixed(0))],
  ones: [sized, full(fixed(1))],
  empty: [`${sized} memory_format:x?=null`, full(fixed(0))],
  full: [`size:i[] fill_value:n ${options}`, full(argument)],
  zeros_like: [`self:T ${likeOptions}`, like(fixed(0))],
  ones_like: [`self:T ${likeOptions}`, like(fixed(1))],
  empty_like: [`self:T ${likeOptions}`, like(fixed(0))],
  full_like: [`self:T fill_value:n ${likeOptions}`, like(argument)],
  new_zeros: [ofOther, ofItsType(fixed(0))],
  new_ones: [ofOther, ofItsType(fixed(1))],
  new_empty: [ofOther, ofItsType(fixed(0))],
  new_full: [`self:T size:i[] fill_value:n ${options}`, ofItsType(argument)],
  'arange.default': [`end:T ${options}`, range],
  'arange.start': [`start:T end:T ${options}`, range],
  'arange.start_step': [`start:T end:T step:T=1 ${options}`, range],
  linspace: [`start:n end:n steps:i ${options}`, linspace],
  eye: [`n:i ${options}`, eye],
  'eye.m': [`n:i m:i ${options}`, eye],
  tril: ['self:T diagonal:i=0', triangle(0)],
  triu: ['self:T diagonal:i=0', triangle(1)],
  scalar_tensor: [`s:T ${options}`, scalarTensor],
  fill: ['self:T value:T', fill],
  zero: ['self:T', like(fixed(0))],
  copy: ['self:T src:T non_blocking:x=false', copy],
  diagonal: ['self:T offset:i=0 dim1:i=0 dim2:i=1', diagonalOf],
};
