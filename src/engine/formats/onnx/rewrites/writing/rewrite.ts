import type { AttributeValue, Node } from '../../../../graph/ir/graph';
import type { Dim, DType, Tensor } from '../../../../graph/ir/tensor';
import type { NameSpace } from '../../../kit/graph/operatorWriter';
import type { NodeRecord } from '../../proto/graphProto';
import type { SparseRecord } from '../../proto/sparseTensor';
import type { TensorRecord } from '../../proto/tensorProto';
import type { Quantisation } from '../../values/realValues';

/** What a rewriting rule may ask and add. */
export interface RewriteContext extends NameSpace {
  /** Version of the standard operators that the checkpoint was written for. */
  readonly opset: number;
  /** The value of an initializer or Constant node; undefined when it is computed. */
  constant(value: string): Tensor | undefined;
  /** Shape as far as the checkpoint tells it; undefined when even the rank is unknown. */
  dims(value: string): readonly Dim[] | undefined;
  /** True when a node reads the value or it is an output of the graph. */
  used(value: string): boolean;
  /** How a value was quantised that is carried as the real numbers it stands for; undefined for all others. */
  quantisation(value: string): Quantisation | undefined;
  /** True when a quantised value may be carried as real numbers: all its consumers take them. */
  mayBeReal(value: string): boolean;
  /** True when the value is multiplied before anything else becomes of it. */
  onlyScaled(value: string): boolean;
  /** Says that the node computes this quantised value as real numbers. */
  carry(value: string, as: Quantisation): void;
  load(tensor: TensorRecord | SparseRecord): Tensor;
  /** Tells the user what was changed; the same sentence is told once. */
  note(sentence: string): void;
  /** Element type as far as the checkpoint tells it, floating-point types as float32. */
  dtype(value: string): DType | undefined;
  /** Throws CheckpointError about this node: `the node … <what>`. */
  fail(what: string): never;
  /** Throws {@link Unsupported}: the node stays as it is, and is named as unsupported when the logits depend on it. */
  unsupported(why: string): never;
}

/** A node that is right but has no counterpart here; the message completes the sentence `The operator … <why>`. */
export class Unsupported extends Error {}

/** Turns a node of an older or newer opset into nodes of opset 21. */
export type Rewrite = (node: NodeRecord, c: RewriteContext) => readonly Node[];

function attributeNumber(value: bigint): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.max(-most, Math.min(most, Number(value)));
}

/** The node's attributes as graph values. Nested graphs are not among them: they become its bodies. */
export function attributesOf(node: NodeRecord, c: RewriteContext): Record<string, AttributeValue> {
  const entries: [string, AttributeValue][] = [];
  for (const [name, attribute] of node.attributes) {
    switch (attribute.kind) {
      case 'int':
        entries.push([name, attributeNumber(attribute.value)]);
        break;
      case 'ints':
        entries.push([name, attribute.value.map(attributeNumber)]);
        break;
      case 'tensor':
      case 'sparse':
        entries.push([name, c.load(attribute.value)]);
        break;
      case 'graph':
      case 'reference':
      case 'other':
        break;
      default:
        entries.push([name, attribute.value]);
    }
  }
  return Object.fromEntries(entries);
}

export interface NodeChanges {
  readonly op?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  /** Added to the node's own attributes, over them. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Names of attributes to leave out. */
  readonly without?: readonly string[];
}

/** The node as it is, but for the changes. Operators of other domains are called `domain::Operator`. */
export function nodeWith(node: NodeRecord, c: RewriteContext, changes: NodeChanges = {}): Node {
  const attributes = attributesOf(node, c);
  for (const name of changes.without ?? []) delete attributes[name];
  const inputs = [...(changes.inputs ?? node.inputs)];
  while (inputs.at(-1) === '') inputs.pop();
  return {
    op: changes.op ?? (node.domain === '' ? node.op : `${node.domain}::${node.op}`),
    name: node.name,
    inputs,
    outputs: changes.outputs ?? node.outputs,
    attributes: { ...attributes, ...changes.attributes },
  };
}

export function outputOf(node: NodeRecord, c: RewriteContext): string {
  const [output] = node.outputs;
  return output ? output : c.fail('has no output');
}

export function inputOf(node: NodeRecord, index: number, c: RewriteContext): string {
  const input = node.inputs[index];
  return input ? input : c.fail(`lacks its input ${index}`);
}

export function intOf(node: NodeRecord, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? attributeNumber(attribute.value) : fallback;
}

export function floatOf(node: NodeRecord, name: string): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : undefined;
}

export function textOf(node: NodeRecord, name: string, fallback: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : fallback;
}
