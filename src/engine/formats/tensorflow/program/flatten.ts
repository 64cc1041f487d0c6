/** Makes one list of nodes of a graph with functions, branches, switches and variables, as far as it is known which of them run. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import type { GraphDef, TfFunction, TfNode } from '../graph/graphDef';
import { Body, type BodyNode } from './body';
import { type Branching, branch, calledFunction } from './branches';
import { valueName } from './references';
import { foldScalar, scalarOf } from './scalars';
import { isSource, type ProgramInput, sourceInput } from './sources';
import { placeholderConstant } from './trainingSwitches';
import { dead, live, type Outputs, type Value } from './values';

/** What is flattened, besides the nodes. */
export interface FlattenOptions {
  /** By the names of their nodes in the outer graph. */
  readonly variables: ReadonlyMap<string, Tensor>;
  /** Types and shapes that a signature states, by the names of outer nodes. */
  readonly stated?: ReadonlyMap<string, Pick<ProgramInput, 'type' | 'shape'>>;
  /** An outer node whose call stands for the whole graph: what is in its function keeps its names. */
  readonly root?: string;
  /** Where the variables were looked for: `model.ckpt.index`. */
  readonly where?: string;
  /** The file that holds the graph only, when there are no variables anywhere. */
  readonly weightless?: string;
}

export interface Flat {
  readonly nodes: readonly TfNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly ProgramInput[];
  /** The values that were asked for, by their names in the outer graph. */
  readonly values: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Functions that call functions are a handful deep. */
const deepestCall = 64;
/** The largest networks have some ten thousand nodes; functions that call others twice each, and those again, have no end. */
const mostNodes = 400_000;

const references = new Set(['VariableV2', 'Variable', 'AutoReloadVariable']);
const handles = new Set(['VarHandleOp', 'VarHandle']);
const reads = new Set(['ReadVariableOp']);
/** What gives its first input on. */
const passes = new Set([
  'Identity',
  'StopGradient',
  'PreventGradient',
  'CheckNumerics',
  'Print',
  'Snapshot',
  'RefIdentity',
  'Enter',
  'RefEnter',
  'Exit',
  'EnsureShape',
  'PlaceholderWithDefault',
  'DebugIdentity',
]);

interface Scope {
  readonly body: Body;
  readonly prefix: string;
  /** Functions that are being inlined, from the outermost. */
  readonly stack: readonly string[];
  readonly outputs: Map<string, Outputs>;
}

/**
 * @param wanted values of the outer graph: `node` or `node:k`.
 * @throws CheckpointError when a value is computed by nothing or from itself, a function calls itself, or a weight is missing.
 */
export function flatten(graph: GraphDef, wanted: readonly string[], options: FlattenOptions): Flat {
  return new Flattening(graph, options).flatten(wanted);
}

class Flattening implements Branching {
  private readonly nodes: TfNode[] = [];
  private readonly constants = new Map<string, Tensor>();
  private readonly inputs = new Map<string, ProgramInput>();
  private readonly notes = new Set<string>();
  private readonly taken = new Set<string>();
  private readonly bodies = new Map<string, Body>();
  private visited = 0;

  constructor(
    private readonly graph: GraphDef,
    private readonly options: FlattenOptions,
  ) {}

  flatten(wanted: readonly string[]): Flat {
    const body = new Body(this.graph.nodes);
    const scope: Scope = { body, prefix: '', stack: [], outputs: new Map() };
    const roots = wanted.map((text) => body.reference(text));
    this.runBody(
      scope,
      roots.map(({ node }) => node),
    );
    const values = new Map<string, string>();
    for (const [i, { node, output }] of roots.entries()) {
      const value = this.outputs(scope, node, `the graph’s output “${wanted[i]}”`)(output);
      if (value.kind === 'value') values.set(wanted[i] as string, value.name);
    }
    const { nodes, constants, inputs, notes } = this;
    return { nodes, constants, inputs: [...inputs.values()], values, notes: [...notes] };
  }

