import { CheckpointError } from '../../../shared/errors';
import type { Graph } from '../../graph/ir/graph';

/**
 * Networks have a few hundred to some ten thousand nodes. Runtimes compile a longer list in a time that grows faster than the list:
 * onnxruntime takes most of a minute for the programs of 20,000 nodes, and had not ended after five for those of 200,000.
 */
const mostNodes = 50_000;

/** In front of the names of values that are added to a model. */
const reserved = 'whylight:';

/** Throws a CheckpointError for more nodes than any runtime compiles in a time that someone waits for. */
export function checkNodeCount({ nodes }: Graph): void {
  if (nodes.length <= mostNodes) return;
  const [count, most] = [nodes.length, mostNodes].map((number) => number.toLocaleString('en'));
  throw new CheckpointError(
    `The checkpoint has ${count} nodes, where at most ${most} can be explained; simplify it before you export it.`,
  );
}

/** Throws a CheckpointError for a value whose name is kept for those that are added. */
export function checkNames({ inputs, constants, nodes }: Graph): void {
  const taken =
    inputs.find(({ name }) => name.startsWith(reserved))?.name ??
    [...constants.keys()].find((name) => name.startsWith(reserved)) ??
    nodes.flatMap(({ outputs }) => outputs).find((name) => name.startsWith(reserved));
  if (taken === undefined) return;
  throw new CheckpointError(
    `The checkpoint has a value named “${taken}”, but names that start with “${reserved}” are kept for values that are added to a model; rename it.`,
  );
}
