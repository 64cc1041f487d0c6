/**
 * Infers and folds a graph node by node, under one binding of its input sizes or under two that differ in the batch: only what both agree
 * on is folded, and what differs between them depends on the batch.
 */
import { CheckpointError } from '../../../shared/errors';
import { ComputedConstants } from '../inference/computedConstants';
import { Inference } from '../inference/inference';
import type { Graph, GraphInput, Node } from '../ir/graph';
import { int64, type Tensor, type ValueType } from '../ir/tensor';
import type { Additions } from '../ops/definition';
import { type Bindings, FixedBatch, freeBatch } from '../passes/freeBatch';
import { removeDeadNodes } from '../passes/removeDeadNodes';
import { ControlFlow } from './controlFlow';
import type { FlowContext } from './flowContext';
import { Reach, type UnsupportedNode } from './reach';

/** Input name → its whole shape, batch first. */
export type InputSizes = ReadonlyMap<string, readonly number[]>;

/** The part of a graph that can be computed. */
export interface Reachable {
  readonly graph: Graph;
  /** The nodes that cannot be computed, in graph order, with the outputs of the graph that each costs. */
  readonly unsupported: readonly (UnsupportedNode & { readonly outputs: readonly string[] })[];
  /** The values that unsupported nodes read. */
  readonly frontier: readonly string[];
}

/** Constants of more elements are left to the runtime; floating-point numbers sooner, since it is so much faster with them. */
const largestFolded = 1 << 20;
const largestFloats = 1 << 16;

/**
 * Binds as far as the graph can be computed.
 *
 * @param probeShapes shapes with another batch length, where the batch is to stay free.
 * @param keep values that stay although no output needs them.
 * @param memory bytes that constants made from constants have to fit in.
 * @throws FixedBatch when the graph is not right for both; CheckpointError when an output is no tensor.
 */
export function bindInLockstep(
  graph: Graph,
  shapes: InputSizes,
  probeShapes: InputSizes | null,
  keep: readonly string[],
  memory: number,
): Reachable {
  const lockstep = new Lockstep(graph, shapes, probeShapes, memory);
  const reach = new Reach();
  for (const node of graph.nodes) {
    reach.attempt(node, () => {
      for (const each of lockstep.flow.expand(node)) reach.attempt(each, () => lockstep.take(each));
    });
  }
  const outputs = graph.outputs.filter((name) => !reach.causes.has(name));
  for (const name of outputs) lockstep.checkOutput(name);
  const lost = reach.lost(graph.outputs);
  const unsupported = reach.unsupported.map((each) => ({ ...each, outputs: lost.get(each.node) ?? [] }));
  const bound = lockstep.finish(outputs);
  const read = unsupported.flatMap(({ node }) => node.inputs.filter((name) => bound.types.has(name)));
  const frontier = [...new Set([...keep, ...read])];
  return { graph: { ...removeDeadNodes(bound, [...outputs, ...frontier]), outputs }, unsupported, frontier };
}

function inferenceOf(
  inputs: readonly GraphInput[],
  constants: ReadonlyMap<string, Tensor>,
  shapes: InputSizes,
  computed?: ComputedConstants,
) {
  const inference = new Inference(new Map(), constants, largestFolded, computed, largestFloats);
  for (const { name, type } of inputs) {
    inference.types.set(name, { dtype: type.dtype, dims: shapes.get(name) as readonly number[] });
  }
  return inference;
}

class Lockstep {
  /** Control flow, which is resolved by what has been taken so far. */
  readonly flow: ControlFlow;
  private readonly constants: Map<string, Tensor>;
  private readonly reference: Inference;
  private readonly probe: Inference | null;
  private readonly bindings: Bindings | null;
  private readonly additions: Additions;
  private readonly outputs: ReadonlySet<string>;
  private readonly nodes: Node[] = [];
  private fresh = 0;

