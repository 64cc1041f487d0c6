/** A program's nodes as calls; the graphs inside them that only set a mode are written in their place. */
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';
import type { AtenArgument, AtenCall } from '../aten/call';
import { argumentOf, type Naming, namesOf } from './arguments';
import type { ProgramJson } from './fields';

/** Operators that call their graph with their last arguments and change nothing of its numbers here. */
const transparent: ReadonlySet<string> = new Set([
  'wrap',
  'wrap_with_set_grad_enabled',
  'wrap_with_autocast',
  'wrap_activation_checkpoint',
  'tag_activation_checkpoint',
  'strict_mode',
  'hints_wrapper',
  'invoke_subgraph',
]);

/** Networks have some thousands of calls. */
const mostCalls = 100_000;

export class Calls {
  readonly calls: AtenCall[] = [];
  private graphs = 0;

  constructor(private readonly json: ProgramJson) {}

  /** Appends the nodes of a graph. */
  add(nodes: readonly Json[], naming: Naming): void {
    if (this.calls.length + nodes.length > mostCalls)
      throw this.json.damaged(`its program has more than ${mostCalls} nodes`);
    for (const [index, value] of nodes.entries()) {
      const what = `node ${index} of its program`;
      const node = this.json.object(value, what);
      const target = this.json.textField(node, 'target', what);
      const nested = target.startsWith('torch.ops.higher_order.') ? this.graphOf(node, target) : undefined;
      if (nested) this.inline(node, nested, naming, what);
      else this.append(this.callOf(node, target, naming, what));
    }
  }

  private append(call: AtenCall): void {
    this.calls.push(call);
  }

  private callOf(node: JsonObject, target: string, naming: Naming, what: string): AtenCall {
    const positional: AtenArgument[] = [];
    const named = new Map<string, AtenArgument>();
    for (const value of this.json.listField(node, 'inputs', what)) {
      const input = this.json.object(value, what);
      const name = typeof own(input, 'name') === 'string' ? (own(input, 'name') as string) : '';
      const argument = argumentOf(own(input, 'arg'), `an argument of ${what}`, this.json, naming);
      if (own(input, 'kind') === 1 && named.size === 0) positional.push(argument);
      else named.set(name, argument);
    }
    const outputs = this.json
      .listField(node, 'outputs', what)
      .flatMap((output) => namesOf(output, `a result of ${what}`, this.json))
      .map((name) => (name === '' ? '' : naming(name)));
    const path = modulePath(node);
    const [first = ''] = outputs;
    return { ...operatorOf(target), positional, named, outputs, ...(path ? { layer: `${first} (${path})` } : {}) };
  }

  /** The graph that a node of a transparent operator holds. */
  private graphOf(node: JsonObject, target: string): JsonObject | undefined {
    if (!transparent.has(target.split('.')[3] ?? '')) return undefined;
    for (const input of this.json.listField(node, 'inputs', target)) {
      const argument = isJsonObject(input) ? own(input, 'arg') : undefined;
      const held = isJsonObject(argument) ? own(argument, 'as_graph') : undefined;
      const graph = isJsonObject(held) ? own(held, 'graph') : undefined;
      if (isJsonObject(graph)) return graph;
    }
    return undefined;
  }

  /** The graph's values get names of their own; its inputs and outputs are the node's. */
  private inline(node: JsonObject, graph: JsonObject, outer: Naming, what: string): void {
    const { json } = this;
    const inputs = json.listField(graph, 'inputs', what).flatMap((input) => namesOf(input, what, json));
    const given = json.listField(node, 'inputs', what).map((input) => own(json.object(input, what), 'arg'));
    const last = inputs.length === 0 ? [] : given.slice(-inputs.length);
    const names = new Map<string, string>();
    inputs.forEach((name, index) => {
      const [value = ''] = namesOf(last[index], what, json);
      if (value === '') throw json.damaged(`${what} lacks an argument for “${name}”`);
      names.set(name, outer(value));
    });
    const results = json.listField(node, 'outputs', what).flatMap((output) => namesOf(output, what, json));
    const outputs = json.listField(graph, 'outputs', what).flatMap((output) => namesOf(output, what, json));
    // What a graph hands on unchanged is copied under the node's name.
    const handedOn: [string, string][] = [];
    results.forEach((result, index) => {
      const output = outputs[index] ?? '';
      if (result === '' || output === '') return;
      if (names.has(output)) handedOn.push([outer(result), output]);
      else names.set(output, outer(result));
    });
    const prefix = `graph_${this.graphs++}/`;
    const inner: Naming = (name) => names.get(name) ?? `${prefix}${name}`;
    this.add(json.listField(graph, 'nodes', what), inner);
    for (const [result, output] of handedOn) {
      this.append({
        op: 'alias',
        overload: 'default',
        positional: [{ value: inner(output) }],
        named: new Map(),
        outputs: [result],
      });
    }
  }
}

/** `torch.ops.aten.conv2d.default` → conv2d, default; operators of other namespaces keep theirs: `torchvision.nms`. */
export function operatorOf(target: string): { readonly op: string; readonly overload: string } {
  const [, , namespace = '', name = '', overload = ''] = target.split('.');
  if (target.startsWith('torch.ops.')) return { op: namespace === 'aten' ? name : `${namespace}.${name}`, overload };
  // Functions on sizes: `_operator.mul`, `math.ceil`, `torch.sym_max`.
  return { op: target.replace(/^_operator\./, 'operator.').replace(/^torch\./, ''), overload: '' };
}

/** The innermost module that a node was traced in: `layers.0.ln_1`; empty for the network itself. */
function modulePath(node: JsonObject): string {
  const metadata = own(node, 'metadata');
  const stack = isJsonObject(metadata) ? own(metadata, 'nn_module_stack') : undefined;
  if (typeof stack !== 'string') return '';
  const innermost = stack.slice(stack.lastIndexOf(';') + 1);
  return innermost.split(',')[1] ?? '';
}
