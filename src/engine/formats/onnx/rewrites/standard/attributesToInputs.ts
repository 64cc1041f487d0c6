/** Operators whose attributes became inputs: Clip 11, Pad 11, Slice 10, TopK 10, Squeeze, Unsqueeze, Split, ReduceSum 13, other reductions 18. */
import type { NodeRecord } from '../../proto/graphProto';
import { inputOf, nodeWith, type Rewrite, type RewriteContext } from '../writing/rewrite';

/** An INTS attribute as a one-dimensional int64 constant, with all 64 bits; the empty string when it is not given. */
function intsInput(node: NodeRecord, name: string, c: RewriteContext): string {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'ints' || attribute.value.length === 0) return '';
  const data = BigInt64Array.from(attribute.value);
  return c.add(`${node.outputs[0]}/${name}`, { dtype: 'int64', dims: [data.length], data });
}

/** A FLOAT attribute as a float32 scalar constant; the empty string when it is not given. */
function floatInput(node: NodeRecord, name: string, c: RewriteContext): string {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'float') return '';
  const tensor = { dtype: 'float32', dims: [], data: Float32Array.of(attribute.value) } as const;
  return c.add(`${node.outputs[0]}/${name}`, tensor);
}

function axesBefore(opset: number): Rewrite {
  return (node, c) => {
    if (c.opset >= opset) return [nodeWith(node, c)];
    const inputs = [inputOf(node, 0, c), intsInput(node, 'axes', c)];
    return [nodeWith(node, c, { inputs, without: ['axes'] })];
  };
}

const clip: Rewrite = (node, c) => {
  if (c.opset >= 11) return [nodeWith(node, c)];
  const inputs = [inputOf(node, 0, c), floatInput(node, 'min', c), floatInput(node, 'max', c)];
  return [nodeWith(node, c, { inputs, without: ['min', 'max'] })];
};

const pad: Rewrite = (node, c) => {
  if (c.opset >= 11) return [nodeWith(node, c)];
  const inputs = [inputOf(node, 0, c), intsInput(node, 'pads', c), floatInput(node, 'value', c)];
  return [nodeWith(node, c, { inputs, without: ['pads', 'value'] })];
};

const slice: Rewrite = (node, c) => {
  if (c.opset >= 10) return [nodeWith(node, c)];
  const names = ['starts', 'ends', 'axes'];
  const inputs = [inputOf(node, 0, c), ...names.map((name) => intsInput(node, name, c))];
  return [nodeWith(node, c, { inputs, without: names })];
};

const topK: Rewrite = (node, c) => {
  const k = node.attributes.get('k');
  if (c.opset >= 10 || k?.kind !== 'int') return [nodeWith(node, c)];
  const count = c.add(`${node.outputs[0]}/k`, { dtype: 'int64', dims: [1], data: BigInt64Array.of(k.value) });
  return [nodeWith(node, c, { inputs: [inputOf(node, 0, c), count], without: ['k'] })];
};

/** From opset 18 on equal parts must be asked for by their number. */
const split: Rewrite = (node, c) => {
  const x = inputOf(node, 0, c);
  const sizes = c.opset < 13 ? intsInput(node, 'split', c) : (node.inputs[1] ?? '');
  if (c.opset >= 18 || sizes !== '') return [nodeWith(node, c, { inputs: [x, sizes], without: ['split'] })];
  const attributes = { num_outputs: node.outputs.length };
  return [nodeWith(node, c, { inputs: [x], attributes, without: ['split'] })];
};

const reductions =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare';

export const attributesToInputs: Readonly<Record<string, Rewrite>> = {
  Clip: clip,
  Pad: pad,
  Slice: slice,
  Split: split,
  Squeeze: axesBefore(13),
  TopK: topK,
  Unsqueeze: axesBefore(13),
  ReduceSum: axesBefore(13),
  ...Object.fromEntries(reductions.split(' ').map((op) => [op, axesBefore(18)])),
};
