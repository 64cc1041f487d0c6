/**
 * Flattens a model before it is imported: calls of the checkpoint's own functions are replaced by the functions' nodes, and every value
 * inside a nested graph (the branches of If, the body of Loop) gets a name of its own in the whole model.
 */
import { CheckpointError } from '../../../../shared/errors';
import { FreshNames } from '../../../graph/ir/freshNames';
import type { Attribute, GraphRecord, NodeRecord, ValueRecord } from '../proto/graphProto';
import type { FunctionRecord, ModelRecord } from '../proto/modelProto';
import type { SparseRecord } from '../proto/sparseTensor';
import type { TensorRecord } from '../proto/tensorProto';

/** Functions that call functions can expand to any size; no classifier comes near this. */
const mostNodes = 250_000;

/** Functions inside of functions deeper than this are taken for an attack on the stack. */
const deepest = 64;

/** What the names in a list of nodes stand for. */
interface Scope {
  readonly rename: (value: string) => string;
  /** In front of node names. */
  readonly prefix: string;
  /** What attribute references stand for. */
  readonly attributes: Pick<ReadonlyMap<string, Attribute>, 'get'>;
  readonly opset: number | undefined;
  /** The functions being expanded. */
  readonly calls: readonly FunctionRecord[];
}

/** Operators that a network is counted in. Rarely has an operator more than one of them in it, attention has two products. */
const weighty = /Conv|Gemm|MatMul|Attention|Normalization|GRU|LSTM|RNN/;

/** True for a function that is like an operator (a GELU, a linear layer): its steps are no layers to a user, as those of a block are. */
function isLikeOperator(nodes: readonly NodeRecord[]): boolean {
  return nodes.filter((node) => weighty.test(node.op)).length <= 1;
}

const keyOf = (domain: string, name: string, overload: string) => `${domain}::${name}::${overload}`;

class Flattener {
  readonly initializers: TensorRecord[] = [];
  readonly sparseInitializers: SparseRecord[] = [];
  readonly values: ValueRecord[] = [];
  /** Constant nodes out of nested graphs. */
  readonly constants: NodeRecord[] = [];
  private readonly hoisted = new Set<string>();
  private readonly names: FreshNames;
  private readonly functions: ReadonlyMap<string, FunctionRecord>;
  private count = 0;

  constructor(
    graph: GraphRecord,
    functions: readonly FunctionRecord[],
    private readonly opset: number | undefined,
  ) {
    this.functions = new Map(functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
    const own = [...graph.inputs, ...graph.outputs, ...graph.initializers, ...graph.sparseInitializers];
    this.names = new FreshNames([...own.map((each) => each.name), ...graph.nodes.flatMap((node) => node.outputs)]);
  }

  nodes(records: readonly NodeRecord[], scope: Scope): NodeRecord[] {
    return records.flatMap((record) => this.node(record, scope));
  }

  private node(record: NodeRecord, scope: Scope): NodeRecord[] {
    if (++this.count > mostNodes) {
      throw new CheckpointError(`The checkpoint's functions expand to more than ${mostNodes} nodes.`);
    }
    const captured = new Set<string>();
    const attributes = this.attributes(record, scope, captured);
    const [inputs, outputs] = [renamed(record.inputs, scope), renamed(record.outputs, scope)];
    const name = record.name === '' ? '' : `${scope.prefix}${record.name}`;
    const stays =
      inputs === record.inputs &&
      outputs === record.outputs &&
      attributes === record.attributes &&
      name === record.name &&
      scope.opset === undefined;
    const node: NodeRecord = stays
      ? record
      : {
          ...record,
          name,
          inputs: captured.size > 0 ? [...ownInputs(inputs, attributes), ...captured] : inputs,
          outputs,
          attributes,
          ...(scope.opset === undefined ? {} : { opset: scope.opset }),
        };
    const called = this.functions.get(keyOf(record.domain, record.op, record.overload));
    return called ? this.call(called, node, scope) : [node];
  }

  /** Without references, and with nested graphs flattened. What these read from around them is added to `captured`. */
  private attributes(record: NodeRecord, scope: Scope, captured: Set<string>): NodeRecord['attributes'] {
    const stay = [...record.attributes.values()].every(({ kind }) => kind !== 'reference' && kind !== 'graph');
    if (stay) return record.attributes;
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of record.attributes) {
      const value = attribute.kind === 'reference' ? scope.attributes.get(attribute.value) : attribute;
      if (value?.kind === 'graph') attributes.set(name, this.nested(value.value, scope, captured));
      else if (value) attributes.set(name, value);
    }
    return attributes;
  }

