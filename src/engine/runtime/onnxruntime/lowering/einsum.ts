import { stringAttribute } from '../../../graph/ir/attributes';
import { parseEquation } from '../../../graph/ops/einsum';
import type { Lowering } from '../../lowering';

/** The equation with all axes named: onnxruntime sums no axes behind an ellipsis and aligns none of different number. */
export const einsum: Lowering = {
  needed: (c) => stringAttribute(c.node, 'equation', '').includes('...'),
  lower: (c) => {
    const text = stringAttribute(c.node, 'equation', '');
    const ranks = c.node.inputs.map((_, index) => c.dims(index).length);
    const named = parseEquation(text, ranks) ?? c.fail(`has the equation “${text}”, which its operands do not fit`);
    const equation = `${named.terms.map((term) => term.join('')).join(',')}->${named.output.join('')}`;
    return { ...c.node, attributes: { ...c.node.attributes, equation } };
  },
};
