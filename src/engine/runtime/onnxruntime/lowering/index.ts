/** What onnxruntime's CPU backend runs of a graph's operators, and how the rest is put into what it runs. */
import type { OperatorSet } from '../../lowering';
import { einsum } from './einsum';
import { localResponse } from './localResponse';
import { modulo } from './modulo';
import { resize } from './resize';
import { transposedConvolution } from './transposedConvolution';
import { widened } from './widening';

/** Operators of later opsets than the graph's; binding decomposes them for every runtime. */
const lacking = new Set(['CumProd']);

const sixteenBits = widened({ int16: 'int32', uint16: 'int32' });

export const operatorSet: OperatorSet = {
  runtime: 'onnxruntime',
  // It has all standard operators; those of other domains are called `domain::Operator`.
  has: (op) => !op.includes('::') && !lacking.has(op),
  lowerings: {
    BitShift: widened({ uint16: 'uint32' }),
    ConvTranspose: transposedConvolution,
    Einsum: einsum,
    LRN: localResponse,
    Max: sixteenBits,
    Min: sixteenBits,
    Mod: modulo,
    Pow: widened({ uint32: 'int64', uint64: 'int64' }, 1, 1, false),
    Resize: resize,
    Where: widened({ int8: 'int32', int16: 'int32', uint16: 'int32', uint32: 'int64' }, 1),
  },
};
