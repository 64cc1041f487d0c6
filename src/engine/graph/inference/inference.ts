/** Shapes and known values of a graph under one binding of its input sizes. */
import { CheckpointError, UnsupportedOperatorError } from '../../../shared/errors';
import { nodeLabel } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { LazyTensor } from '../ir/lazyTensor';
import { integerTypes, isFoldable, toNumbers } from '../ir/numbers';
import { elementCount, type Tensor, type ValueType } from '../ir/tensor';
import { operators } from '../ops';
import type { Additions, InferContext, OperatorDefinition } from '../ops/definition';

function definitionOf(node: Node): OperatorDefinition {
  const definition = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (definition && node.unsupported === undefined) return definition;
  const why = node.unsupported ?? 'is not supported';
  throw new UnsupportedOperatorError(
    node.op,
    nodeLabel(node),
    `The operator ${node.op} of node “${nodeLabel(node)}” ${why}.`,
  );
}

/** Types and values of a graph's values as far as its nodes have been applied; look-ups fall back to the types given. */
export class Inference {
  readonly types = new Map<string, ValueType>();
  readonly known = new Map<string, Tensor>();

  /** @param largest values of more elements are not evaluated: computing them here would cost more than it saves. */
  constructor(
    private readonly baseTypes: ReadonlyMap<string, ValueType>,
    private readonly constants: ReadonlyMap<string, Tensor>,
    private readonly largest: number,
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
    const explicit = definition.explicit?.(this.contextOf(node), additions);
    if (!explicit || explicit.op === node.op) return explicit ?? node;
    return { ...explicit, shownAs: node.shownAs === undefined ? node.op : node.shownAs };
  }

  /** Infers the node's outputs, and evaluates them when its inputs are known. */
  apply(node: Node): void {
    const definition = definitionOf(node);
    const context = this.contextOf(node);
    const types = definition.infer(context);
    node.outputs.forEach((output, index) => {
      if (output === '') return;
      const type =
        types[index] ?? context.fail(`has ${node.outputs.length} outputs where ${types.length} are possible`);
      if (type.dims?.some((length) => length !== null && !(Number.isSafeInteger(length) && length >= 0)))
        context.fail(`has an output of the shape [${type.dims.join(', ')}]`);
      this.types.set(output, type);
    });
    this.keep(node, this.evaluate(node, definition, types));
  }

  /** Evaluates a node whose outputs' types are known already: sizes that later nodes are made from. */
  learn(node: Node): void {
    const definition = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
    const types = node.outputs.flatMap((output) => this.type(output) ?? []);
    if (definition && types.length === node.outputs.length) this.keep(node, this.evaluate(node, definition, types));
  }

  private keep(node: Node, values: readonly Tensor[] | null): void {
    values?.forEach((value, index) => {
      const output = node.outputs[index];
      if (output) this.known.set(output, value);
    });
  }

  private evaluate(node: Node, definition: OperatorDefinition, types: readonly ValueType[]): readonly Tensor[] | null {
    if (!definition.fold) return null;
    const size = types.reduce((sum, type) => sum + elementCount((type.dims ?? []) as number[]), 0);
    if (size > this.largest || types.some((type) => !isFoldable(type.dtype))) return null;
    if (node.op === 'Shape' || node.op === 'Size') {
      const type = this.type(node.inputs[0] as string);
      if (!type?.dims) return null;
      return definition.fold([{ dtype: type.dtype, dims: type.dims as number[], data: [] }], node);
    }
    const inputs: (Tensor | undefined)[] = [];
    for (const name of node.inputs) {
      const value = name === '' ? undefined : this.value(name);
      if (name !== '' && (!value || !isFoldable(value.dtype) || this.leftInFile(value))) return null;
      inputs.push(value);
    }
    try {
      return definition.fold(inputs, node);
    } catch (error) {
      // Constants out of range: an index behind the end of a list, numbers that do not fill their shape.
      if (!(error instanceof RangeError)) throw error;
      const sentence = `The ${node.op} node “${nodeLabel(node)}” cannot be computed from its constants: ${error.message}.`;
      throw new CheckpointError(sentence, { cause: error });
    }
  }

  /** Reading a large table for a few of its elements would cost more than it saves, too. */
  private leftInFile(value: Tensor): boolean {
    return value instanceof LazyTensor && elementCount(value.dims) > this.largest;
  }

  private contextOf(node: Node): InferContext {
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
