/** Sequences and optional values, resolved while a graph is bound: a sequence is the list of its elements' names. */
import { intAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { int64 } from '../ir/tensor';
import { type FlowContext, known, make, unsupported } from './flowContext';
import { NameList } from './nameList';

/** Operators on sequences and optional values. */
export const sequenceOperators: ReadonlySet<string> = new Set([
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceInsert',
  'SequenceErase',
  'SequenceAt',
  'SequenceLength',
  'SplitToSequence',
  'ConcatFromSequence',
  'Optional',
  'OptionalGetElement',
  'OptionalHasElement',
]);

/** A longer axis is not split into parts of one size. */
const mostParts = 10_000;

export class Sequences {
  private readonly lists = new Map<string, NameList>();

  constructor(private readonly c: FlowContext) {}

  get(name: string): NameList | undefined {
    return this.lists.get(name);
  }

  set(name: string, elements: readonly string[]): void {
    this.lists.set(name, NameList.of(elements));
  }

  /** The nodes that stand for an operator on sequences; most only change what names stand for. */
  *expand(node: Node): Generator<Node, void> {
    const [first = '', second = '', third = ''] = node.inputs;
    const output = node.outputs[0] ?? '';
    const place = (name: string, length: number): number => {
      const index = known(this.c, node, name, 'picks an element by a value')[0] as number;
      return index < 0 ? index + length : index;
    };
    switch (node.op) {
      case 'SequenceConstruct':
        return this.set(output, node.inputs);
      case 'SequenceEmpty':
        return this.set(output, []);
      case 'SequenceInsert': {
        const list = this.elements(node, first);
        const index = third ? place(third, list.length) : list.length;
        if (!(index >= 0 && index <= list.length))
          return unsupported(node, 'inserts an element at a place that is not there');
        return void this.lists.set(output, list.with(index, second));
      }
      case 'SequenceErase': {
        const list = this.elements(node, first);
        const index = second ? place(second, list.length) : list.length - 1;
        if (!(index >= 0 && index < list.length)) return unsupported(node, 'erases an element that is not there');
        return void this.lists.set(output, list.without(index));
      }
      case 'SequenceAt': {
        const list = this.elements(node, first);
        const element = list.at(place(second, list.length));
        return yield* this.pass(element ?? unsupported(node, 'picks an element that is not there'), output, node.name);
      }
      case 'SequenceLength': {
        const length = { ...int64([1], [this.elements(node, first).length]), dims: [] };
        return yield* this.pass(this.c.constant(`${output}/length`, length), output, node.name);
      }
      case 'OptionalHasElement': {
        const has = { dtype: 'bool', dims: [], data: Uint8Array.of(first === '' ? 0 : 1) } as const;
        return yield* this.pass(this.c.constant(`${output}/has`, has), output, node.name);
      }
      case 'SplitToSequence':
        return yield* this.split(node);
      case 'ConcatFromSequence': {
        const list = this.elements(node, first).names();
        const axis = intAttribute(node, 'axis', 0);
        if (intAttribute(node, 'new_axis', 0) === 1) return yield* this.stack(node, list, axis, output);
        return yield make(node, 'Concat', list, output, { axis });
      }
      default:
        return yield* this.pass(first, output, node.name);
    }
  }

  private *split(node: Node): Generator<Node, void> {
    const [x = '', sizes = ''] = node.inputs;
    const output = node.outputs[0] ?? '';
    const axis = intAttribute(node, 'axis', 0);
    const length = this.c.length(x, axis);
    if (length === undefined) return unsupported(node, 'splits a value whose shape depends on the image');
    const wanted = sizes === '' ? [1] : known(this.c, node, sizes, 'splits by a value');
    if (length > mostParts && wanted.length === 1)
      return unsupported(node, `splits an axis of ${length}, longer than ${mostParts}`);
    const each = sizes === '' || this.c.value(sizes)?.dims.length === 0 ? (wanted[0] as number) : 0;
    const parts = each
      ? Array.from({ length: Math.ceil(length / each) }, (_, i) => Math.min(each, length - i * each))
      : wanted;
    const names = parts.map((_, index) => `${output}/part_${index}`);
    const split = this.c.constant(`${output}/sizes`, int64([parts.length], parts));
    yield { op: 'Split', name: node.name, inputs: [x, split], outputs: names, attributes: { axis } };
    if (sizes !== '' || intAttribute(node, 'keepdims', 1) === 1) return this.set(output, names);
    const squeezed = names.map((name) => `${name}/squeezed`);
    const axes = this.c.constant(`${output}/axes`, int64([1], [axis]));
    for (const [index, name] of names.entries()) yield make(node, 'Squeeze', [name, axes], squeezed[index] as string);
    this.set(output, squeezed);
  }

  /** The elements joined along a new axis. */
  *stack(node: Node, elements: readonly string[], axis: number, output: string): Generator<Node, void> {
    if (output === '') return;
    if (elements.length === 0) return unsupported(node, 'gives an empty list');
    const axes = this.c.constant(`${output}/axes`, int64([1], [axis]));
    const parts = elements.map((_, index) => `${output}/turn_${index}`);
    for (const [index, element] of elements.entries()) {
      yield make(node, 'Unsqueeze', [element, axes], parts[index] as string);
    }
    yield make(node, 'Concat', parts, output, { axis });
  }

  /** Another name for a value or a sequence. */
  *pass(from: string, to: string, name: string, shownAs?: Node['shownAs']): Generator<Node, void> {
    if (to === '') return;
    const list = this.lists.get(from);
    if (list) this.lists.set(to, list);
    else {
      const identity = { op: 'Identity', name, inputs: [from], outputs: [to], attributes: {} };
      yield shownAs === undefined ? identity : { ...identity, shownAs };
    }
  }

  elements(node: Node, name: string): NameList {
    return this.lists.get(name) ?? unsupported(node, 'reads a sequence that depends on the image');
  }
}
