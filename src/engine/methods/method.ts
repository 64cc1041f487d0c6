import type { MethodInfo, Parameters, RawMap } from '../../shared/results/attribution';
import type { LayerInfo } from '../../shared/results/layers';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Evaluation, ModelInput, Probes } from '../model/evaluation/model';

/** Draws of a noise method; a test replays saved ones. */
export interface RandomSource {
  /** `count` independent draws from the normal distribution with mean 0 and the given standard deviation; not to be written into. */
  normal(count: number, deviation: number): Float32Array;
}

/** What a method may use. */
export interface MethodContext {
  readonly input: ModelInput;
  /** The preprocessed image, [1, …input.dims]. */
  readonly image: FloatTensor;
  /** Index of the class to explain. */
  readonly target: number;
  /** Number of classes; 1 for a model with one logit. */
  readonly classes: number;
  /** All layers of the model, in the order of computation. */
  readonly layers: readonly LayerInfo[];
  /** Target layer's name; methods with `needsLayer` may rely on it being there and spatial. */
  readonly layer: string | null;
  /** What a black pixel is in the model's input, one value a channel; null when the preprocessing is not known. */
  readonly black: readonly number[] | null;
  /** Largest batch that one evaluation should hold at this moment. */
  readonly batchSize: number;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
  /** The most bytes that {@link once} keeps of one thing; 0 where nothing is kept. */
  readonly room: number;
  /**
   * What depends on the image, the model and `key` only, not on the class that is explained: it may have been made for another class before,
   * and is then not made again. What making it costs is counted either way; what comes out is not to be written into.
   */
  once(key: string, make: () => Promise<Float32Array>): Promise<Float32Array>;
  /** Counted as this method's cost. */
  evaluate(input: FloatTensor, probes: Probes): Promise<Evaluation>;
  /** Tells how far a long method is; `partial` makes the map so far and is called only when the map is going to be shown. */
  progress(done: number, total: number, partial?: () => RawMap): void;
}

export interface MethodResult {
  /** H×W or H×W×C at the model's input size, channels last whatever the model's layout. */
  readonly map: RawMap;
  /** A class activation map before upsampling, at the layer's resolution. */
  readonly layerMap?: RawMap;
  readonly convergenceDelta?: number;
  readonly scoreDifference?: number;
  /** Findings beyond the map itself, one sentence each. */
  readonly notes?: readonly string[];
}

/** An attribution method: its description and its formula. */
export interface Method {
  readonly info: MethodInfo;
  /** True when its evaluations are of the image itself only, so that it shares one pass with the others of its kind. */
  readonly singlePass: boolean;
  /** `parameters` holds every parameter of `info`, checked. */
  run(context: MethodContext, parameters: Parameters): Promise<MethodResult>;
}
