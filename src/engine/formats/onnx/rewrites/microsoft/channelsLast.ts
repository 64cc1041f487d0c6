/** Operators on channels-last images, which onnxruntime prefers on some processors: turned, computed, turned back. */
import { Emitter } from '../writing/emitter';
import { inputOf, type Rewrite } from '../writing/rewrite';
import { attributesWithout, fusedConv } from './activations';

function turned(op: string): Rewrite {
  return (node, c) => {
    const e = new Emitter(node, c);
    if (e.used(1)) c.unsupported('gives the places of its maxima');
    const x = e.emit('Transpose', [inputOf(node, 0, c)], { perm: [0, 3, 1, 2] });
    const attributes = attributesWithout(node, c, 'channels_last');
    const y = e.emit(op, [x, ...node.inputs.slice(1)], attributes);
    return e.give(0, 'Transpose', [y], { perm: [0, 2, 3, 1] });
  };
}

/** A fused convolution: its sum is channels-last as well; NhwcConv has its kernel channels-last, too. */
const turnedConv: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const turn = (value: string) => e.emit('Transpose', [value], { perm: [0, 3, 1, 2] });
  const [x = '', weight = '', bias = '', sum = ''] = node.inputs;
  const kernel = node.op === 'NhwcConv' ? turn(weight) : weight;
  const inputs = [turn(x), kernel, bias, ...(sum === '' ? [] : [turn(sum)])];
  const inner = c.fresh(`${node.outputs[0]}/channelsFirst`);
  e.nodes.push(...fusedConv({ ...node, inputs, outputs: [inner] }, c));
  return e.give(0, 'Transpose', [inner], { perm: [0, 2, 3, 1] });
};

const pooling = ['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'];

/** The inner domain `com.ms.internal.nhwc`. */
export const channelsLast: Readonly<Record<string, Rewrite>> = {
  Conv: turnedConv,
  FusedConv: turnedConv,
  ...Object.fromEntries(pooling.map((op) => [op, turned(op)])),
};

/** The same operators of `com.microsoft`. */
export const channelsLastNamed: Readonly<Record<string, Rewrite>> = {
  NhwcConv: turnedConv,
  NhwcFusedConv: turnedConv,
  NhwcMaxPool: turned('MaxPool'),
};
