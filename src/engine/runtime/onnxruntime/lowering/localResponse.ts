import { floatAttribute, intAttribute } from '../../../graph/ir/attributes';
import { float32 } from '../../../graph/ir/tensor';
import { reach } from '../../../graph/ops/localResponse';
import type { Lowering } from '../../lowering';

const sizeOf = (c: Parameters<Lowering['needed']>[0]) => intAttribute(c.node, 'size', 1);

/** A window of even size as an average over channels, with zeros around them: onnxruntime has LRN of odd sizes only. */
export const localResponse: Lowering = {
  needed: (c) => sizeOf(c) % 2 === 0,
  lower: (c, add) => {
    const [{ node }, size] = [c, sizeOf(c)];
    const [x] = node.inputs as [string];
    const scalar = (name: string, fallback: number) =>
      add.tensor(float32([], Float32Array.of(floatAttribute(node, name, fallback))));
    const [before, after] = reach(size);
    const rows = add.emit('Reshape', [add.emit('Mul', [x, x]), add.ints([0, 1, c.dims(0)[1] as number, -1])]);
    const windows = { kernel_shape: [size, 1], pads: [before, 0, after, 0], count_include_pad: 1 };
    const mean = add.emit('Reshape', [add.emit('AveragePool', [rows], windows), add.emit('Shape', [x])]);
    const s = add.emit('Add', [add.emit('Mul', [mean, scalar('alpha', 1e-4)]), scalar('bias', 1)]);
    return { ...node, op: 'Div', inputs: [x, add.emit('Pow', [s, scalar('beta', 0.75)])], attributes: {} };
  },
};