  constructor(
    private readonly graph: Graph,
    shapes: InputSizes,
    probeShapes: InputSizes | null,
    memory: number,
  ) {
    this.constants = new Map(graph.constants);
    this.outputs = new Set(graph.outputs);
    this.reference = inferenceOf(graph.inputs, this.constants, shapes, new ComputedConstants(graph.constants, memory));
    this.probe = probeShapes && inferenceOf(graph.inputs, this.constants, probeShapes);
    this.additions = this.makeAdditions();
    const { reference, probe, additions } = this;
    this.bindings = probe && { reference, probe, before: new Map(), ...additions };
    this.flow = new ControlFlow(this.flowContext());
  }

  /** Adds a node in its explicit form, its batch freed. */
  take(node: Node): void {
    const explicit = this.reference.explicit(node, this.additions);
    this.add(this.bindings ? freeBatch(explicit, this.bindings) : explicit);
  }

  /** An output must be a tensor, with the batch as its first axis where the batch is free, and only there. */
  checkOutput(name: string): void {
    const type = this.reference.type(name);
    if (!type) {
      throw new CheckpointError(`The output “${name}” is a sequence, not a tensor, which is not supported.`);
    }
    if (!this.probe) return;
    const [a, b] = [type.dims ?? [], this.probe.type(name)?.dims ?? []];
    const follows = a.every((length, axis) => (axis === 0 ? length !== b[axis] : length === b[axis]));
    if (a.length === 0 || !follows) throw new FixedBatch(`The output “${name}” does not follow the batch.`);
  }

  /** All that was taken. */
  finish(outputs: readonly string[]): Graph {
    const { nodes, constants } = this;
    const { types } = this.reference;
    const inputs = this.graph.inputs.map(({ name }) => ({ name, type: types.get(name) as ValueType }));
    return { inputs, outputs, nodes, constants, types };
  }

  private add(node: Node): void {
    this.reference.apply(node);
    this.applyToProbe(node);
    const names = node.outputs.filter((name) => name !== '');
    if (names.every((name) => this.isKnown(name))) {
      for (const name of names) this.constants.set(name, this.reference.known.get(name) as Tensor);
    } else {
      this.nodes.push(node);
    }
  }

  private applyToProbe(node: Node): void {
    try {
      this.probe?.apply(node);
    } catch (error) {
      // What fits one image does not fit two: a length was fixed when the model was exported.
      if (error instanceof CheckpointError) throw new FixedBatch(error.message);
      throw error;
    }
  }

  /** True for a value that does not depend on the data and not on the batch, and is no output of the graph. */
  private isKnown(name: string): boolean {
    const value = this.reference.known.get(name);
    if (value === undefined || this.outputs.has(name)) return false;
    return !this.probe || sameTensor(value, this.probe.known.get(name));
  }

  private makeAdditions(): Additions {
    return {
      ints: (values) => {
        const name = `bound/ints_${values.join('_')}`;
        this.constants.set(name, int64([values.length], values));
        return name;
      },
      tensor: (value) => {
        const name = `bound/constant_${this.fresh++}`;
        this.constants.set(name, value);
        return name;
      },
      emit: (op, inputs, attributes = {}) => {
        const output = `bound/${op}_${this.fresh++}`;
        this.add({ op, name: output, inputs, outputs: [output], attributes, shownAs: null });
        return output;
      },
    };
  }

  private flowContext(): FlowContext {
    const { reference, probe } = this;
    return {
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
        const name = this.constants.has(hint) ? `${hint}_${this.fresh++}` : hint;
        this.constants.set(name, tensor);
        return name;
      },
    };
  }
}

function sameTensor(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.dims.length !== b.dims.length || a.data.length !== b.data.length) return false;
  if (a.dims.some((length, axis) => length !== b.dims[axis])) return false;
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
}

function batchDecides(name: string): string {
  return `The value “${name}”, which decides what is computed, depends on the batch.`;
}
