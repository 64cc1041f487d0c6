import type { Graph } from '../graph/ir/graph';
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

/** Keeps weights of one model outside of this process's memory, for all programs that are compiled with it. */
export interface WeightStore {
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

/** Runs graphs: `onnxruntime` (in the package) or `tfjs` (resolved at run time). */
export interface Runtime {
  readonly id: 'onnxruntime' | 'tfjs';
  readonly version: string;
  /** True when weights that lie in files are mapped: programs that leave them as they are take no memory for them. */
  readonly mapsFiles?: boolean;
  createWeightStore?(): WeightStore;
  compile(graph: Graph, outputs: readonly string[], options?: CompileOptions): Promise<Program>;
}
