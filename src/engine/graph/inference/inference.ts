/** Shapes and known values of a graph under one binding of its input sizes. */
import { CheckpointError, UnsupportedOperatorError } from '../../../shared/errors';
import { nodeLabel } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { integerTypes, isFloat, isFoldable, toNumbers } from '../ir/numbers';
import { elementCount, mostDimensions, type Tensor, type ValueType, valueBytes } from '../ir/tensor';
import { operatorNamed } from '../ops';
import type { Additions, InferContext, OperatorDefinition } from '../ops/definition';
import type { ComputedConstants } from './computedConstants';

function definitionOf(node: Node): OperatorDefinition {
  const definition = operatorNamed(node.op);
  if (definition && node.unsupported === undefined) return definition;
  const why = node.unsupported ?? 'is not supported';
  throw new UnsupportedOperatorError(
    node.op,
    nodeLabel(node),
    `The operator ${node.op} of node “${nodeLabel(node)}” ${why}.`,
  );
}

/** A shape, its paddings or the sizes of its parts are no more numbers than this. */
const mostInts = 1 << 16;

/** Values of this many elements are sizes that later shapes depend on: they are evaluated in any case … */
const alwaysEvaluated = 1 << 10;
/** … all others as long as those that are held take no more bytes than this. */
const mostKnownBytes = 1 << 27;

function checkInputs({ inputs }: OperatorDefinition, c: InferContext): void {
  const [least, most = least] = inputs ?? [0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < least; index++) if (!c.has(index)) c.fail(`lacks its input ${index}`);
  if (c.inputCount > most) c.fail(`reads ${c.inputCount} values where it takes ${most}`);
}

/** Numbers out of range in a file (an index behind the end of a list, numbers that do not fill their shape) are told in a sentence. */
function computed<T>(node: Node, how: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const why = error.message.replace(/\.$/, '');
    throw new CheckpointError(`The ${node.op} node “${nodeLabel(node)}” cannot be ${how}: ${why}.`, { cause: error });
  }
}

/** Types and values of a graph's values as far as its nodes have been applied; look-ups fall back to the types given. */
export class Inference {
  readonly types = new Map<string, ValueType>();
  readonly known = new Map<string, Tensor>();
  private knownBytes = 0;

  /**
   * @param largest values of more elements are not evaluated: computing them here would cost more than it saves.
   * @param largestFloats the same for floating-point numbers, on which shapes do not depend.
   * @param computed what constants made from constants may take; not counted when absent.
   */
  constructor(
    private readonly baseTypes: ReadonlyMap<string, ValueType>,
    private readonly constants: ReadonlyMap<string, Tensor>,
    private readonly largest: number,
    private readonly computed?: ComputedConstants,
    private readonly largestFloats = largest,
  ) {}

  type(name: string): ValueType | undefined {
    const constant = this.constants.get(name);
    if (constant) return { dtype: constant.dtype, dims: constant.dims };
    return this.types.get(name) ?? this.baseTypes.get(name);
  }

  value(name: string): Tensor | undefined {
    return this.constants.get(name) ?? this.known.get(name);
  }

  /** The node's explicit form, see {@link OperatorDefinition.explicit}. */
  explicit(node: Node, additions: Additions): Node {
    const definition = definitionOf(node);
    const context = this.contextOf(node);
    checkInputs(definition, context);
    const explicit = computed(node, 'brought into a standard form', () => definition.explicit?.(context, additions));
    if (!explicit || explicit.op === node.op) return explicit ?? node;
    return { ...explicit, shownAs: node.shownAs === undefined ? node.op : node.shownAs };
  }

  /** Infers the node's outputs, and evaluates them when its inputs are known. */
  apply(node: Node): void {
    const definition = definitionOf(node);
    const context = this.contextOf(node);
    checkInputs(definition, context);
    const types = definition.infer(context);
    node.outputs.forEach((output, index) => {
      if (output === '') return;
      const type =
        types[index] ?? context.fail(`has ${node.outputs.length} outputs where ${types.length} are possible`);
      const { dims } = type;
      if (dims && dims.length > mostDimensions) context.fail(`has an output of ${dims.length} dimensions`);
      if (dims?.some((length) => Number.isNaN(length)))
        context.fail('has attributes or inputs that do not fit its input');
      const impossible = dims?.some((length) => length !== null && !(Number.isSafeInteger(length) && length >= 0));
      if (impossible) context.fail(`has an output of the shape [${dims?.join(', ')}]`);
      this.types.set(output, type);
    });
    this.computed?.count(
      node,
      types,
      (name) => this.value(name) !== undefined,
      (name) => this.type(name),
    );
    this.keep(node, this.evaluate(node, definition, types));
  }

