/**
 * TensorFlow has written a dilated convolution as a plain one between SpaceToBatchND and BatchToSpaceND: such three become one convolution
 * again, which leaves the batch alone.
 */
import { toNumbers } from '../../../graph/ir/numbers';
import { int64, type Tensor } from '../../../graph/ir/tensor';
import { dataType } from '../graph/dataTypes';
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
  const name = (hint: string) => fresh(hint, constants, nodes);
  const rewritten = program.nodes.flatMap((node) => {
    const found = node.op === 'BatchToSpaceND' ? dilation(node, nodes, readers, program.constants) : undefined;
    if (!found) return [node];
    const padded = name(`${node.name}/Pad`);
    const { value, before } = paddingsOf(found, `${node.name}/paddings`, name, constants);
    const pad: TfNode = { name: padded, op: 'Pad', inputs: [found.x, value], attributes: new Map() };
    const inputs = [padded, ...found.convolution.inputs.slice(1)];
    const attributes = new Map(found.convolution.attributes).set('dilations', found.dilations);
    return [...before, pad, { ...found.convolution, name: node.name, inputs, attributes }];
  });
  return { nodes: rewritten, constants };
}

/** Paddings of all four axes ([axes, 2]): less than nothing where more is cut off than was padded. */
function paddingsOf(
  { paddings, crops }: Dilation,
  label: string,
  name: (hint: string) => string,
  constants: Map<string, Tensor>,
): { readonly value: string; readonly before: readonly TfNode[] } {
  const value = name(label);
  if (typeof paddings !== 'string' && typeof crops !== 'string') {
    const [top = 0, bottom = 0, left = 0, right = 0] = paddings.map((pad, i) => pad - (crops[i] as number));
    constants.set(value, int64([4, 2], [0, 0, top, bottom, left, right, 0, 0]));
    return { value, before: [] };
  }
  const named = (part: string, given: string | readonly number[]): string => {
    if (typeof given === 'string') return given;
    const own = name(`${label}/${part}`);
    constants.set(own, int64([2, 2], given));
    return own;
  };
  const [rest, none, axis] = ['rest', 'none', 'axis'].map((part) => name(`${label}/${part}`)) as [
    string,
    string,
    string,
  ];
  constants.set(none, int64([1, 2], [0, 0])).set(axis, { ...int64([1], [0]), dims: [] });
  const type: TfAttribute = { kind: 'type', value: dataType.int32 };
  const attributes = new Map([['T', type]]);
  const difference = [named('pads', paddings), named('crops', crops)];
  return {
    value,
    before: [
      { name: rest, op: 'Sub', inputs: difference, attributes },
      { name: value, op: 'ConcatV2', inputs: [none, rest, none, axis], attributes },
    ],
  };
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
  /** Around height and width, [2, 2]: numbers, or the value that computes them. */
  readonly paddings: readonly number[] | string;
  /** What is cut off of them again. */
  readonly crops: readonly number[] | string;
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
  if (block?.length !== 2 || (pads && pads.length !== 4) || (crops && crops.length !== 4)) return undefined;
  if (blockAfter?.length !== 2 || block.some((length, i) => length !== blockAfter[i])) return undefined;
  return {
    x: start.inputs[0] ?? '',
    convolution,
    dilations: { kind: 'list', value: [1, ...block, 1].map((value) => ({ kind: 'i', value })) },
    paddings: pads ?? start.inputs[2] ?? '',
    crops: crops ?? end.inputs[2] ?? '',
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
