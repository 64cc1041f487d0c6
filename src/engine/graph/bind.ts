/** Binds a graph to input sizes: explicit paddings, shapes of all values, shape arithmetic and other constants folded. */
import { CheckpointError, UsageError } from '../../shared/errors';
import { ControlFlow } from './controlFlow';
import type { Graph, Node } from './graph';
import { Inference } from './inference';
import type { Additions } from './ops/definition';
import { type Bindings, FixedBatch, freeBatch } from './passes/freeBatch';
import { removeDeadNodes } from './passes/removeDeadNodes';
import { Reach, type Refusal } from './reach';
import { int64, type Tensor, type ValueType } from './tensor';

/** Input name → its whole shape, batch first. */
export type InputSizes = ReadonlyMap<string, readonly number[]>;

/** Constants of more elements are left to the runtime. */
const largestFolded = 1 << 20;

/** A bound graph and what binding found of its batch. */
export interface Bound {
  readonly graph: Graph;
  /** Why the batch length is fixed; null when the graph is right for any. */
  readonly fixedBatch: string | null;
}

/** A graph bound as far as it can be: see {@link bindReachable}. */
export interface Reached extends Bound {
  /** The nodes that cannot be computed, in graph order, with the outputs of the graph that each costs. */
  readonly refused: readonly (Refusal & { readonly outputs: readonly string[] })[];
  /** The values that refused nodes read. */
  readonly frontier: readonly string[];
}

/**
 * The graph with all sizes known: `auto_pad` made explicit, every shape inferred, what does not depend on the data computed, nodes that
 * nothing needs removed. Names of values stay.
 *
 * The batch stays free where the checkpoint allows it: shape arithmetic on the batch length is not folded, and a batch length of 1 that an
 * exporter wrote into Reshape, Expand or Concat is undone (see {@link isBatchPolymorphic}). `types` show the batch length bound here.
 *
 * @param sizes shapes of inputs, batch first; inputs that are left out keep the shape that the checkpoint declares, with batch 1 where
 *   it leaves the batch open.
 * @throws UsageError when a size is missing; CheckpointError when a node contradicts its operator or the sizes do not fit the model;
 *   UnsupportedOperatorError for an operator without a definition.
 */
export function bind(graph: Graph, sizes: InputSizes = new Map()): Graph {
  return bindBatch(graph, sizes).graph;
}

/**
 * True when the bound graph is right for any batch length: the shapes of all its values follow the batch, and so do its outputs.
 * Throws as {@link bind} does.
 */
export function isBatchPolymorphic(graph: Graph, sizes: InputSizes = new Map()): boolean {
  return bindBatch(graph, sizes).fixedBatch === null;
}

/** {@link bind} and {@link isBatchPolymorphic} in one: both come from the same work. Throws as {@link bind} does. */
export function bindBatch(graph: Graph, sizes: InputSizes = new Map()): Bound {
  const reached = bindReachable(graph, sizes);
  const first = reached.refused.find(({ outputs }) => outputs.length > 0);
  if (first) throw first.error;
  return reached;
}

/**
 * As {@link bindBatch}, but a node that is not supported or contradicts its operator only costs the outputs that depend on it: the result
 * has the other outputs, and keeps the values that refused nodes read.
 *
 * @throws UsageError when a size is missing.
 */
export function bindReachable(graph: Graph, sizes: InputSizes = new Map()): Reached {
  const wanted = shapesOf(graph, sizes);
  // Exporters write the length that they traced with into the graph: free it there, then bind to the wanted one.
  const traced = tracedBatch(graph, wanted);
  if (traced) {
    const freed = tryLockstep(graph, traced);
    if (freed.fixedBatch === null) {
      const bound = tryLockstep(freed.graph, wanted, freed.frontier);
      return { ...bound, refused: [...freed.refused, ...bound.refused] };
    }
  }
  return tryLockstep(graph, wanted);
}

function tryLockstep(graph: Graph, shapes: InputSizes, keep: readonly string[] = []): Reached {
  try {
    return { ...lockstep(graph, shapes, nextBatch(shapes), keep), fixedBatch: null };
  } catch (error) {
    if (!(error instanceof FixedBatch)) throw error;
    return { ...lockstep(graph, shapes, null, keep), fixedBatch: error.message };
  }
}

function shapesOf(graph: Graph, sizes: InputSizes): InputSizes {
  for (const name of sizes.keys()) {
    if (!graph.inputs.some((input) => input.name === name))
      throw new UsageError(`The model has no input named "${name}".`);
  }
  return new Map(
    graph.inputs.map(({ name, type }): [string, readonly number[]] => {
      const given = sizes.get(name);
      if (given && type.dims && given.length !== type.dims.length) {
        throw new UsageError(`The input "${name}" has ${type.dims.length} dimensions, not ${given.length}.`);
      }
      const dims = given ?? type.dims?.map((dim, axis) => dim ?? (axis === 0 ? 1 : null));
      if (!dims || (dims as readonly (number | null)[]).includes(null))
        throw new UsageError(`The size of the input "${name}" must be given: the model leaves it open.`);
      return [name, dims as readonly number[]];
    }),
  );
}

/** The shapes with the batch length that the checkpoint declares, when it declares another one than is wanted. */
function tracedBatch(graph: Graph, wanted: InputSizes): InputSizes | null {
  const traced = new Map(wanted);
  for (const { name, type } of graph.inputs) {
    const declared = type.dims?.[0];
    const dims = wanted.get(name);
    if (declared && dims) traced.set(name, [declared, ...dims.slice(1)]);
  }
  return [...traced].some(([name, dims]) => dims[0] !== wanted.get(name)?.[0]) ? traced : null;
}

