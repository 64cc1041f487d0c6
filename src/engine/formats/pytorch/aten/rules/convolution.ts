/** Convolutions (torch.nn.functional.conv2d and its kin, aten::convolution). */
import type { CallContext } from '../values/context';
import type { Family } from '../values/table';

interface Convolution {
  readonly transposed: boolean;
  readonly strides: readonly number[];
  /** Begins, then ends. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
  readonly outputPadding: readonly number[];
}

/** Number of axes that the kernel slides along. */
function spatialAxes(c: CallContext): number {
  return Math.max(c.rank(c.tensor('weight')) - 2, 1);
}

/** A convolution of a batch; one of a single image gets a batch of one for it. */
function convolve(c: CallContext, { transposed, strides, pads, dilations, group, outputPadding }: Convolution): void {
  const [input, weight] = [c.tensor('input'), c.tensor('weight')];
  const bias = c.optional('bias') ?? '';
  const spatial = spatialAxes(c);
  const kernel = c.dims(weight)?.slice(2) ?? [];
  const attributes = {
    ...(kernel.every((length) => length !== null) ? { kernel_shape: kernel as number[] } : {}),
    strides,
    pads,
    dilations,
    group,
    ...(transposed && outputPadding.some((length) => length !== 0) ? { output_padding: outputPadding } : {}),
  };
  const op = transposed ? 'ConvTranspose' : 'Conv';
  if (c.dims(input)?.length === spatial + 1) {
    const batch = c.emit('Unsqueeze', [input, c.ints64(0)]);
    c.shownAs = op;
    c.give('Squeeze', [c.emit(op, [batch, weight, bias], attributes), c.ints64(0)]);
  } else c.give(op, [input, weight, bias], attributes);
}

const twice = (pads: readonly number[]) => [...pads, ...pads];

function plain(c: CallContext): void {
  const spatial = spatialAxes(c);
  convolve(c, {
    transposed: false,
    strides: c.each('stride', spatial),
    pads: twice(c.each('padding', spatial)),
    dilations: c.each('dilation', spatial),
    group: c.int('groups'),
    outputPadding: [],
  });
}

/** Padding by name: `same` puts the odd cell behind. */
function named(c: CallContext): void {
  const spatial = spatialAxes(c);
  const dilations = c.each('dilation', spatial);
  const mode = c.text('padding');
  if (mode !== 'same' && mode !== 'valid') c.unsupported(`pads by the unknown mode “${mode}”`);
  const totals = dilations.map((dilation, axis) =>
    mode === 'valid' ? 0 : dilation * (c.fixedLength(c.tensor('weight'), axis + 2) - 1),
  );
  const begins = totals.map((total) => Math.floor(total / 2));
  const pads = [...begins, ...totals.map((total, axis) => total - (begins[axis] as number))];
  const group = c.int('groups');
  convolve(c, { transposed: false, strides: c.each('stride', spatial), pads, dilations, group, outputPadding: [] });
}

function transposed(c: CallContext): void {
  const spatial = spatialAxes(c);
  convolve(c, {
    transposed: true,
    strides: c.each('stride', spatial),
    pads: twice(c.each('padding', spatial)),
    dilations: c.each('dilation', spatial),
    group: c.int('groups'),
    outputPadding: c.each('output_padding', spatial),
  });
}

function either(c: CallContext): void {
  if (c.bool('transposed')) transposed(c);
  else plain(c);
}

const byNumbers = 'input:T weight:T bias:T?=null stride:i[]=1 padding:i[]=0 dilation:i[]=1 groups:i=1';
const byName = 'input:T weight:T bias:T?=null stride:i[]=1 padding:s="valid" dilation:i[]=1 groups:i=1';
const upwards =
  'input:T weight:T bias:T?=null stride:i[]=1 padding:i[]=0 output_padding:i[]=0 groups:i=1 dilation:i[]=1';
const general = 'input:T weight:T bias:T? stride:i[] padding:i[] dilation:i[] transposed:b output_padding:i[] groups:i';
const flags = 'benchmark:x=false deterministic:x=false cudnn_enabled:x=true allow_tf32:x=true';

export const convolution: Family = {
  conv1d: [byNumbers, plain],
  'conv1d.padding': [byName, named],
  conv2d: [byNumbers, plain],
  'conv2d.padding': [byName, named],
  conv3d: [byNumbers, plain],
  'conv3d.padding': [byName, named],
  conv_transpose1d: [upwards, transposed],
  conv_transpose2d: [upwards, transposed],
  conv_transpose3d: [upwards, transposed],
  convolution: [general, either],
  _convolution: [`${general} ${flags}`, either],
  _convolution_mode: ['input:T weight:T bias:T? stride:i[] padding:s dilation:i[] groups:i', named],
};
