import { CheckpointError } from '../../../shared/errors';
import { FreshNames } from '../../graph/ir/freshNames';
import type { Body, Graph, GraphInput, Node } from '../../graph/ir/graph';
import type { Tensor, ValueType } from '../../graph/ir/tensor';
import { neededInOrder } from '../kit/graph/ordering';
import { graphDtype } from '../kit/tensors/elements';
import { dataTypeName, dtypeOf } from './proto/dataTypes';
import type { ExternalData } from './proto/externalData';
import type { GraphRecord, NodeRecord, ValueRecord } from './proto/graphProto';
import { rewriteNode } from './rewrites';
import { type RewriteContext, Unsupported } from './rewrites/writing/rewrite';
import { Constants } from './values/constants';
import { IntegerProducts } from './values/integerProducts';
import { KnownTypes } from './values/knownTypes';
import { mayBeReal, onlyScaled, passesQuantised, type Quantisation } from './values/realValues';

export interface ImportedGraph {
  readonly graph: Graph;
  readonly notes: readonly string[];
}

function valueType(record: ValueRecord): ValueType | undefined {
  const dtype = record.dataType === null ? undefined : dtypeOf(record.dataType);
  return dtype && { dtype: graphDtype(dtype), dims: record.dims };
}

/** Inputs that are not just initializers with a name (before IR version 4 all initializers are listed among the inputs). */
function graphInputs(record: GraphRecord, constants: Constants): readonly GraphInput[] {
  return record.inputs
    .filter((input) => !constants.has(input.name))
    .map((input) => {
      const type = valueType(input);
      if (type) return { name: input.name, type };
      const what = input.dataType === null ? 'is not a tensor' : `has elements of type ${dataTypeName(input.dataType)}`;
      throw new CheckpointError(`The checkpoint's input “${input.name}” ${what}, which is not supported.`);
    });
}

/** @param read the values that nodes read: a file may hold very many constants beside them. */
function knownTypes(record: GraphRecord, constants: Constants, read: ReadonlySet<string>): KnownTypes {
  const types = new KnownTypes();
  for (const { name, dataType, dims } of [...record.inputs, ...record.outputs, ...record.values]) {
    const dtype = dataType === null ? undefined : dtypeOf(dataType);
    types.set(name, dtype && graphDtype(dtype), dims ?? undefined);
  }
  for (const name of read) if (constants.has(name)) types.set(name, constants.dtype(name), constants.dims(name));
  return types;
}

/** Rewrites the nodes of one graph; new constants are collected in `added`. */
class Rewriter {
  readonly added = new Map<string, Tensor>();
  readonly notes = new Set<string>();
  private readonly names: FreshNames;
  private readonly read: ReadonlySet<string>;
  private readonly possiblyReal: ReadonlySet<string>;
  private readonly scaled: ReadonlySet<string>;
  private readonly carried = new Map<string, Quantisation>();
  private readonly types: KnownTypes;
  private readonly products = new IntegerProducts(
    (value) => this.types.dtype(value),
    (hint) => this.names.take(hint),
  );

  constructor(
    record: GraphRecord,
    nodes: readonly NodeRecord[],
    private readonly constants: Constants,
    private readonly opset: number,
  ) {
    const outputs = record.outputs.map((output) => output.name);
    this.possiblyReal = mayBeReal(nodes, outputs);
    this.scaled = onlyScaled(nodes, outputs);
    const values = namesIn(record.nodes);
    this.read = new Set([...namesIn(nodes).read, ...outputs]);
    this.types = knownTypes(record, constants, this.read);
    this.names = new FreshNames([
      ...this.read,
      ...values.read,
      ...values.computed,
      ...constants.names(),
      ...record.inputs.map((input) => input.name),
    ]);
  }

  rewrite(node: NodeRecord): readonly Node[] {
    const bodies = [...node.attributes].flatMap(([name, attribute]): [string, Body][] =>
      attribute.kind === 'graph' ? [[name, this.body(attribute.value)]] : [],
    );
    const nodes = this.products.meet(node, rewriteNode(node, this.contextFor(node)));
    const passed = this.carried.get(node.inputs[0] ?? '');
    if (passed && passesQuantised(node, 0)) for (const output of node.outputs) this.carried.set(output, passed);
    for (const each of nodes) this.types.follow(each, (value) => this.lengthOf(value));
    return bodies.length === 0 ? nodes : nodes.map((each) => ({ ...each, bodies: Object.fromEntries(bodies) }));
  }