  /** Brings a function's body in; the results, in their order. */
  call(name: string, inputs: readonly Value[], prefix: string, stack: readonly string[]): readonly Value[] {
    const definition = this.graph.functions.get(name);
    if (!definition)
      throw new CheckpointError(`The checkpoint is damaged: it calls the function “${name}”, which is not in it.`);
    if (stack.includes(name))
      throw new CheckpointError(`The function “${name}” of the checkpoint calls itself, so it has no end.`);
    if (stack.length >= deepestCall) {
      throw new CheckpointError(
        `The checkpoint is damaged: functions in it call each other more than ${deepestCall} deep.`,
      );
    }
    const body = this.bodyOf(definition);
    const scope: Scope = { body, prefix, stack: [...stack, name], outputs: new Map() };
    for (const [i, argument] of definition.inputs.entries()) {
      const value = inputs[i];
      if (!value)
        throw new CheckpointError(
          `The checkpoint is damaged: the function “${name}” is called without its argument “${argument}”.`,
        );
      scope.outputs.set(argument, () => value);
    }
    const returned = definition.outputs.map((output) => {
      const text = definition.returns.get(output);
      if (text === undefined)
        throw new CheckpointError(`The checkpoint is damaged: nothing gives “${output}” of the function “${name}”.`);
      return body.reference(text);
    });
    this.runBody(
      scope,
      returned.map(({ node }) => node).filter((node) => !scope.outputs.has(node)),
    );
    return returned.map(({ node, output }) => this.outputs(scope, node, `the function “${name}”`)(output));
  }

  /** A value's elements where they are known. */
  known(value: Value | undefined): Tensor | undefined {
    return value?.kind === 'value' ? this.constants.get(value.name) : undefined;
  }

  hasFunction(name: string): boolean {
    return this.graph.functions.has(name);
  }

  private bodyOf(definition: TfFunction): Body {
    const known = this.bodies.get(definition.name);
    if (known) return known;
    const body = new Body(definition.nodes);
    this.bodies.set(definition.name, body);
    return body;
  }

  private runBody(scope: Scope, roots: readonly string[]): void {
    for (const each of scope.body.needed(roots)) {
      if (++this.visited > mostNodes) {
        throw new CheckpointError(
          `The checkpoint's functions make more than ${mostNodes} operators of it, more than can be explained.`,
        );
      }
      if (!scope.outputs.has(each.node.name)) scope.outputs.set(each.node.name, this.run(scope, each));
    }
  }

  private outputs(scope: Scope, node: string, reader: string): Outputs {
    const outputs = scope.outputs.get(node);
    if (outputs) return outputs;
    throw new CheckpointError(
      `The checkpoint is damaged: nothing computes the value “${node}”, which is read by ${reader}.`,
    );
  }

  private run(scope: Scope, { node, inputs, pivots }: BodyNode): Outputs {
    const reader = `the node “${scope.prefix}${node.name}” (${node.op})`;
    const values = inputs.map(({ node: name, output }) => this.outputs(scope, name, reader)(output));
    const name = scope.prefix + node.name;
    if (node.op === 'Merge' || node.op === 'RefMerge') return this.merge(name, node, values);
    const waits = pivots.some((pivot) => scope.outputs.get(pivot.node)?.(pivot.output).kind === 'dead');
    if (waits || values.some(({ kind }) => kind === 'dead')) return () => dead;
    const given = this.leaf(name, scope, node) ?? this.passing(name, node, values);
    if (given) return given;
    const results = this.branches(name, scope, node, values);
    return results ? (index) => results[index] ?? dead : this.emit(name, node, values);
  }

  /** What begins: constants, variables, inputs. */
  private leaf(name: string, scope: Scope, node: TfNode): Outputs | null {
    const { op } = node;
    if (op === 'Const' || op === 'HostConst') {
      const value = node.attributes.get('value');
      if (value?.kind !== 'tensor') return null;
      return this.constant(name, placeholderConstant(node, value.value, this.notes) ?? value.value);
    }
    if (handles.has(op)) return () => ({ kind: 'handle', variable: node.name });
    if (references.has(op)) return () => this.variable(node.name);
    const switched = placeholderConstant(node, undefined, this.notes);
    if (switched) return this.constant(name, switched);
    if (!isSource(node)) return null;
    const inner = new Map<number, Value>();
    return (index) => {
      const known = inner.get(index);
      if (known) return known;
      const value = valueName(name, index);
      const stated = scope.stack.length === 0 ? this.options.stated?.get(node.name) : undefined;
      this.taken.add(value);
      this.inputs.set(value, { ...sourceInput(node, index, scope.body), ...stated, name: value });
      inner.set(index, live(value));
      return live(value);
    };
  }

