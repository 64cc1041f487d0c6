/** Checks backward rules of graphs whose inputs have no batch axis: operands such as weights, which all items of a batch share. */
import { bind } from '../../../src/engine/graph/binding/bind';
import { type Comparison, compareWithDifferences } from './differences';
import { type SmallGraph, wholeGraphOf } from './smallGraph';

export interface WholeOptions extends Partial<Pick<Comparison, 'step' | 'tolerance'>> {
  readonly values?: (count: number, random: () => number, name: string) => ArrayLike<number>;
  /** Inputs to differentiate by; all when left out. */
  readonly wrt?: readonly string[];
}

/** Like checkGradient, but the shapes of `small.inputs` are whole, and the graph is run as it is. */
export async function checkWholeGradient(small: SmallGraph, options: WholeOptions = {}): Promise<void> {
  const graph = bind(wholeGraphOf(small));
  const { values, wrt = Object.keys(small.inputs), ...rest } = options;
  await compareWithDifferences({
    ...rest,
    kind: 'smooth',
    graph,
    of: graph.outputs[0] as string,
    wrt,
    whole: true,
    values: (name, count, random) =>
      values?.(count, random, name) ?? Float32Array.from({ length: count }, () => 4 * random() - 2),
  });
}
