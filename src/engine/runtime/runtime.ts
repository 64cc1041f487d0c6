import type { Graph, Node } from '../graph/ir/graph';
import type { Tensor } from '../graph/ir/tensor';

/** A graph made ready to run. */
export interface Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Runs once. The batch dimension of feeds may be any length when the graph was compiled with `dynamicBatch`.
   * Throws RuntimeFailure when the runtime refuses or fails.
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): Promise<void>;
}

/** Keeps weights of one model outside of this process's heap, for all programs that are compiled with it. */
export interface WeightStore {
  /**
   * The same tensor, its elements in the store: reading them is slower, and they take no memory of this process. The tensor itself where
   * there is no room. What was kept is lost when the store is disposed of.
   */
  keep(tensor: Tensor): Tensor;
  dispose(): void;
}

export interface CompileOptions {
  /** Leave dimension 0 of every graph input free, so that one program serves all batch sizes. */
  readonly dynamicBatch?: boolean;
  readonly threads?: number;
  /** Leave weights as they lie in their files, shared by all programs, instead of rearranging them for speed. Default false. */
  readonly sharedWeights?: boolean;
  /** From {@link Runtime.createWeightStore}; without one, weights that lie in no file are copied for each program. */
  readonly weights?: WeightStore;
}

/** What a program takes, estimated before it is compiled. */
export interface MemoryEstimate {
  /** Bytes that it holds as long as it lives: weights, and what is computed from them. */
  readonly fixed: number;
  /** Bytes of the values of a run, for each image of a batch. */
  readonly perImage: number;
}

/**
 * Runs graphs: bound ones of standard operators. All that is particular to one runtime is known behind this interface: what it can run and how
 * the rest is put into its own operators, what a program takes, and where weights are kept.
 */
export interface Runtime {
  /** Its name in settings, messages and results. */
  readonly id: string;
  readonly version: string;
  readonly capabilities: {
    /** Weights that lie in files are mapped: programs that leave them as they are take no memory for them. */
    readonly mapsFiles: boolean;
  };
  /** True for a node of the graph that it runs as it stands. */
  supports(node: Node, graph: Graph): boolean;
  /**
   * The graph with every node on the way to `outputs` that is not supported decomposed into supported ones. Values keep their names, so that
   * any of them can still be an output; a graph that needs nothing comes back as it is. `compile` does this too.
   *
   * @throws UnsupportedOperatorError naming the node for which there are none.
   */
  lower(graph: Graph, outputs: readonly string[]): Graph;
  /** What a program compiled from a lowered graph with the same options takes. */
  estimate(graph: Graph, outputs: readonly string[], options?: CompileOptions): MemoryEstimate;
  createWeightStore?(): WeightStore;
  /**
   * @throws UnsupportedOperatorError as {@link lower} does; RuntimeFailure when the runtime refuses or fails.
   */
  compile(graph: Graph, outputs: readonly string[], options?: CompileOptions): Promise<Program>;
  /** Gives back what the runtime holds beside its programs, which are disposed of before. */
  dispose(): Promise<void>;
}
