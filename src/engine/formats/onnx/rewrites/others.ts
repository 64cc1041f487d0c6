import { graphDataType } from '../dataTypes';
import { inputOf, intOf, nodeWith, outputOf, type Rewrite } from './rewrite';

/** In inference a dropout passes its input on. */
const dropout: Rewrite = (node, c) => {
  const mask = node.outputs[1] ?? '';
  if (mask !== '' && c.used(mask)) c.fail('gives its mask to other nodes, which is not supported');
  const [inputs, outputs] = [[inputOf(node, 0, c)], [outputOf(node, c)]];
  return [{ op: 'Identity', name: node.name, inputs, outputs, attributes: {} }];
};

/** Floating-point types all become float32; `saturate` and `round_mode` are about 8-bit floats. */
const cast: Rewrite = (node, c) => {
  const attributes = { to: graphDataType(intOf(node, 'to', 0)) };
  return [nodeWith(node, c, { attributes, without: ['saturate', 'round_mode'] })];
};

/** Deprecated name of ScatterElements, up to opset 10. */
const scatter: Rewrite = (node, c) => [nodeWith(node, c, { op: 'ScatterElements' })];

/** Swish (opset 24): x · sigmoid(alpha · x). */
const swish: Rewrite = (node, c) => {
  const x = inputOf(node, 0, c);
  const y = outputOf(node, c);
  const { name } = node;
  const alpha = node.attributes.get('alpha');
  const factor = alpha?.kind === 'float' ? alpha.value : 1;
  const gate = c.fresh(`${y}/sigmoid`);
  const multiply = { op: 'Mul', name, inputs: [x, gate], outputs: [y], attributes: {} };
  if (factor === 1) return [{ op: 'Sigmoid', name, inputs: [x], outputs: [gate], attributes: {} }, multiply];
  const scaled = c.fresh(`${y}/scaled`);
  const constant = c.add(`${y}/alpha`, { dtype: 'float32', dims: [], data: Float32Array.of(factor) });
  return [
    { op: 'Mul', name, inputs: [x, constant], outputs: [scaled], attributes: {} },
    { op: 'Sigmoid', name, inputs: [scaled], outputs: [gate], attributes: {} },
    multiply,
  ];
};

export const others: Readonly<Record<string, Rewrite>> = {
  Dropout: dropout,
  Cast: cast,
  Scatter: scatter,
  Swish: swish,
};
