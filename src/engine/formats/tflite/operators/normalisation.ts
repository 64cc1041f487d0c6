import type { Rule } from '../importing/operation';

/** x / ‖x‖ over the last axis; a norm below 10⁻⁶ counts as that. */
const l2Normalization: Rule = (o) => {
  const norm = o.emit('ReduceL2', [o.input(0), o.w.ints(-1)], { keepdims: 1 });
  return o.emit('Div', [o.input(0), o.emit('Max', [norm, o.w.scalar(1e-6)])]);
};

/** x / (bias + α·Σ x²)^β over the channels within a radius; ONNX divides α by their number. */
const localResponse: Rule = (o) => {
  const size = 2 * o.intOption(0) + 1;
  if (size < 1) o.unsupported(`has a radius of ${o.intOption(0)}`);
  const attributes = { size, bias: o.floatOption(1), alpha: o.floatOption(2) * size, beta: o.floatOption(3) };
  return o.w.channelsFirst(o.input(0), (x) => o.emit('LRN', [x], attributes));
};

export const normalisation: Readonly<Record<string, Rule>> = {
  L2_NORMALIZATION: l2Normalization,
  LOCAL_RESPONSE_NORMALIZATION: localResponse,
};