  /** The function's nodes between the caller's values. */
  private call(called: FunctionRecord, node: NodeRecord, scope: Scope): NodeRecord[] {
    if (scope.calls.includes(called)) {
      throw new CheckpointError(`The checkpoint's function “${called.name}” calls itself, which is not supported.`);
    }
    if (scope.calls.length >= deepest) {
      throw new CheckpointError(`The checkpoint nests more than ${deepest} functions, which is not supported.`);
    }
    const label = node.name || node.outputs[0] || called.name;
    const names = new Map<string, string>([['', '']]);
    for (const [index, name] of called.inputs.entries()) names.set(name, node.inputs[index] ?? '');
    const passed: NodeRecord[] = [];
    for (const [index, name] of called.outputs.entries()) {
      const output = node.outputs[index] ?? '';
      const input = names.get(name);
      if (input === undefined) names.set(name, output || this.names.take(`${label}/${name}`));
      else if (output !== '') passed.push(identity(label, input, output));
    }
    for (const name of called.nodes.flatMap((each) => each.outputs)) {
      if (!names.has(name)) names.set(name, this.names.take(`${label}/${name}`));
    }
    const version = called.opsets.get('');
    const inner: Scope = {
      rename: (value) => names.get(value) ?? `${label}/${value}`,
      prefix: `${label}/`,
      attributes: { get: (name) => node.attributes.get(name) ?? called.defaults.get(name) },
      opset: version === this.opset ? undefined : version,
      calls: [...scope.calls, called],
    };
    const nodes = [...this.nodes(called.nodes, inner), ...passed];
    if (!isLikeOperator(nodes)) return nodes;
    const given = new Set(node.outputs);
    return nodes.map((each) => ({
      ...each,
      shownAs: each.outputs.some((output) => output !== '' && given.has(output)) ? called.name : null,
    }));
  }

  /** A nested graph whose constants are moved out of it. What it reads from around it is added to `captured`. */
  private nested(graph: GraphRecord, scope: Scope, captured: Set<string>): Attribute {
    const names = new Map<string, string>();
    const initializers = [...graph.initializers, ...graph.sparseInitializers];
    const defined = [...graph.inputs, ...initializers].map((each) => each.name);
    for (const name of [...defined, ...graph.nodes.flatMap((node) => node.outputs)]) {
      if (name !== '' && !names.has(name)) names.set(name, this.names.take(name));
    }
    const rename = (value: string) => names.get(value) ?? scope.rename(value);
    const named = <T extends { readonly name: string }>(each: T): T => ({ ...each, name: rename(each.name) });
    for (const each of graph.initializers) this.initializers.push(named(each));
    for (const each of graph.sparseInitializers) this.sparseInitializers.push(named(each));
    for (const each of graph.values) if (names.has(each.name)) this.values.push(named(each));

    const all = this.nodes(graph.nodes, { ...scope, rename });
    const isConstant = (node: NodeRecord) => node.op === 'Constant' && node.domain === '';
    const nodes = all.filter((node) => !isConstant(node));
    const constants = all.filter(isConstant);
    for (const node of constants) {
      this.constants.push(node);
      this.hoisted.add(node.outputs[0] ?? '');
    }
    for (const each of initializers) this.hoisted.add(rename(each.name));

    const inputs = graph.inputs.map(named);
    const outputs = graph.outputs.map(named);
    const inside = new Set([...inputs.map((each) => each.name), ...nodes.flatMap((node) => node.outputs)]);
    for (const value of [...nodes.flatMap((node) => node.inputs), ...outputs.map((each) => each.name)]) {
      if (value !== '' && !inside.has(value) && !this.hoisted.has(value)) captured.add(value);
    }
    return {
      kind: 'graph',
      value: { nodes, inputs, outputs, initializers: [], sparseInitializers: [], values: [] },
    };
  }
}

/** The same list where all names stay: a file may hold very many nodes. */
function renamed(values: readonly string[], { rename }: Scope): readonly string[] {
  return values.every((value) => rename(value) === value) ? values : values.map(rename);
}

/** A control-flow node's own inputs, one for each input of its body where it has one: captured values follow them. */
function ownInputs(inputs: readonly string[], attributes: ReadonlyMap<string, Attribute>): string[] {
  const body = attributes.get('body');
  const count = body?.kind === 'graph' ? Math.max(body.value.inputs.length, inputs.length) : inputs.length;
  return Array.from({ length: count }, (_, index) => inputs[index] ?? '');
}

function identity(name: string, input: string, output: string): NodeRecord {
  return { op: 'Identity', domain: '', overload: '', name, inputs: [input], outputs: [output], attributes: new Map() };
}

/**
 * The model's graph without functions. Nodes with nested graphs have the outer values that these read behind their own inputs; values,
 * initializers and Constant nodes of nested graphs stand in the graph itself.
 *
 * @throws CheckpointError when a function calls itself or everything together is too large.
 */
export function flatten(graph: GraphRecord, model: Pick<ModelRecord, 'functions' | 'opsets'>): GraphRecord {
  const opset = model.opsets.get('');
  const flattener = new Flattener(graph, model.functions, opset);
  const top: Scope = { rename: (value) => value, prefix: '', attributes: new Map(), opset: undefined, calls: [] };
  const nodes = flattener.nodes(graph.nodes, top);
  return {
    ...graph,
    nodes: [...flattener.constants, ...nodes],
    initializers: [...graph.initializers, ...flattener.initializers],
    sparseInitializers: [...graph.sparseInitializers, ...flattener.sparseInitializers],
    values: [...graph.values, ...flattener.values],
  };
}