/** The same shapes with one more item in the batch. */
function nextBatch(shapes: InputSizes): InputSizes {
  return new Map(
    [...shapes].map(([name, dims]) => [name, dims.map((length, axis) => (axis === 0 ? length + 1 : length))]),
  );
}

function sameTensor(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.dims.length !== b.dims.length || a.data.length !== b.data.length) return false;
  if (a.dims.some((length, axis) => length !== b.dims[axis])) return false;
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
}

/** Infers and folds node by node under one binding, or under two that differ in the batch; only what both agree on is folded. */
function lockstep(
  graph: Graph,
  shapes: InputSizes,
  probeShapes: InputSizes | null,
  keep: readonly string[],
): Omit<Reached, 'fixedBatch'> {
  const constants = new Map(graph.constants);
  const types = new Map<string, ValueType>();
  const start = (inputShapes: InputSizes) => {
    const inference = new Inference(types, constants, largestFolded);
    for (const { name, type } of graph.inputs) {
      inference.types.set(name, { dtype: type.dtype, dims: inputShapes.get(name) as readonly number[] });
    }
    return inference;
  };
  const reference = start(shapes);
  const probe = probeShapes && start(probeShapes);
  const outputs = new Set(graph.outputs);
  const nodes: Node[] = [];

  const underProbe = (node: Node) => {
    try {
      probe?.apply(node);
    } catch (error) {
      // What fits one image does not fit two: a length was fixed when the model was exported.
      if (error instanceof CheckpointError) throw new FixedBatch(error.message);
      throw error;
    }
  };
  const add = (node: Node) => {
    reference.apply(node);
    underProbe(node);
    const known = node.outputs.every((name) => {
      if (name === '') return true;
      const value = reference.known.get(name);
      return value !== undefined && !outputs.has(name) && (!probe || sameTensor(value, probe.known.get(name)));
    });
    if (!known) {
      nodes.push(node);
      return;
    }
    for (const name of node.outputs) if (name !== '') constants.set(name, reference.known.get(name) as Tensor);
  };

  let fresh = 0;
  const additions: Additions = {
    ints: (values) => {
      const name = `bound/ints_${values.join('_')}`;
      constants.set(name, int64([values.length], values));
      return name;
    },
    tensor: (value) => {
      const name = `bound/constant_${fresh++}`;
      constants.set(name, value);
      return name;
    },
    emit: (op, inputs, attributes = {}) => {
      const output = `bound/${op}_${fresh++}`;
      add({ op, name: output, inputs, outputs: [output], attributes, shownAs: null });
      return output;
    },
  };
  const bindings: Bindings | null = probe && { reference, probe, before: new Map(), ...additions };
  const flow = new ControlFlow({
    value: (name) => {
      const value = reference.value(name);
      if (value && probe && !sameTensor(value, probe.value(name))) throw new FixedBatch(batchDecides(name));
      return value;
    },
    length: (name, axis) => {
      const length = reference.type(name)?.dims?.at(axis);
      if (probe && length !== probe.type(name)?.dims?.at(axis)) throw new FixedBatch(batchDecides(name));
      return length ?? undefined;
    },
    constant: (hint, tensor) => {
      const name = constants.has(hint) ? `${hint}_${fresh++}` : hint;
      constants.set(name, tensor);
      return name;
    },
  });
  const reach = new Reach();
  for (const node of graph.nodes) {
    reach.attempt(node, () => {
      for (const each of flow.expand(node)) {
        reach.attempt(each, () => {
          const explicit = reference.explicit(each, additions);
          add(bindings ? freeBatch(explicit, bindings) : explicit);
        });
      }
    });
  }
  const reached = graph.outputs.filter((name) => !reach.causes.has(name));
  const noTensor = reached.find((name) => !reference.type(name));
  if (noTensor !== undefined) {
    throw new CheckpointError(`The output "${noTensor}" is a sequence, not a tensor, which is not supported.`);
  }
  if (probe) for (const name of reached) requireBatch(name, reference, probe);

  const inputs = graph.inputs.map(({ name }) => ({ name, type: reference.types.get(name) as ValueType }));
  const refused = reach.refused.map((each) => ({
    ...each,
    outputs: graph.outputs.filter((name) => reach.causes.get(name) === each.node),
  }));
  const read = refused.flatMap(({ node }) => node.inputs.filter((name) => reference.types.has(name)));
  const frontier = [...new Set([...keep, ...read])];
  const whole = { inputs, outputs: reached, nodes, constants, types: reference.types };
  return { graph: { ...removeDeadNodes(whole, [...reached, ...frontier]), outputs: reached }, refused, frontier };
}

function batchDecides(name: string): string {
  return `The value "${name}", which decides what is computed, depends on the batch.`;
}

/** An output must have the batch as its first axis, and only there. */
function requireBatch(name: string, reference: Inference, probe: Inference): void {
  const a = reference.type(name)?.dims ?? [];
  const b = probe.type(name)?.dims ?? [];
  const follows = a.every((length, axis) => (axis === 0 ? length !== b[axis] : length === b[axis]));
  if (a.length === 0 || !follows) throw new FixedBatch(`The output "${name}" does not follow the batch.`);
}
