/** Reverse-mode differentiation of a graph into more graph. */
import { UnsupportedOperatorError, UsageError } from '../../shared/errors';
import { nodeLabel } from './attributes';
import { GraphBuilder } from './builder';
import type { Graph, Node } from './graph';
import { isFloat } from './numbers';
import type { BackwardContext } from './ops/definition';
import { typeCode } from './ops/elementTypes';
import { dependents } from './paths';
import type { RuleTable } from './rules/table';
import type { DType } from './tensor';

export interface DifferentiateOptions {
  /** The value to differentiate, e.g. the logits [N, C]. */
  readonly of: string;
  /** Name of the new float32 graph input, in `of`'s shape: the vector of the vector–Jacobian product. */
  readonly seed: string;
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

type Forward = Pick<BackwardContext, 'varies' | 'producer' | 'reader'>;

/** What rules may ask about the graph as it was before its gradient; `needed` are the values that `of` is computed from. */
function forwardOf(graph: Graph, of: string, needed: ReadonlySet<string>): Forward {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  let varying: ReadonlySet<string> | undefined;
  let readers: ReadonlyMap<string, Node | null> | undefined;
  return {
    varies: (name) => {
      varying ??= dependents(
        graph,
        graph.inputs.map((input) => input.name),
      );
      return varying.has(name);
    },
    producer: (name) => producers.get(name),
    reader: (name) => {
      readers ??= soleReaders(graph, needed);
      return name === of ? undefined : (readers.get(name) ?? undefined);
    },
  };
}

/** Value → the only node that reads it on the way to one of `needed`; null where there are several. */
function soleReaders(graph: Graph, needed: ReadonlySet<string>): Map<string, Node | null> {
  const readers = new Map<string, Node | null>();
  for (const node of graph.nodes) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of new Set(node.inputs)) readers.set(input, readers.has(input) ? null : node);
  }
  return readers;
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

/**
 * Appends the nodes that compute seedᵀ · ∂of/∂wrt for every wanted value. Only standard operators are appended, only on paths from a
 * wanted value to `of`, and none fixes the batch length: the result is right for any batch that the forward graph accepts. Several uses
 * of a value add up. The graph must be bound. The result may be differentiated again, with another table, prefix and seed.
 *
 * Rules are written for float32, as which checkpoints are read whatever type they compute in; in another type gradients go through Cast
 * alone.
 *
 * @throws UnsupportedOperatorError when an operator on the path has no rule in the table, or does not compute in float32.
 */
export function differentiate(graph: Graph, options: DifferentiateOptions): Differentiated {
  const { of, seed, wrt, rules } = options;
  const builder = new GraphBuilder(graph, `${options.prefix ?? 'gradient'}/`);
  for (const name of [of, ...wrt]) {
    if (!graph.types.has(name) && !graph.constants.has(name))
      throw new UsageError(`The model has no value named "${name}".`);
  }
  if (graph.types.has(seed) || graph.constants.has(seed)) {
    throw new Error(`The graph has a value named "${seed}" already: each differentiation needs a seed of its own.`);
  }
  const seedType = { dtype: 'float32', dims: builder.type(of).dims } as const;
  builder.declare(seed, seedType);

  const dependent = dependents(graph, wrt);
  const needed = ancestors(graph, of);
  const active = (name: string) => dependent.has(name) && needed.has(name);
  const forward = forwardOf(graph, of, needed);

  const contributions = new Map<string, string[]>();
  const summed = new Map<string, string>();
  const contribute = (name: string, gradient: string) => {
    const list = contributions.get(name);
    if (list) list.push(gradient);
    else contributions.set(name, [gradient]);
  };
  const gradientOf = (name: string): string | undefined => {
    const known = summed.get(name);
    if (known !== undefined) return known;
    const parts = contributions.get(name);
    if (!parts) return undefined;
    const total = parts.reduce((sum, part) => builder.emit('Add', [sum, part]));
    summed.set(name, total);
    return total;
  };

  const dtype = builder.type(of).dtype;
  if (active(of)) contribute(of, dtype === 'float32' ? seed : builder.emit('Cast', [seed], { to: typeCode(dtype) }));
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index] as Node;
    const reached = node.outputs.some((output) => output !== '' && contributions.has(output));
    if (!reached || !node.inputs.some(active)) continue;
    const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
    if (!rule) throw withoutGradient(node, 'has no gradient');
    const other = node.op === 'Cast' ? undefined : otherFloat(builder, node);
    if (other) throw withoutGradient(node, `computes in ${other}, and gradients go through float32 only`);
    const gradients = rule({ ...contextOf(builder, node, active, gradientOf), ...forward });
    gradients.forEach((gradient, i) => {
      const input = node.inputs[i];
      if (gradient !== null && input && active(input)) contribute(input, gradient);
    });
  }

  const gradients = new Map<string, string>();
  for (const name of wrt) {
    const own = gradientOf(name) ?? builder.emit('ConstantOfShape', [builder.emit('Shape', [name])]);
    gradients.set(name, own === seed ? builder.emit('Identity', [seed]) : own);
  }
  return { graph: builder.finish([{ name: seed, type: seedType }], [...gradients.values()]), gradients };
}

/** The type of the floating-point numbers that a node gives when it is not float32. */
function otherFloat(builder: GraphBuilder, node: Node): DType | undefined {
  const types = node.outputs.map((output) => (output === '' ? 'float32' : builder.type(output).dtype));
  return types.find((type) => isFloat(type) && type !== 'float32');
}

function withoutGradient(node: Node, why: string): UnsupportedOperatorError {
  const label = nodeLabel(node);
  return new UnsupportedOperatorError(node.op, label, `The operator ${node.op} of node "${label}" ${why}.`);
}

function contextOf(
  builder: GraphBuilder,
  node: Node,
  active: (name: string) => boolean,
  gradientOf: (name: string) => string | undefined,
): Omit<BackwardContext, keyof Forward> {
  const own = (names: readonly string[], index: number) => {
    const name = names[index];
    if (!name) throw new Error(`The ${node.op} node "${nodeLabel(node)}" has no value at place ${index}.`);
    return name;
  };
  const g = (index = 0) => {
    const gradient = gradientOf(own(node.outputs, index));
    if (gradient === undefined) throw withoutGradient(node, `has no gradient for its output ${index}`);
    return gradient;
  };
  return {
    node,
    g,
    x: (index = 0) => own(node.inputs, index),
    y: (index = 0) => own(node.outputs, index),
    hasGradient: (index) => gradientOf(node.outputs[index] ?? '') !== undefined,
    wanted: (index) => active(node.inputs[index] ?? ''),
    has: (index) => (node.inputs[index] ?? '') !== '',
    dims: (name) => builder.type(name).dims as readonly number[],
    dtype: (name) => builder.type(name).dtype,
    constant: (name) => builder.constant(name),
    emit: (op, inputs, attributes) => builder.emit(op, inputs, attributes),
    emitMany: (op, inputs, count, attributes) => builder.emitMany(op, inputs, count, attributes),
    scalar: (value) => builder.scalar(value),
    ints: (values) => builder.ints(values),
    tensor: (value) => builder.tensor(value),
    extraOutput: (index, type, dims) => builder.extraOutput(own(node.outputs, 0), index, { dtype: type, dims }),
    unsupported: (why) => {
      throw withoutGradient(node, why);
    },
  };
}
