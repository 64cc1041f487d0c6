import type { Graph } from '../../src/engine/graph/ir/graph';
import { fromNumbers, toNumbers } from '../../src/engine/graph/ir/numbers';
import { elementCount, type Tensor } from '../../src/engine/graph/ir/tensor';
import type { Program, Runtime } from '../../src/engine/runtime/runtime';
import { inDouble } from '../support/graph/inDouble';
import type { precisions } from './directional';

export type PrecisionName = keyof typeof precisions;

/** Values of inputs by name, as plain numbers. */
export type Values = ReadonlyMap<string, readonly number[]>;

/** A graph compiled in one precision; inputs that a run is given no values of keep those of `others`. */
export class Machine {
  constructor(
    private readonly program: Program,
    readonly precision: PrecisionName,
    private readonly graph: Graph,
    private readonly others: ReadonlyMap<string, Tensor>,
  ) {}

  static async make(
    runtime: Runtime,
    precision: PrecisionName,
    graph: Graph,
    outputs: string[],
    others: ReadonlyMap<string, Tensor>,
  ) {
    const whole = precision === 'float64' ? inDouble(graph) : graph;
    return new Machine(await runtime.compile(whole, outputs, { threads: 1 }), precision, whole, others);
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }

  /** Number of elements of a value. */
  length(name: string): number {
    return elementCount(this.graph.types.get(name)?.dims as readonly number[]);
  }

  async run(values: Values, names: readonly string[]): Promise<(readonly number[])[]> {
    const feeds = this.program.inputs.map((name): [string, Tensor] => {
      const own = values.get(name);
      if (!own) return [name, this.others.get(name) as Tensor];
      return [name, fromNumbers(this.precision, this.graph.types.get(name)?.dims as readonly number[], own)];
    });
    const results = await this.program.run(Object.fromEntries(feeds));
    return names.map((name) => toNumbers(results[name] as Tensor));
  }
}