  /** What gives a value on as it is, or one of several. */
  private passing(name: string, node: TfNode, values: readonly Value[]): Outputs | null {
    const { op } = node;
    const [first] = values;
    if (first?.kind === 'handle') {
      if (reads.has(op)) return () => this.variable(first.variable);
      if (op === 'ResourceGather' && values[1]) return this.gather(name, node, first.variable, values[1]);
      return passes.has(op) || op === 'Switch' ? () => first : null;
    }
    if (op === 'IdentityN') return (index) => values[index] ?? dead;
    if (op === 'Switch' || op === 'RefSwitch') {
      const chosen = scalarOf(this.known(values[1]));
      return chosen === null || !first ? null : (index) => (index === (chosen === 0 ? 0 : 1) ? first : dead);
    }
    if (!first || !(passes.has(op) || op === 'ReadVariableOp')) {
      const folded = foldScalar(
        op,
        values.map((value) => this.known(value)),
        node.attributes,
      );
      return folded && this.constant(name, folded);
    }
    // A name under which users know a value stays; of constants there are too many, and none is a layer.
    return this.known(first) ? () => first : this.emit(name, { ...node, op: 'Identity', inputs: [] }, [first]);
  }

  private branches(name: string, scope: Scope, node: TfNode, values: readonly Value[]): readonly Value[] | null {
    const called = calledFunction(node, this);
    if (called !== null) {
      const isRoot = scope.stack.length === 0 && node.name === this.options.root;
      return this.call(called, values, isRoot ? '' : `${name}/`, scope.stack);
    }
    return branch(node, name, values, scope.stack, this);
  }

  private merge(name: string, node: TfNode, values: readonly Value[]): Outputs {
    const alive = values.filter(({ kind }) => kind !== 'dead');
    const [only] = alive;
    if (!only) return () => dead;
    if (alive.length > 1 || values.length < 2) return this.emit(name, node, alive);
    const index = values.indexOf(only);
    return (output) =>
      output === 0 ? only : this.constant(`${name}:1`, { dtype: 'int32', dims: [], data: Int32Array.of(index) })(0);
  }

  private gather(name: string, node: TfNode, variable: string, indices: Value): Outputs {
    const axis = this.constant(`${name}/axis`, { dtype: 'int32', dims: [], data: new Int32Array(1) })(0);
    return this.emit(name, { ...node, op: 'GatherV2' }, [this.variable(variable), indices, axis]);
  }

  private variable(variable: string): Value {
    if (this.constants.has(variable)) return live(variable);
    const tensor = this.options.variables.get(variable);
    if (!tensor) throw this.missing(variable);
    this.constants.set(variable, tensor);
    this.taken.add(variable);
    return live(variable);
  }

  private missing(variable: string): CheckpointError {
    const { where, weightless } = this.options;
    return new CheckpointError(
      weightless === undefined
        ? `The weight “${variable}” is not in ${where ?? 'the checkpoint'}: the graph belongs to another network, or only a part of its weights was saved.`
        : `${weightless} holds a graph without its weights, such as “${variable}”: open its checkpoint (.index) or SavedModel, or freeze it.`,
    );
  }

  private constant(hint: string, tensor: Tensor): Outputs {
    const name = this.fresh(hint);
    this.constants.set(name, tensor);
    return (index) => (index === 0 ? live(name) : dead);
  }

  private emit(hint: string, node: TfNode, values: readonly Value[]): Outputs {
    const name = this.fresh(hint);
    const inputs = values.map((value) => {
      if (value.kind === 'value') return value.name;
      return value.kind === 'handle' ? this.unread(value.variable) : '';
    });
    this.nodes.push({ name, op: node.op, inputs, attributes: node.attributes });
    return (index) => live(valueName(name, index));
  }

  /** A handle in the hands of an operator that is not known: the variable stands for it. */
  private unread(variable: string): string {
    const value = this.variable(variable);
    return value.kind === 'value' ? value.name : '';
  }

  private fresh(hint: string): string {
    let name = hint;
    for (let k = 1; this.taken.has(name); k++) name = `${hint}_${k}`;
    this.taken.add(name);
    return name;
  }
}
