/** Reverse-mode differentiation of a graph into more graph. */
import { UsageError } from '../../../shared/errors';
import { GraphBuilder } from '../inference/builder';
import { dependents } from '../inference/paths';
import type { Graph, Node } from '../ir/graph';
import { isFloat } from '../ir/numbers';
import type { DType, ValueType } from '../ir/tensor';
import type { BackwardRule } from '../ops/definition';
import { typeCode } from '../ops/elementTypes';
import type { RuleTable } from '../rules/table';
import { contextOf, forwardOf, withoutGradient } from './backwardContext';

export interface DifferentiateOptions {
  /** The value to differentiate, e.g. the logits [N, C]. */
  readonly of: string;
  /**
   * The vector of the vector–Jacobian product, float32 in `of`'s shape: the name of a new graph input, or a value of the graph, which
   * counts as a constant.
   */
  readonly cotangent: string | { readonly value: string };
  /** Values whose gradients are wanted: graph inputs, layers, float constants such as biases, or several at once. */
  readonly wrt: readonly string[];
  readonly rules: RuleTable;
  /** In front of all new names; tell two differentiations of one graph apart by it. Default "gradient". */
  readonly prefix?: string;
}

export interface Differentiated {
  readonly graph: Graph;
  /** `wrt` name → name of its gradient, which has its shape. A value that `of` does not depend on has a gradient of zeros. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Appends the nodes that compute cotangentᵀ · ∂of/∂wrt for every wanted value. Only standard operators are appended, only on paths from a
 * wanted value to `of`, and none fixes the batch length: the result is right for any batch that the forward graph accepts. Several uses
 * of a value add up. The graph must be bound. The result may be differentiated again, with another table, prefix and cotangent.
 *
 * Rules are written for float32, as which checkpoints are read whatever type they compute in; in another type gradients go through Cast
 * alone.
 *
 * @throws UnsupportedOperatorError when an operator on the path has no rule in the table, or does not compute in float32.
 */
export function differentiate(graph: Graph, options: DifferentiateOptions): Differentiated {
  const { of, wrt, rules, prefix = 'gradient' } = options;
  assertNames(graph, options);
  const builder = new GraphBuilder(graph, `${prefix}/`);
  const { dtype, dims } = builder.type(of);
  const { cotangent, inputs } = cotangentOf(builder, options.cotangent, dims);

  const [dependent, needed] = [dependents(graph, wrt), ancestors(graph, of)];
  const active = (name: string) => dependent.has(name) && needed.has(name);
  const forward = forwardOf(graph, of, needed);
  const gradients = new Gradients(builder);
  if (active(of))
    gradients.add(of, dtype === 'float32' ? cotangent : builder.emit('Cast', [cotangent], { to: typeCode(dtype) }));
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => gradients.has(output)) || !node.inputs.some(active)) continue;
    const rule = ruleFor(node, rules, builder);
    const parts = rule({ ...contextOf(builder, node, active, (name) => gradients.of(name)), ...forward });
    for (const [i, part] of parts.entries()) {
      const input = node.inputs[i] ?? '';
      if (part !== null && active(input)) gradients.add(input, part);
    }
  }

  const wanted = new Map<string, string>();
  for (const name of wrt) {
    const own = gradients.of(name) ?? builder.emit('ConstantOfShape', [builder.emit('Shape', [name])]);
    wanted.set(name, own === cotangent ? builder.emit('Identity', [cotangent]) : own);
  }
  return { graph: builder.finish(inputs, [...wanted.values()]), gradients: wanted };
}

/** Where backward starts from, and the graph input that it is when it is a new one. */
function cotangentOf(
  builder: GraphBuilder,
  cotangent: DifferentiateOptions['cotangent'],
  dims: ValueType['dims'],
): { readonly cotangent: string; readonly inputs: Graph['inputs'] } {
  if (typeof cotangent !== 'string') return { cotangent: cotangent.value, inputs: [] };
  const type = { dtype: 'float32', dims } as const;
  builder.declare(cotangent, type);
  return { cotangent, inputs: [{ name: cotangent, type }] };
}

function assertNames(graph: Graph, { of, wrt, cotangent }: DifferentiateOptions): void {
  const exists = (name: string) => graph.types.has(name) || graph.constants.has(name);
  const given = typeof cotangent === 'string' ? [] : [cotangent.value];
  const unknown = [of, ...wrt, ...given].find((name) => !exists(name));
  if (unknown !== undefined) throw new UsageError(`The model has no value named “${unknown}”.`);
  if (typeof cotangent === 'string' && exists(cotangent)) {
    throw new Error(
      `The graph has a value named “${cotangent}” already: each differentiation needs a cotangent of its own.`,
    );
  }
}

/** Parts of a gradient that are added one by one. */
const mostAdds = 64;

/** The gradients of values: every use of a value adds to its gradient. */
class Gradients {
  private readonly parts = new Map<string, string[]>();
  private readonly sums = new Map<string, string>();

  constructor(private readonly builder: GraphBuilder) {}

  add(name: string, part: string): void {
    const parts = this.parts.get(name);
    if (parts) parts.push(part);
    else this.parts.set(name, [part]);
  }

  has(name: string): boolean {
    return this.parts.has(name);
  }

  /** The sum of all parts, which must be complete by then; undefined without any. */
  of(name: string): string | undefined {
    const parts = this.parts.get(name);
    const sum = this.sums.get(name) ?? (parts && this.total(parts));
    if (sum !== undefined) this.sums.set(name, sum);
    return sum;
  }

  /** Passes over the graph know Add, and one Sum of very many parts is far cheaper to compile; both add from left to right. */
  private total(parts: readonly string[]): string {
    if (parts.length > mostAdds) return this.builder.emit('Sum', parts);
    return parts.reduce((total, part) => this.builder.emit('Add', [total, part]));
  }
}

function ruleFor(node: Node, rules: RuleTable, builder: GraphBuilder): BackwardRule {
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
  if (!rule) throw withoutGradient(node, 'has no gradient');
  const other = node.op === 'Cast' ? undefined : otherFloat(builder, node);
  if (other) throw withoutGradient(node, `computes in ${other}, and gradients go through float32 only`);
  return rule;
}

/** The type of the floating-point numbers that a node gives when it is not float32. */
function otherFloat(builder: GraphBuilder, node: Node): DType | undefined {
  const types = node.outputs.map((output) => (output === '' ? 'float32' : builder.type(output).dtype));
  return types.find((type) => isFloat(type) && type !== 'float32');
}

/** Values that `target` is computed from, itself included. */
function ancestors(graph: Graph, target: string): Set<string> {
  const result = new Set([target]);
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index] as Node;
    if (!node.outputs.some((output) => result.has(output))) continue;
    for (const input of node.inputs) if (input !== '') result.add(input);
  }
  return result;
}
