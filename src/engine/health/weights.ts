/** NaN and infinities among the weights. */
import type { Finding, WeightHealth } from '../../shared/results/health';
import { nodeLabel } from '../graph/ir/attributes';
import type { Graph } from '../graph/ir/graph';
import { quote } from './words';

/** How many elements are not finite. */
export interface NonFinite {
  readonly nan: number;
  readonly plus: number;
  readonly minus: number;
}

/** null when all elements are finite. */
export function nonFinite(data: Float32Array): NonFinite | null {
  let nan = 0;
  let plus = 0;
  let minus = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value - value === 0) continue;
    if (value > 0) plus++;
    else if (value < 0) minus++;
    else nan++;
  }
  return nan + plus + minus > 0 ? { nan, plus, minus } : null;
}

/** "3 NaN and 1 infinite values". */
export function countText({ nan, plus, minus }: NonFinite): string {
  const infinite = plus + minus;
  const parts = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} infinite`] : [])];
  return `${parts.join(' and ')} ${nan + infinite === 1 ? 'value' : 'values'}`;
}

/** Weights that are not finite but spoil nothing for this image. −∞ alone is what masks are made of. */
export function weightFindings(graph: Graph, found: ReadonlyMap<string, NonFinite>): Finding[] {
  const [worst] = [...found].filter(([, { nan, plus }]) => nan + plus > 0);
  if (!worst) return [];
  const [name, counts] = worst;
  const reader = graph.nodes.find((node) => node.inputs.includes(name));
  const where = reader ? ` of node ${quote(nodeLabel(reader))} (operator ${reader.op})` : '';
  return [
    {
      severity: 'warning',
      sentence: `The weight ${quote(name)}${where} holds ${countText(counts)}, without harm for this image; the training diverged or the file is damaged.`,
    },
  ];
}

/** All floating-point constants that nodes read; `found` has those with NaN or infinities. */
export function weightHealth(graph: Graph): {
  readonly health: WeightHealth;
  readonly found: ReadonlyMap<string, NonFinite>;
} {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const found = new Map<string, NonFinite>();
  let count = 0;
  for (const [name, tensor] of graph.constants) {
    if (tensor.dtype !== 'float32' || !read.has(name)) continue;
    const data = tensor.data as Float32Array;
    count += data.length;
    const counts = nonFinite(data);
    if (counts) found.set(name, counts);
  }
  const all = [...found.values()];
  return {
    health: {
      count,
      nan: all.reduce((sum, { nan }) => sum + nan, 0),
      infinite: all.reduce((sum, { plus, minus }) => sum + plus + minus, 0),
    },
    found,
  };
}
