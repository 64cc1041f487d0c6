/** Hand-written graphs and reproducible values for tests. */
import type { Graph, Node } from '../../../src/engine/graph/ir/graph';
import { elementCount, float32, int64, type Tensor } from '../../../src/engine/graph/ir/tensor';

/** One node of a hand-written graph; outputs default to one named after its place: `v0`, `v1`, … */
export interface SmallNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Node['attributes'];
}

export interface SmallGraph {
  /** Shapes without the batch. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly SmallNode[];
  /** The last node's first output when left out. */
  readonly outputs?: readonly string[];
}

export function graphOf(small: SmallGraph): Graph {
  const nodes = small.nodes.map((node, index) => {
    const outputs = node.outputs ?? [`v${index}`];
    return { op: node.op, name: `node_${index}`, inputs: node.inputs, outputs, attributes: node.attributes ?? {} };
  });
  return {
    inputs: Object.entries(small.inputs).map(([name, dims]) => ({
      name,
      type: { dtype: 'float32', dims: [null, ...dims] },
    })),
    outputs: small.outputs ?? [nodes.at(-1)?.outputs[0] as string],
    nodes,
    constants: new Map(Object.entries(small.constants ?? {})),
    types: new Map(),
  };
}

/** The same with inputs that have no batch: their shapes are whole. */
export function wholeGraphOf(small: SmallGraph): Graph {
  const inputs = Object.entries(small.inputs).map(([name, dims]) => ({
    name,
    type: { dtype: 'float32', dims } as const,
  }));
  return { ...graphOf(small), inputs };
}

/** Reproducible numbers in [0, 1): mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomTensor(dims: readonly number[], seed: number, low = -2, high = 2): Tensor {
  const random = randomNumbers(seed);
  return float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, () => low + (high - low) * random()),
  );
}

/** All different, at least `gap` apart and from 0, in random order: no ties and no kink at 0 within reach of the differences. */
export function distinctValues(count: number, random: () => number, gap: number): Float32Array {
  const values = Float32Array.from({ length: count }, (_, index) => (index - Math.floor(count / 2) + 0.5) * gap);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j] as number, values[i] as number];
  }
  return values;
}

/** Draws between two bounds. */
export const between = (low: number, high: number) => (count: number, random: () => number) =>
  Float32Array.from({ length: count }, () => low + (high - low) * random());

/** Draws that are at least `gap` apart within an input and gap / 2 away from 0. */
export const apart = (gap: number) => (count: number, random: () => number) => distinctValues(count, random, gap);

/** A one-dimensional int64 constant. */
export const ints = (...values: number[]) => int64([values.length], values);

export const scalar = (value: number) => float32([], Float32Array.of(value));
