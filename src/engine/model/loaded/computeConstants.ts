/** What a network computes from its weights alone (standardised, masked or unpacked ones), computed once when it is loaded. */
import { RuntimeFailure } from '../../../shared/errors';
import type { Graph, Node } from '../../graph/ir/graph';
import { isFoldable } from '../../graph/ir/numbers';
import { elementCount, type Tensor, valueBytes } from '../../graph/ir/tensor';
import { removeDeadNodes } from '../../graph/passes/removeDeadNodes';
import type { Runtime, WeightStore } from '../../runtime/runtime';
import type { MemoryBudget } from '../programs/memoryBudget';

export interface ComputeOptions {
  /** Where results are kept; in memory without one. */
  readonly weights: WeightStore | undefined;
  readonly memory: MemoryBudget;
  readonly threads: number | undefined;
}

/** What one program reads and gives together is no more, so that a large model is not in memory three times; a larger value goes alone. */
const mostTogether = 256 * 1024 ** 2;

/** Constants of more elements are fed: a runtime that finds them in the graph would compute everything while it compiles, on one thread. */
const leastFed = 1 << 12;

/**
 * A bound graph with constants in place of the nodes that depend on no input. Binding evaluates the small ones; the others would be computed
 * again for every program.
 *
 * @throws RuntimeFailure naming the value that cannot be computed within the memory budget.
 */
export async function computeConstants(graph: Graph, runtime: Runtime, options: ComputeOptions): Promise<Graph> {
  const frontier = frontierOf(graph);
  if (frontier.length === 0) return graph;
  const constants = new Map(graph.constants);
  for (const names of together(graph, frontier)) {
    for (const [name, tensor] of Object.entries(await compute(graph, names, runtime, options))) {
      constants.set(name, options.weights?.keep(tensor) ?? tensor);
    }
  }
  const computed = new Set(frontier);
  const nodes = graph.nodes.filter((node) => !node.outputs.some((name) => computed.has(name)));
  return removeDeadNodes({ ...graph, nodes, constants });
}

const bytesOf = (graph: Graph, name: string): number => {
  const type = graph.constants.get(name) ?? graph.types.get(name);
  return type ? valueBytes({ dtype: type.dtype, dims: type.dims }) : 0;
};

/** Values that are computed from constants alone and read by nodes that are not. */
function frontierOf(graph: Graph): string[] {
  const fixed = new Set(graph.constants.keys());
  const made = new Map<string, Node>();
  const read = new Set<string>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((name) => name !== '');
    if (inputs.length > 0 && inputs.every((name) => fixed.has(name))) {
      for (const name of node.outputs) {
        if (name === '') continue;
        fixed.add(name);
        made.set(name, node);
      }
    } else {
      for (const name of inputs) if (made.has(name)) read.add(name);
    }
  }
  const outputs = new Set(graph.outputs);
  // A node that gives an output of the graph as well stays, and so does one whose results cannot be handed over.
  const movable = (name: string) => !outputs.has(name) && isFoldable(graph.types.get(name)?.dtype ?? 'string');
  return [...read].filter((name) => made.get(name)?.outputs.every((each) => each === '' || movable(each)));
}

/** The large constants that a value is computed from. */
function leavesOf(graph: Graph, names: readonly string[]): [string, Tensor][] {
  const needed = removeDeadNodes(graph, names);
  return [...needed.constants].filter(
    ([, { dtype, dims }]) => isFoldable(dtype) && dtype !== 'int64' && elementCount(dims) > leastFed,
  );
}

/** Groups of values for one program each. */
function together(graph: Graph, names: readonly string[]): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const name of names) {
    const bytes = 2 * bytesOf(graph, name);
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = mostTogether;
    }
    groups.at(-1)?.push(name);
    room -= bytes;
  }
  return groups;
}

async function compute(
  graph: Graph,
  names: readonly string[],
  runtime: Runtime,
  { memory, threads }: ComputeOptions,
): Promise<Readonly<Record<string, Tensor>>> {
  const leaves = new Map(leavesOf(graph, names));
  const part = runtime.lower(
    {
      ...removeDeadNodes(graph, names),
      inputs: [...leaves].map(([name, { dtype, dims }]) => ({ name, type: { dtype, dims } })),
      constants: new Map([...graph.constants].filter(([name]) => !leaves.has(name))),
      types: new Map([
        ...graph.types,
        ...[...leaves].map(([name, { dtype, dims }]) => [name, { dtype, dims }] as const),
      ]),
    },
    names,
  );
  const { fixed, perImage } = runtime.estimate(part, names);
  const holding = await memory.hold(fixed + perImage, { owner: names, drop: async () => {} });
  if (!holding) throw tooLarge(names[0] ?? '', fixed + perImage, memory.limit);
  holding.users++;
  try {
    const program = await runtime.compile(part, names, { threads });
    try {
      return await program.run(Object.fromEntries(program.inputs.map((name) => [name, leaves.get(name) as Tensor])));
    } finally {
      await program.dispose();
    }
  } finally {
    memory.release(holding);
  }
}

function tooLarge(name: string, bytes: number, limit: number): RuntimeFailure {
  const megabytes = (value: number) => Math.ceil(value / 1024 ** 2);
  return new RuntimeFailure(
    `Computing the constant “${name}” from the model's weights needs about ${megabytes(bytes)} MB, more than the ${megabytes(limit)} MB that it may use; raise the memory budget (the setting whylight.memoryBudget, --memory on the command line).`,
  );
}
