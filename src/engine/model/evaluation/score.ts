/** The number of each image that an evaluation explains: a weighting of the logits, of a function of them, or of a layer's units. */
import { UsageError } from '../../../shared/errors';
import { elementCount, type FloatTensor } from '../../graph/ir/tensor';
import { type LogitFunction, logProbabilities } from './functions';

/** Number of a class → its weight; classes that are not named count nothing. */
export type ClassWeights = Readonly<Record<number, number>>;

/** Σ weight · logit (or probability, or log-probability): one class, a contrast of two, several at once. */
export interface ClassesScore {
  readonly kind: 'classes';
  readonly of: 'logit' | 'probability' | 'log-probability';
  readonly weights: ClassWeights;
}

/** Σ weight · f(logits); a function that gives one number needs no weights. */
export interface FunctionScore {
  readonly kind: 'function';
  readonly function: LogitFunction;
  readonly weights?: ClassWeights;
}

/** One unit of a layer by its place, [C, H, W] or whatever shape the layer gives for one image. */
export interface PlaceScore {
  readonly kind: 'unit';
  readonly layer: string;
  readonly index: readonly number[];
}

/** A channel of a layer over all its positions. */
export interface ChannelScore {
  readonly kind: 'unit';
  readonly layer: string;
  readonly channel: number;
  readonly over: 'sum' | 'mean';
  /** Axis of the channels in the layer's shape for one image; left out: the last of [tokens, channels], else the first. */
  readonly axis?: number;
}

/** Σ weight · value over a layer. */
export interface WeightedLayerScore {
  readonly kind: 'unit';
  readonly layer: string;
  /** In the layer's shape for one image. */
  readonly weights: FloatTensor;
}

export type Score = ClassesScore | FunctionScore | PlaceScore | ChannelScore | WeightedLayerScore;

/** One class, which is what most methods explain. */
export function classScore(target: number, of: ClassesScore['of'] = 'logit'): ClassesScore {
  return { kind: 'classes', of, weights: { [target]: 1 } };
}

/** What speaks for one class rather than for another. */
export function contrastScore(target: number, other: number, of: ClassesScore['of'] = 'logit'): ClassesScore {
  return { kind: 'classes', of, weights: target === other ? {} : { [target]: 1, [other]: -1 } };
}

/** The value that a score weighs. Programs differ by it, whereas weights are fed. */
export interface ScoredValue {
  /** Equal for equal values. */
  readonly key: string;
  readonly value: 'logits' | 'probabilities' | LogitFunction | { readonly layer: string };
}

export function scoredValue(score: Score): ScoredValue {
  if (score.kind === 'unit') return { key: `layer ${score.layer}`, value: { layer: score.layer } };
  if (score.kind === 'function') return ofFunction(score.function);
  if (score.of === 'log-probability') return ofFunction(logProbabilities);
  return score.of === 'logit' ? { key: 'logit', value: 'logits' } : { key: 'probability', value: 'probabilities' };
}

const ofFunction = (value: LogitFunction): ScoredValue => ({ key: `function ${value.key}`, value });

/** What must be known of a model to weigh its values. */
export interface Weighable {
  readonly classes: number;
  /** Shape of a value for one image. @throws UsageError when there is no such value. */
  shapeOf(layer: string): readonly number[];
}

/**
 * The weights of a score for each element of its {@link scoredValue}, for one image.
 *
 * @throws UsageError when the score names a class, a unit or a layer that the model does not have.
 */
export function weightsOf(score: Score, model: Weighable): Float32Array {
  if (score.kind === 'unit') return unitWeights(score, model.shapeOf(score.layer));
  if (score.kind === 'classes') return listed(score.weights, model.classes, 'class');
  const size = score.function.size(model.classes);
  if (score.weights) return listed(score.weights, size, 'number');
  if (size === 1) return Float32Array.of(1);
  throw new UsageError(`The function “${score.function.key}” gives ${size} numbers; say with which weights.`);
}

function listed(weights: ClassWeights, count: number, what: 'class' | 'number'): Float32Array {
  const all = new Float32Array(count);
  for (const [key, weight] of Object.entries(weights)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      const known = what === 'class' ? 'the model has the classes' : 'the function gives the numbers';
      throw new UsageError(`There is no ${what} ${key}; ${known} 0 to ${count - 1}.`);
    }
    if (!Number.isFinite(weight)) throw new UsageError(`The weight of ${what} ${key} is ${weight}; it must be finite.`);
    all[index] = weight;
  }
  return all;
}

type UnitScore = PlaceScore | ChannelScore | WeightedLayerScore;

function unitWeights(score: UnitScore, shape: readonly number[]): Float32Array {
  if ('weights' in score) return givenWeights(score, shape);
  const weights = new Float32Array(elementCount(shape));
  if ('index' in score) {
    weights[placeOf(score, shape)] = 1;
    return weights;
  }
  const { layer, channel, over, axis = shape.length === 2 ? 1 : 0 } = score;
  const channels = shape[axis];
  if (channels === undefined) {
    throw new UsageError(`The layer “${layer}” has the shape ${shape.join('×')}, which has no axis ${axis}.`);
  }
  if (!Number.isInteger(channel) || channel < 0 || channel >= channels) {
    throw new UsageError(`The layer “${layer}” has no channel ${channel}; it has the channels 0 to ${channels - 1}.`);
  }
  const inner = elementCount(shape.slice(axis + 1));
  const weight = over === 'sum' ? 1 : channels / weights.length;
  for (let i = 0; i < weights.length; i++) if (Math.floor(i / inner) % channels === channel) weights[i] = weight;
  return weights;
}

function placeOf({ layer, index }: PlaceScore, shape: readonly number[]): number {
  const inside = (at: number | undefined, length: number) =>
    at !== undefined && Number.isInteger(at) && at >= 0 && at < length;
  if (index.length !== shape.length || !shape.every((length, axis) => inside(index[axis], length))) {
    throw new UsageError(
      `The layer “${layer}” has no unit [${index.join(', ')}]; its shape is ${shape.join('×')}, counted from 0.`,
    );
  }
  return shape.reduce((at, length, axis) => at * length + (index[axis] as number), 0);
}

function givenWeights({ layer, weights }: WeightedLayerScore, shape: readonly number[]): Float32Array {
  if (weights.dims.join() !== shape.join()) {
    throw new UsageError(
      `The weights for the layer “${layer}” have the shape ${weights.dims.join('×')}; they must have the layer’s own, ${shape.join('×')}.`,
    );
  }
  return weights.data;
}
