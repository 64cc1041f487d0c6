/** Takes out what a training drops at random. */
import type { TfNode, TfProgram } from '../graph/graphDef';
import { producerOf } from './prune';

const random =
  /^(RandomUniform|RandomStandardNormal|TruncatedNormal|StatelessRandom(Uniform|Normal)(V2)?|RandomUniformInt|Multinomial|StatelessRandomGetKeyCounter)$/;

interface Cleaned {
  readonly program: TfProgram;
  readonly notes: readonly string[];
}

const scopeOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/**
 * Dropout is the identity when a network answers. It is a product with, or a choice by, a mask made of random numbers, of a value that was
 * scaled before by one over what is kept: both are taken out. Noise that is added goes too.
 */
export function withoutDropout(program: TfProgram): Cleaned {
  const noise = randomValues(program);
  if (noise.size === 0) return { program, notes: [] };
  const producers = new Map(program.nodes.map((node) => [node.name, node]));
  const depends = inputDependent(program);
  const isMask = (value: string) => noise.has(producerOf(value, producers)?.name ?? '');
  const replaced = new Map<string, string>();
  let count = 0;
  for (const node of program.nodes) {
    if (!noise.has(node.name) || !depends.has(node.name)) continue;
    const kept = keptValue(node, isMask, (value) => depends.has(producerOf(value, producers)?.name ?? value));
    if (kept === null) continue;
    replaced.set(node.name, unscaled(kept, scopeOf(node.name), producers, depends));
    count++;
    // What follows is computed from the image alone again.
    forget(node.name, noise, program.nodes, producers);
  }
  const nodes = program.nodes.map((node): TfNode => {
    const source = replaced.get(node.name);
    return source === undefined ? node : { name: node.name, op: 'Identity', inputs: [source], attributes: new Map() };
  });
  const notes =
    count === 0
      ? []
      : [`Dropout and noise of the training were taken out (${count} ${count === 1 ? 'place' : 'places'}).`];
  return { program: { ...program, nodes }, notes };
}

/** Nodes that random numbers reach. */
function randomValues({ nodes }: TfProgram): Set<string> {
  const producers = new Map(nodes.map((node) => [node.name, node]));
  const found = new Set<string>();
  for (const node of nodes) {
    if (random.test(node.op) || node.inputs.some((input) => found.has(producerOf(input, producers)?.name ?? ''))) {
      found.add(node.name);
    }
  }
  return found;
}

/** Names of inputs and of nodes that are computed from them, other than from their sizes. */
function inputDependent({ nodes, inputs }: TfProgram): ReadonlySet<string> {
  const producers = new Map(nodes.map((node) => [node.name, node]));
  const found = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) {
    if (/^(Shape|ShapeN|Size|Rank|ZerosLike|OnesLike)$/.test(node.op)) continue;
    if (node.inputs.some((input) => found.has(input) || found.has(producerOf(input, producers)?.name ?? '')))
      found.add(node.name);
  }
  return found;
}

/** The value that a node with a random mask or with noise drops from; null when it is something else. */
function keptValue(
  { op, inputs }: TfNode,
  isNoise: (value: string) => boolean,
  depends: (value: string) => boolean,
): string | null {
  const isMask = (value: string | undefined) => value !== undefined && isNoise(value) && !depends(value);
  const [a, b, c] = inputs;
  if (op === 'Mul' || op === 'AddV2' || op === 'Add') {
    if (isMask(b)) return a ?? null;
    return isMask(a) ? (b ?? null) : null;
  }
  if (op !== 'Select' && op !== 'SelectV2') return null;
  if (!isMask(a)) return null;
  if (b !== undefined && depends(b)) return b;
  return c !== undefined && depends(c) ? c : null;
}

/** The value before it was scaled in the dropout's own scope. */
function unscaled(
  value: string,
  scope: string,
  producers: ReadonlyMap<string, TfNode>,
  depends: ReadonlySet<string>,
): string {
  const node = producerOf(value, producers);
  if (!node || scope === '' || !node.name.startsWith(scope) || node.name.slice(scope.length).includes('/'))
    return value;
  const isFixed = (input: string | undefined) =>
    input !== undefined && !depends.has(producerOf(input, producers)?.name ?? input);
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined) return value;
  if ((node.op === 'Mul' || /^(Real)?Div$/.test(node.op)) && isFixed(b)) return a;
  return node.op === 'Mul' && isFixed(a) ? b : value;
}

/** Takes a node, and what only it made random, out of the random ones. */
function forget(
  name: string,
  noise: Set<string>,
  nodes: readonly TfNode[],
  producers: ReadonlyMap<string, TfNode>,
): void {
  noise.delete(name);
  for (const node of nodes) {
    if (!noise.has(node.name) || random.test(node.op)) continue;
    if (!node.inputs.some((input) => noise.has(producerOf(input, producers)?.name ?? ''))) noise.delete(node.name);
  }
}
