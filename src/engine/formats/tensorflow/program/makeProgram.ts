import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import type { GraphDef, TfProgram } from '../graph/graphDef';
import { withoutDropout } from './dropout';
import { flatten } from './flatten';
import { withMovingStatistics } from './movingStatistics';
import { findOutputs } from './outputs';
import { prune } from './prune';
import type { ProgramInput } from './sources';

export interface ProgramOptions {
  /** Values of variables by the names of their nodes in the outer graph. */
  readonly variables?: ReadonlyMap<string, Tensor>;
  /** Values to compute; without them the ends of the network are looked for. */
  readonly outputs?: readonly string[];
  /** Types and shapes that a signature states, by the names of outer nodes. */
  readonly stated?: ReadonlyMap<string, Pick<ProgramInput, 'type' | 'shape'>>;
  /** The outer call whose function keeps its names. */
  readonly root?: string;
  /** Where the variables were looked for: `model.ckpt.index`. */
  readonly where?: string;
  /** The file that holds the graph only, when there are no variables anywhere. */
  readonly weightless?: string;
}

/**
 * What a graph computes when it answers: its functions inlined, its variables bound, what belongs to its training taken out.
 *
 * @throws CheckpointError when it is damaged, a weight is missing, or nothing in it is computed from an input.
 */
export function makeProgram(
  graph: GraphDef,
  { variables = new Map(), outputs, ...options }: ProgramOptions,
): { readonly program: TfProgram; readonly notes: readonly string[] } {
  const wanted = outputs ?? findOutputs(graph);
  if (wanted.length === 0)
    throw new CheckpointError('The TensorFlow graph computes nothing from an input: there is no network in it.');
  const flat = flatten(graph, wanted, { ...options, variables });
  const answers = [...new Set(wanted.flatMap((value) => flat.values.get(value) ?? []))];
  if (answers.length === 0)
    throw new CheckpointError('What the TensorFlow graph answers with is not computed when it does not train.');
  const dropout = withoutDropout(prune(flat, answers));
  const cleaned = withMovingStatistics(dropout.program, variables);
  return {
    program: prune(cleaned.program, cleaned.program.outputs),
    notes: [...flat.notes, ...dropout.notes, ...cleaned.notes],
  };
}
