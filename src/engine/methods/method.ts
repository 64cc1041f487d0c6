import type { MethodInfo, Parameters, RawMap } from '../../shared/attribution';
import type { FloatTensor } from '../graph/tensor';
import type { Evaluation, ModelInput, Probes } from '../model/model';

/** Draws of a noise method; a test replays saved ones. */
export interface RandomSource {
  /** `count` draws from the standard normal distribution. */
  normal(count: number): Float32Array;
}

/** What a method may use. */
export interface MethodContext {
  readonly input: ModelInput;
  /** The preprocessed image, [1, …input.dims]. */
  readonly image: FloatTensor;
  /** Index of the class to explain. */
  readonly target: number;
  /** Target layer's name; methods with `needsLayer` may rely on it being there and spatial. */
  readonly layer: string | null;
  /** Largest batch that one evaluation should hold. */
  readonly batchSize: number;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
  /** Evaluates for the context's target; counted as this method's cost. */
  evaluate(input: FloatTensor, probes: Probes): Promise<Evaluation>;
  /** Tells how far a long method is, with an intermediate map when there is one worth seeing. */
  progress(done: number, total: number, partial?: RawMap): void;
}

export interface MethodResult {
  readonly map: RawMap;
  /** A class activation map before upsampling, at the layer's resolution. */
  readonly layerMap?: RawMap;
  readonly convergenceDelta?: number;
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
