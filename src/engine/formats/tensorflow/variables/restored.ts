/**
 * Which tensor of a checkpoint is which variable of the graph: the operators that restore say it exactly, whatever names were mapped to
 * others when it was saved (moving averages under the names of the weights, the numbered objects of TensorFlow 2).
 */
import type { GraphDef, TfNode } from '../graph/graphDef';
import { Body } from '../program/body';
import { calledFunction } from '../program/branches';

/** A tensor of the checkpoint, or the part of it that a partitioned variable is. */
export interface Restored {
  readonly key: string;
  /** Such as `784 10 0,392:-`: the lengths of the whole, then start and length on each axis. Empty for the whole. */
  readonly slice: string;
  /** The node that restores, in the outer graph. */
  readonly by: string;
}

/** What an argument of a function is in the outer graph: a variable. */
type Arguments = ReadonlyMap<string, string>;

const assigns = new Set(['Assign', 'AssignVariableOp']);
const passes = new Set(['Identity', 'Cast', 'Reshape']);
/** Functions that restore are called by one another once or twice. */
const deepest = 8;

/** Every variable (by its outer node) with what it is restored from; several where there are several savers. */
export function restoredVariables(graph: GraphDef): ReadonlyMap<string, readonly Restored[]> {
  const found = new Map<string, Restored[]>();
  collect(new Body(graph.nodes), graph.nodes, { graph, found, names: new Map(), by: null, depth: 0 });
  return found;
}

interface Walk {
  readonly graph: GraphDef;
  readonly found: Map<string, Restored[]>;
  readonly names: Arguments;
  /** The outer call that the nodes belong to. */
  readonly by: string | null;
  readonly depth: number;
}

function collect(body: Body, nodes: readonly TfNode[], walk: Walk): void {
  for (const node of nodes) {
    if (assigns.has(node.op)) {
      const variable = variableOf(body, node.inputs[0], walk.names);
      const restored = variable !== null && traced(body, node.inputs[1], walk.by ?? node.name);
      if (!restored) continue;
      const all = walk.found.get(variable) ?? [];
      all.push(restored);
      walk.found.set(variable, all);
      continue;
    }
    const called = calledFunction(node, { hasFunction: (name) => walk.graph.functions.has(name) });
    const definition = called === null ? undefined : walk.graph.functions.get(called);
    if (!definition || walk.depth === deepest || !mayRestore(definition.nodes)) continue;
    const names = new Map<string, string>();
    for (const [i, argument] of definition.inputs.entries()) {
      const variable = variableOf(body, node.inputs[i], walk.names);
      if (variable !== null) names.set(argument, variable);
    }
    collect(new Body(definition.nodes), definition.nodes, {
      ...walk,
      names,
      by: walk.by ?? node.name,
      depth: walk.depth + 1,
    });
  }
}

/** Saves a walk through the functions that only compute; those that restore are named or hold what restores. */
function mayRestore(nodes: readonly TfNode[]): boolean {
  return nodes.some(({ op, name }) => op === 'RestoreV2' || /restore/i.test(name) || op.endsWith('PartitionedCall'));
}

function variableOf(body: Body, input: string | undefined, names: Arguments): string | null {
  let text = input;
  for (let step = 0; step < 16 && text !== undefined; step++) {
    const { node: name } = body.reference(text);
    const given = names.get(name);
    if (given !== undefined) return given;
    const node = body.node(name);
    if (!node) return null;
    if (/^(Variable|VariableV2|VarHandleOp|AutoReloadVariable)$/.test(node.op)) return name;
    if (!/Identity|Switch/.test(node.op)) return null;
    text = node.inputs[0];
  }
  return null;
}

/** The tensor that a value was restored from, through what only passes it on. */
function traced(body: Body, input: string | undefined, by: string): Restored | null {
  let text = input;
  for (let step = 0; step < 16 && text !== undefined; step++) {
    const { node: name, output } = body.reference(text);
    const node = body.node(name);
    if (!node) return null;
    if (node.op === 'RestoreV2' || node.op === 'Restore' || node.op === 'RestoreSlice') {
      const key = textAt(body, node.inputs[1], output);
      const slice = node.op === 'Restore' ? '' : textAt(body, node.inputs[2], output);
      return key === null ? null : { key, slice: slice ?? '', by };
    }
    if (!passes.has(node.op)) return null;
    text = node.inputs[0];
  }
  return null;
}

function textAt(body: Body, input: string | undefined, index: number): string | null {
  const value = input === undefined ? undefined : body.node(body.reference(input).node)?.attributes.get('value');
  if (value?.kind !== 'tensor' || value.value.dtype !== 'string') return null;
  return (value.value.data as readonly string[])[index] ?? null;
}