  private body(graph: GraphRecord): Body {
    const outputs = graph.outputs.map((output) => output.name);
    const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
    const ordered = neededInOrder(graph.nodes, outputs, { has: (value) => !computed.has(value) });
    return {
      inputs: graph.inputs.map((input) => input.name),
      outputs,
      nodes: ordered.flatMap((node) => this.rewrite(node)),
    };
  }

  private lengthOf(value: string): number | undefined {
    const dims = this.added.get(value)?.dims ?? this.constants.dims(value);
    return dims?.length === 1 ? dims[0] : undefined;
  }

  private contextFor(node: NodeRecord): RewriteContext {
    return {
      opset: node.opset ?? this.opset,
      constant: (value) => this.constants.get(value),
      dims: (value) => this.types.dims(value),
      dtype: (value) => this.types.dtype(value),
      used: (value) => this.read.has(value),
      quantisation: (value) => this.carried.get(value),
      mayBeReal: (value) => this.possiblyReal.has(value),
      onlyScaled: (value) => this.scaled.has(value),
      carry: (value, as) => this.carried.set(value, as),
      fresh: (hint) => this.names.take(hint),
      add: (hint, tensor) => {
        const name = this.names.take(hint);
        this.added.set(name, tensor);
        this.types.set(name, tensor.dtype, tensor.dims);
        return name;
      },
      load: (tensor) => this.constants.load(tensor),
      note: (sentence) => this.notes.add(sentence),
      fail: (what) => {
        const label = node.name || node.outputs[0] || '(unnamed)';
        throw new CheckpointError(`The node “${label}” (${node.op}) of the checkpoint ${what}.`);
      },
      unsupported: (why) => {
        throw new Unsupported(why);
      },
    };
  }
}

/** Every value that the nodes, and the nodes nested in them, read and compute. */
function namesIn(nodes: readonly NodeRecord[]): {
  readonly read: readonly string[];
  readonly computed: readonly string[];
} {
  const read: string[] = [];
  const computed: string[] = [];
  const waiting = [nodes];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const node of next) {
      for (const input of node.inputs) read.push(input);
      for (const output of node.outputs) computed.push(output);
      for (const attribute of node.attributes.values()) {
        if (attribute.kind !== 'graph') continue;
        for (const each of attribute.value.inputs) computed.push(each.name);
        for (const each of attribute.value.outputs) read.push(each.name);
        waiting.push(attribute.value.nodes);
      }
    }
  }
  return { read, computed };
}

/** Every value that imported nodes and their bodies read. */
function valuesRead(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => [
    ...node.inputs,
    ...Object.values(node.bodies ?? {}).flatMap((body) => [...body.outputs, ...valuesRead(body.nodes)]),
  ]);
}

function floatTypesOf(record: GraphRecord): readonly string[] {
  const dtypes = [...record.inputs, ...record.outputs].map(({ dataType }) =>
    dataType === null ? undefined : dtypeOf(dataType),
  );
  return dtypes.filter((dtype) => dtype !== undefined && graphDtype(dtype) !== dtype) as string[];
}

/**
 * A GraphProto as a graph of opset-21 operators that computes in float32. Value and node names stay as they are; nodes that no output
 * depends on are left out.
 *
 * @throws CheckpointError when the graph contradicts itself or holds data that is not supported.
 */
export async function importGraph(record: GraphRecord, opset: number, external: ExternalData): Promise<ImportedGraph> {
  const constants = new Constants(record, external);
  const inputs = graphInputs(record, constants);
  const outputs = [...new Set(record.outputs.map((output) => output.name))];
  if (outputs.length === 0) throw new CheckpointError('The checkpoint has no outputs.');
  const inputNames = new Set(inputs.map((input) => input.name));
  const operators = record.nodes.filter((node) => node.op !== 'Constant' || node.domain !== '');
  const given = { has: (value: string) => inputNames.has(value) || constants.has(value) };
  const ordered = neededInOrder(operators, outputs, given);

  const rewriter = new Rewriter(record, ordered, constants, opset);
  const nodes = ordered.flatMap((node) => rewriter.rewrite(node));
  const read = new Set([...valuesRead(nodes), ...outputs]);
  const values = await constants.loadAll(read);
  for (const [name, tensor] of rewriter.added) values.set(name, tensor);

  const types = new Map<string, ValueType>(inputs.map(({ name, type }) => [name, type]));
  for (const output of record.outputs) {
    const type = valueType(output);
    if (type) types.set(output.name, type);
  }
  const converted = new Set([...constants.converted, ...floatTypesOf(record)]);
  const notes = [...rewriter.notes];
  if (converted.size > 0) notes.push(`Numbers of type ${[...converted].sort().join(' and ')} are computed as float32.`);
  return { graph: { inputs, outputs, nodes, constants: values, types }, notes };
}
