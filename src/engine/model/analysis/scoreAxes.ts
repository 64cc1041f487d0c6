/** Which axes of a value of scores count classes, and which count answers. */
import type { Answers } from '../../../shared/results/answers';
import type { Graph, Node } from '../../graph/ir/graph';
import { isFloat } from '../../graph/ir/numbers';
import { elementCount } from '../../graph/ir/tensor';
import { madeAxis } from './classAxis';

export interface ScoreAxes {
  /** Shape for a batch of 1; the first axis is the batch where it has the length 1. */
  readonly dims: readonly number[];
  readonly classes: number;
  readonly classAxis: number;
  /** The answers that the model gives for one image; null when there is one. */
  readonly answers: Answers | null;
}

/** Shape of a value that may hold scores. */
function scoreDims(graph: Graph, name: string): readonly number[] | null {
  const type = graph.types.get(name);
  const dims = type?.dims as readonly number[] | null | undefined;
  return type && dims && dims.length > 1 && !dims.includes(0) && isFloat(type.dtype) ? dims : null;
}

/** The axes of a value with one score for each class; null for a value with more, or none. */
export function oneAnswer(graph: Graph, name: string): ScoreAxes | null {
  const dims = scoreDims(graph, name);
  const long = dims?.flatMap((length, axis) => (length === 1 ? [] : [axis])) ?? [];
  if (dims?.[0] !== 1 || long.length > 1) return null;
  const classAxis = long[0] ?? 1;
  return { dims, classes: dims[classAxis] as number, classAxis, answers: null };
}

/**
 * The axes of a value of a graph that is bound to batch 1. A first axis that is longer than that is no batch. With one axis longer than 1
 * behind the batch, that one counts classes and there is one answer; otherwise the axis counts classes that the checkpoint's own softmax or
 * arg-max works along, or the one that the last layer with weights makes.
 *
 * @param along that axis of the checkpoint's own, where it has one.
 * @param chosen true for a value that the user named: without other signs, axis 1 of four, or the last, is taken for the classes.
 * @returns null for a value that holds no scores as far as one can tell.
 */
export function scoreAxes(
  graph: Graph,
  producers: ReadonlyMap<string, Node>,
  name: string,
  along?: number,
  chosen = false,
): ScoreAxes | null {
  const one = oneAnswer(graph, name);
  if (one) return one;
  const dims = scoreDims(graph, name);
  if (!dims) return null;
  const made = madeAxis(graph, producers, name);
  const usual = dims.length === 4 ? 1 : dims.length - 1;
  const classAxis = along ?? made?.axis ?? (chosen ? usual : undefined);
  if (classAxis === undefined || classAxis >= dims.length) return null;
  const others = dims.flatMap((length, axis) => (axis === classAxis ? [] : [{ length, axis }]));
  const inRows = dims.length === 4 && dims[0] === 1 && (classAxis === 1 || classAxis === 3);
  const counted = inRows ? others.slice(1) : others.filter(({ length }) => length > 1);
  const answers: Answers = {
    dims: counted.map(({ length }) => length),
    kind: inRows ? 'pixels' : made?.by === 'MatMul' ? 'tokens' : 'anchors',
  };
  const several = elementCount(answers.dims) > 1;
  return { dims, classes: dims[classAxis] as number, classAxis, answers: several ? answers : null };
}