  /** Evaluates a node whose outputs' types are known already: sizes that later nodes are made from. */
  learn(node: Node): void {
    const definition = operatorNamed(node.op);
    const types = node.outputs.flatMap((output) => this.type(output) ?? []);
    if (definition && types.length === node.outputs.length) this.keep(node, this.evaluate(node, definition, types));
  }

  private keep(node: Node, values: readonly Tensor[] | null): void {
    values?.forEach((value, index) => {
      const output = node.outputs[index];
      if (!output) return;
      this.known.set(output, value);
      this.knownBytes += valueBytes(value);
    });
  }

  private evaluate(node: Node, definition: OperatorDefinition, types: readonly ValueType[]): readonly Tensor[] | null {
    if (!definition.fold) return null;
    const size = types.reduce((sum, type) => sum + elementCount((type.dims ?? []) as number[]), 0);
    const floats = types.some(({ dtype }) => isFloat(dtype));
    if (size > (floats ? this.largestFloats : this.largest) || types.some((type) => !isFoldable(type.dtype)))
      return null;
    if (size > alwaysEvaluated && this.knownBytes > mostKnownBytes) return null;
    if (node.op === 'Shape' || node.op === 'Size') {
      const type = this.type(node.inputs[0] as string);
      if (!type?.dims) return null;
      return definition.fold([{ dtype: type.dtype, dims: type.dims as number[], data: [] }], node);
    }
    const inputs: (Tensor | undefined)[] = [];
    for (const name of node.inputs) {
      const value = name === '' ? undefined : this.value(name);
      if (name !== '' && (!value || !isFoldable(value.dtype) || this.isTable(value))) return null;
      inputs.push(value);
    }
    const { fold } = definition;
    return computed(node, 'computed from its constants', () => fold(inputs, node));
  }

  /** Reading a large table for a few of its elements would cost more than it saves, too. */
  private isTable(value: Tensor): boolean {
    return elementCount(value.dims) > (isFloat(value.dtype) ? this.largestFloats : this.largest);
  }

  /** What a node's rules may look at. */
  contextOf(node: Node): InferContext {
    const fail = (message: string): never => {
      throw new CheckpointError(`The ${node.op} node “${nodeLabel(node)}” ${message}.`);
    };
    const typeOf = (index: number): ValueType => {
      const name = node.inputs[index] ?? '';
      const type = name === '' ? undefined : this.type(name);
      return (
        type ?? fail(name === '' ? `lacks its input ${index}` : `reads “${name}”, which nothing computes before it`)
      );
    };
    const has = (index: number) => (node.inputs[index] ?? '') !== '';
    return {
      node,
      inputCount: node.inputs.length,
      has,
      fail,
      dims: (index) => {
        const { dims } = typeOf(index);
        if (!dims || dims.includes(null)) return fail(`reads a value whose shape depends on the data`);
        return dims as readonly number[];
      },
      dtype: (index) => typeOf(index).dtype,
      value: (index) => (has(index) ? this.value(node.inputs[index] as string) : undefined),
      ints: (index) => {
        if (!has(index)) return undefined;
        const value = this.value(node.inputs[index] as string);
        if (!value) return fail(`has a shape that depends on the data (input “${node.inputs[index]}”)`);
        if (!integerTypes.has(value.dtype))
          return fail(`has a ${value.dtype} input ${index} where integers are needed`);
        if (elementCount(value.dims) > mostInts)
          return fail(`has ${elementCount(value.dims)} numbers as input ${index}`);
        return toNumbers(value);
      },
      axis: (axis, rank) => {
        const result = axis < 0 ? axis + rank : axis;
        if (!Number.isInteger(result) || result < 0 || result >= Math.max(rank, 1)) {
          return fail(`names axis ${axis} of a value with ${rank} dimensions`);
        }
        return result;
      },
    };
  }
}
