import { Emitter } from '../writing/emitter';
import { attributesOf, inputOf, intOf, nodeWith, type Rewrite } from '../writing/rewrite';

/** Operators of `com.microsoft` that mean the same as a standard one. */
export const renamed: Readonly<Record<string, Rewrite>> = {
  Trilu: (node, c) => [nodeWith({ ...node, domain: '' }, c)],
  Range: (node, c) => [nodeWith({ ...node, domain: '' }, c)],
  ReduceSumInteger: (node, c) => {
    const e = new Emitter(node, c);
    const axes = node.attributes.get('axes');
    const inputs = [inputOf(node, 0, c), axes?.kind === 'ints' ? e.ints(...axes.value.map(Number)) : ''];
    return e.give(0, 'ReduceSum', inputs, { keepdims: intOf(node, 'keepdims', 1) });
  },
  ExpandDims: (node, c) => {
    const e = new Emitter(node, c);
    const axes = e.emit('Cast', [e.emit('Reshape', [inputOf(node, 1, c), e.ints(-1)])], { to: 7 });
    return e.give(0, 'Unsqueeze', [inputOf(node, 0, c), axes]);
  },
  // Its pads are an input with one more axis allowed: [1, 2 · rank].
  Pad: (node, c) => {
    const e = new Emitter(node, c);
    const pads = e.emit('Reshape', [inputOf(node, 1, c), e.ints(-1)]);
    return e.give(0, 'Pad', [inputOf(node, 0, c), pads, node.inputs[2] ?? ''], attributesOf(node, c));
  },
};
