import { intAttribute } from '../../../graph/ir/attributes';
import { fromNumbers, isFloat } from '../../../graph/ir/numbers';
import type { Lowering } from '../../lowering';

/** For floating-point numbers onnxruntime knows fmod only: where its sign is not the divisor's, the divisor is added once. */
export const modulo: Lowering = {
  needed: (c) => isFloat(c.dtype(0)) && intAttribute(c.node, 'fmod', 0) !== 1,
  lower: (c, add) => {
    const { node } = c;
    const divisor = node.inputs[1] as string;
    const rest = add.emit('Mod', node.inputs, { fmod: 1 });
    const signs = add.emit('Mul', [add.emit('Sign', [rest]), add.emit('Sign', [divisor])]);
    const zero = add.tensor(fromNumbers(c.dtype(0), [], [0]));
    const inputs = [add.emit('Less', [signs, zero]), add.emit('Add', [rest, divisor]), rest];
    return { ...node, op: 'Where', inputs, attributes: {} };
  },
};
