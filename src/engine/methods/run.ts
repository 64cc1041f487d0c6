import { CancelledError, MethodError, throwIfCancelled, WhylightError } from '../../shared/errors';
import type { MethodRequest } from '../../shared/question/card';
import { mapFindings, mapStatistics } from '../../shared/rendering/mapStatistics';
import type { Attribution, Parameters, RawMap } from '../../shared/results/attribution';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Model } from '../model/evaluation/model';
import { findMethod } from '.';
import { type ContextOptions, type Cost, createContext } from './context';
import { KeptNoise } from './keptNoise';
import { findLayer } from './layer';
import type { Method, MethodContext } from './method';
import { resolveParameters } from './parameters';
import { SeededSource } from './random';

/** Least time between two progress reports of a method, in milliseconds. */
const progressInterval = 200;

export interface MethodListener {
  /** `key` is that of the request. */
  started(key: string): void;
  /** At most every 200 ms; `partial` is the map so far. */
  progress(key: string, done: number, total: number, partial?: RawMap): void;
  result(attribution: Attribution): void;
  /** One method failed; `message` is one sentence, `error` the cause with its stack. */
  failed(key: string, message: string, error: unknown): void;
}

export interface RunOptions extends ContextOptions {
  readonly requests: readonly MethodRequest[];
  /** Layer of the class activation methods whose request names none. */
  readonly defaultLayer: string | null;
  /** Two runs with the same seed draw the same noise. */
  readonly seed: number;
  readonly listener: MethodListener;
  /** The methods that requests name; all that there are when absent. */
  readonly methods?: readonly Method[];
}

/** A request with everything found that it names. */
interface Task {
  readonly request: MethodRequest;
  readonly method: Method;
  readonly parameters: Parameters;
  readonly layer: string | null;
}

/** Passes on at most one report in 200 ms, and makes the partial map only then. */
function throttled(key: string, listener: MethodListener): MethodContext['progress'] {
  let last = performance.now();
  return (done, total, partial) => {
    const now = performance.now();
    if (now - last < progressInterval || done >= total) return;
    last = now;
    listener.progress(key, done, total, partial?.());
  };
}

async function attribute(
  task: Task,
  model: Model,
  image: FloatTensor,
  options: RunOptions,
  cost: Cost,
): Promise<Attribution> {
  const { method, parameters, layer, request } = task;
  const { id } = method.info;
  const started = performance.now();
  const { seed, kept } = options;
  const random = kept ? new KeptNoise(seed, id, kept.memo) : new SeededSource(seed, id);
  const context = createContext(model, image, options, layer, random, cost, throttled(request.key, options.listener));
  const { map, convergenceDelta, scoreDifference, notes } = await method.run(context, parameters);
  const statistics = mapStatistics(map.data);
  return {
    key: request.key,
    method: id,
    preset: request.preset ?? null,
    parameters,
    layer,
    map,
    seconds: (performance.now() - started) / 1000,
    evaluations: { forward: cost.forward, gradient: cost.gradient },
    min: statistics.min,
    max: statistics.max,
    ...(convergenceDelta !== undefined && { convergenceDelta }),
    ...(scoreDifference !== undefined && { scoreDifference }),
    notes: [...(notes ?? []), ...mapFindings(statistics)],
  };
}

function prepare(request: MethodRequest, model: Model, options: RunOptions): Task {
  const method = findMethod(request.method, options.methods);
  const parameters = resolveParameters(method.info, request.preset, request.parameters);
  const layer = method.info.needsLayer
    ? findLayer(model.layers, request.layer ?? options.defaultLayer, method.info.title).name
    : null;
  return { request, method, parameters, layer };
}

/** Tells the listener that a method failed; a cancellation ends the whole run instead. */
function report({ key, method }: MethodRequest, error: unknown, listener: MethodListener): void {
  if (error instanceof CancelledError) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const sentence = error instanceof WhylightError ? message : `${method} stopped with an unexpected error: ${message}`;
  listener.failed(key, sentence, error);
}

/**
 * Runs methods on one image and tells each result as it comes. Methods that evaluate the image only run together, so that the model
 * answers all of them with one pass; the others follow one by one, in the order of the requests. A method that fails, by an expected
 * failure or by a bug, is told to the listener and does not stop the others.
 *
 * @param image the model's input, [1, …model.input.dims].
 * @throws CancelledError when the signal is aborted; MethodError when the target is not a class of the model.
 */
export async function runMethods(model: Model, image: FloatTensor, options: RunOptions): Promise<void> {
  const { listener, signal, target } = options;
  if (!Number.isInteger(target) || target < 0 || target >= model.classes) {
    throw new MethodError(`There is no class ${target}; the model has the classes 0 to ${model.classes - 1}.`);
  }
  throwIfCancelled(signal);

  const tasks: Task[] = [];
  for (const request of options.requests) {
    try {
      tasks.push(prepare(request, model, options));
    } catch (error) {
      report(request, error, listener);
    }
  }

  const run = async (task: Task, mayRunAlone: boolean): Promise<Task | null> => {
    const cost: Cost = { forward: 0, gradient: 0, evaluationFailed: false };
    let attribution: Attribution;
    try {
      attribution = await attribute(task, model, image, options, cost);
    } catch (error) {
      if (mayRunAlone && cost.evaluationFailed && !(error instanceof CancelledError)) return task;
      report(task.request, error, listener);
      return null;
    }
    listener.result(attribution);
    return null;
  };

  const together = tasks.filter((task) => task.method.singlePass);
  for (const task of together) listener.started(task.request.key);
  // Settled, not all: nothing may be told to the listener after this function has ended.
  const outcomes = await Promise.allSettled(together.map((task) => run(task, together.length > 1)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;

  // What one method asks for can make the shared pass fail; each is then run alone, so that only that one fails.
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled' && outcome.value) await run(outcome.value, false);
  }
  for (const task of tasks.filter((each) => !each.method.singlePass)) {
    throwIfCancelled(signal);
    listener.started(task.request.key);
    await run(task, false);
  }
}
