import { typeCode } from '../../../graph/ops/elementTypes';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { type LayerRules, variable, variables } from '../network/rule';
import { withActivation } from './activationFunctions';
import { expandedEquation } from './einsum';

/** x · kernel + bias on the last axis, for a value of any rank. */
export function dense(c: LayerCall, x: string, kernel: string, bias: string | null, output?: string): string {
  if (bias === null) return c.emit('MatMul', [x, kernel], {}, output);
  if (c.rank(x) === 2) return c.emit('Gemm', [x, kernel, bias], {}, output);
  return c.emit('Add', [c.emit('MatMul', [x, kernel]), bias], {}, output);
}

export const denseLayers: LayerRules = {
  Dense: {
    variables: ({ settings }) => {
      const units = settings.int('units');
      return variables(variable('kernel', [null, units]), settings.flag('use_bias', true) && variable('bias', [units]));
    },
    write: (c) => {
      const bias = c.has('bias') ? c.weight('bias') : null;
      withActivation(c, c.settings.get('activation'), (output) => dense(c, c.x, c.weight('kernel'), bias, output));
    },
  },

  EinsumDense: {
    about: 'a product by an equation, plus a bias',
    variables: ({ settings }) =>
      variables(variable('kernel'), settings.get('bias_axes') !== undefined && variable('bias')),
    write: (c) => {
      const kernel = c.tensor('kernel');
      const equation = expandedEquation(c.settings.text('equation', ''), [c.rank(c.x), kernel.dims.length]);
      withActivation(c, c.settings.get('activation'), (output) => {
        if (!c.has('bias')) return c.emit('Einsum', [c.x, c.weight('kernel')], { equation }, output);
        const product = c.emit('Einsum', [c.x, c.weight('kernel')], { equation });
        return c.emit('Add', [product, c.weight('bias')], {}, output);
      });
    },
  },

  Embedding: {
    about: 'rows of a table by whole numbers',
    variables: ({ settings }) => [variable('embeddings', [settings.int('input_dim'), settings.int('output_dim')])],
    write: (c) => {
      if (c.settings.flag('mask_zero', false)) refuse('masks what follows it (mask_zero)');
      c.emit(
        'Gather',
        [c.weight('embeddings'), c.emit('Cast', [c.x], { to: typeCode('int64') })],
        { axis: 0 },
        c.output,
      );
    },
  },

  /** The convnext family's scale of a residual branch. */
  LayerScale: {
    about: 'of ConvNeXt: a factor for each channel',
    variables: () => [variable('gamma', [null])],
    write: (c) => void c.emit('Mul', [c.x, c.weight('gamma')], {}, c.output),
  },

  CustomScaleLayer: {
    about: 'of InceptionResNetV2: the first value plus the scaled second',
    write: (c) => {
      const [x = '', branch] = c.inputs;
      if (branch === undefined) refuse('is called with one tensor');
      c.emit('Add', [x, c.w.mul(branch, c.w.scalar(c.settings.number('scale', 1)))], {}, c.output);
    },
  },
};
