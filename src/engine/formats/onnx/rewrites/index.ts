import type { Node } from '../../../graph/graph';
import type { NodeRecord } from '../graphProto';
import { attentions } from './attention';
import { attributesToInputs } from './attributesToInputs';
import { normalisation } from './normalisation';
import { others } from './others';
import { resizing } from './resize';
import { NotBroughtIn, nodeWith, type Rewrite, type RewriteContext } from './rewrite';
import { softmax } from './softmax';
import { transformer } from './transformer';

/** The operators that differ between opsets 7 and 28; all others mean the same in opset 21. */
const rewrites: ReadonlyMap<string, Rewrite> = new Map(
  Object.entries({
    ...attributesToInputs,
    ...normalisation,
    ...softmax,
    ...resizing,
    ...others,
    ...attentions,
    ...transformer,
  }),
);

/** The oldest opset that is read, and the newest one whose operators were compared with opset 21. */
export const opsets = { oldest: 7, newest: 28 } as const;

/** A node as nodes of opset 21. Nodes of other domains only get their full name. */
export function rewriteNode(node: NodeRecord, c: RewriteContext): readonly Node[] {
  const rewrite = node.domain === '' ? rewrites.get(node.op) : undefined;
  if (!rewrite) return [nodeWith(node, c)];
  try {
    return rewrite(node, c);
  } catch (error) {
    if (!(error instanceof NotBroughtIn)) throw error;
    return [{ ...nodeWith(node, c), refused: error.message }];
  }
}
