/**
 * TensorFlow has written a dilated convolution as a plain one between SpaceToBatchND and BatchToSpaceND: such three become one convolution
 * again, which leaves the batch alone.
 */
import { toNumbers } from '../../../graph/ir/numbers';
import { int64, type Tensor } from '../../../graph/ir/tensor';
import type { TfAttribute, TfNode, TfProgram } from '../graph/graphDef';

const convolutions = new Set(['Conv2D', 'DepthwiseConv2dNative']);

/** The nodes with those convolutions in place of what wrote them, and the constants with their paddings. */
export function dilatedConvolutions(program: TfProgram): Pick<TfProgram, 'nodes' | 'constants'> {
  if (!program.nodes.some((node) => node.op === 'BatchToSpaceND')) return program;
  const nodes = new Map(program.nodes.map((node) => [plain(node.name), node]));
  const readers = new Map<string, number>();
  for (const value of [...program.nodes.flatMap((node) => node.inputs), ...program.outputs].map(plain)) {
    readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  const constants = new Map(program.constants);
  const rewritten = program.nodes.flatMap((node) => {
    const found = node.op === 'BatchToSpaceND' ? dilation(node, nodes, readers, program.constants) : undefined;
    if (!found) return [node];
    const name = fresh(`${node.name}/paddings`, constants, nodes);
    const padded = fresh(`${node.name}/Pad`, constants, nodes);
    constants.set(name, found.paddings);
    const pad: TfNode = { name: padded, op: 'Pad', inputs: [found.x, name], attributes: new Map() };
    const inputs = [padded, ...found.convolution.inputs.slice(1)];
    const attributes = new Map(found.convolution.attributes).set('dilations', found.dilations);
    return [pad, { ...found.convolution, name: node.name, inputs, attributes }];
  });
  return { nodes: rewritten, constants };
}

const plain = (value: string) => (value.endsWith(':0') ? value.slice(0, -2) : value);

function fresh(hint: string, ...taken: readonly { has(name: string): boolean }[]): string {
  let name = hint;
  for (let i = 2; taken.some((names) => names.has(name)); i++) name = `${hint}_${i}`;
  return name;
}

interface Dilation {
  readonly x: string;
  readonly convolution: TfNode;
  readonly dilations: TfAttribute;
  /** Around the image, [axes, 2]; less than nothing where more is cut off than was padded. */
  readonly paddings: Tensor;
}

/** Constants that are passed on are constants. */
function constantAt(value: string, nodes: ReadonlyMap<string, TfNode>, constants: TfProgram['constants']) {
  let name = plain(value);
  for (let steps = 0; steps < 8; steps++) {
    const known = constants.get(name);
    const node = nodes.get(name);
    if (known || node?.op !== 'Identity') return known;
    name = plain(node.inputs[0] ?? '');
  }
  return undefined;
}

function dilation(
  end: TfNode,
  nodes: ReadonlyMap<string, TfNode>,
  readers: ReadonlyMap<string, number>,
  constants: TfProgram['constants'],
): Dilation | undefined {
  const alone = (value: string | undefined) => {
    const name = plain(value ?? '');
    return readers.get(name) === 1 ? nodes.get(name) : undefined;
  };
  const convolution = alone(end.inputs[0]);
  if (!convolution || !convolutions.has(convolution.op) || !isPlain(convolution)) return undefined;
  const start = alone(convolution.inputs[0]);
  if (start?.op !== 'SpaceToBatchND') return undefined;
  const numbers = [start.inputs[1], start.inputs[2], end.inputs[1], end.inputs[2]].map((value) => {
    const tensor = constantAt(value ?? '', nodes, constants);
    return tensor && tensor.dims.length <= 2 && tensor.data.length <= 4 ? toNumbers(tensor) : undefined;
  });
  const [block, pads, blockAfter, crops] = numbers;
  if (block?.length !== 2 || pads?.length !== 4 || crops?.length !== 4) return undefined;
  if (blockAfter?.length !== 2 || block.some((length, i) => length !== blockAfter[i])) return undefined;
  const [top = 0, bottom = 0, left = 0, right = 0] = pads.map((pad, i) => pad - (crops[i] as number));
  return {
    x: start.inputs[0] ?? '',
    convolution,
    dilations: { kind: 'list', value: [1, ...block, 1].map((value) => ({ kind: 'i', value })) },
    paddings: int64([4, 2], [0, 0, top, bottom, left, right, 0, 0]),
  };
}

/** Without strides, dilations and padding of its own. */
function isPlain({ attributes }: TfNode): boolean {
  const ones = (name: string) => {
    const value = attributes.get(name);
    return (
      value === undefined ||
      (value.kind === 'list' && value.value.every((each) => each.kind === 'i' && each.value === 1))
    );
  };
  const text = (name: string, usual: string) => {
    const value = attributes.get(name);
    return value === undefined ? usual : value.kind === 's' ? value.value : '';
  };
  return (
    ones('strides') && ones('dilations') && text('padding', '') === 'VALID' && text('data_format', 'NHWC') === 'NHWC'
  );
}
