/** Why a case is not supported: the engine's own typed errors, put into few groups. */
import { CheckpointError, RuntimeFailure, UnsupportedOperatorError } from '../../src/shared/errors';

/** Unsupported cases by what the message says after the names in it. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/training mode|batch statistics/, 'training mode is read as inference'],
  [/is not a tensor|is a sequence, not a tensor/, 'takes or gives a sequence, an optional or a map'],
  [/elements? of type (\S+?),? /, 'element type $1'],
  [/depends? on the data|computed from the data/, 'a shape depends on the data'],
  [/opsets \d+ to \d+ are read/, 'states no version of the standard operators'],
  [/Could not find an implementation for (\w+)/, 'the runtime has no kernel for $1'],
  [/is not defined for empty set/, 'the runtime does not reduce empty sets of truth values'],
  [/casts numbers to text/, 'writes numbers as text'],
  [/casts to an element type/, 'casts to an 8-bit float or a smaller type'],
  [/where its windows cover/, 'unpools to another shape than its windows cover'],
  [/shifts signed integers/, 'shifts signed integers'],
  [/Node interface has no (\S+) values/, 'the runtime cannot pass $1 values in or out'],
];

/** The group that an unsupported case belongs to; null when the error is a failure of the engine. */
export function reasonOf(error: unknown): string | null {
  const typed = error instanceof CheckpointError || error instanceof UnsupportedOperatorError;
  if (!typed && !(error instanceof RuntimeFailure)) return null;
  for (const [pattern, reason] of patterns) {
    const match = pattern.exec(error.message);
    if (match) return reason.replace('$1', match[1] ?? '');
  }
  if (error instanceof UnsupportedOperatorError) {
    const why = /^The operator .*? of node “.*?” (.*?)\.?$/.exec(error.message)?.[1];
    return why && why !== 'is not supported' ? `${error.operator} ${why}` : `no operator ${error.operator}`;
  }
  if (error instanceof RuntimeFailure) return null;
  return `not read: ${error.message.replace(/[“"][^”"]*[”"]/g, '…')}`;
}
