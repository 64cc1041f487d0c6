import type { Node } from '../../../graph/ir/graph';
import { markDecomposed } from '../../kit/graph/operatorWriter';
import type { NodeRecord } from '../proto/graphProto';
import { fusedActivations } from './microsoft/activations';
import { fusedAttention } from './microsoft/attention';
import { blockQuantised } from './microsoft/blockQuantised';
import { channelsLast, channelsLastNamed } from './microsoft/channelsLast';
import { fusedNormalisations } from './microsoft/normalisations';
import { renamed } from './microsoft/renamed';
import { dynamicallyQuantised, dynamicallyQuantisedNamed } from './quantised/dynamicallyQuantised';
import { quantised, quantisedNamed } from './quantised/quantised';
import { attentions } from './standard/attention';
import { attributesToInputs } from './standard/attributesToInputs';
import { beforeOpset7 } from './standard/beforeOpset7';
import { experimental } from './standard/experimental';
import { normalisation } from './standard/normalisation';
import { others } from './standard/others';
import { resizing } from './standard/resize';
import { softmax } from './standard/softmax';
import { transformer } from './standard/transformer';
import { nodeWith, type Rewrite, type RewriteContext, Unsupported } from './writing/rewrite';

type Rewrites = Readonly<Record<string, Rewrite>>;

/** The operators that differ between opsets 7 and 28 (beforeOpset7.ts has what differed before); all others mean the same in opset 21. */
const standard: Rewrites = {
  ...attributesToInputs,
  ...normalisation,
  ...softmax,
  ...resizing,
  ...others,
  ...attentions,
  ...transformer,
  ...quantised,
  ...dynamicallyQuantised,
  ...experimental,
};

/** What onnxruntime makes of the standard operators when it optimises or quantises a model. */
const microsoft: Rewrites = {
  ...fusedActivations,
  ...fusedNormalisations,
  ...fusedAttention,
  ...quantisedNamed,
  ...dynamicallyQuantisedNamed,
  ...channelsLastNamed,
  ...renamed,
  ...blockQuantised,
};

const rewrites: Readonly<Record<string, Rewrites>> = {
  '': standard,
  'com.microsoft': microsoft,
  'com.ms.internal.nhwc': channelsLast,
};

/** The oldest opset that is read, and the newest one whose operators were compared with opset 21. */
export const opsets = { oldest: 1, newest: 28 } as const;

/** Why nothing in a domain can be brought in. */
const closed: Readonly<Record<string, string>> = {
  'com.microsoft.nchwc':
    'was made by onnxruntime for one kind of processor; optimise the model with level “extended” in place of “all”',
};

/** A node as nodes of opset 21, marked with the operator they were decomposed from. Nodes of unknown domains only get their full name. */
export function rewriteNode(given: NodeRecord, c: RewriteContext): readonly Node[] {
  return markDecomposed(decomposed(given, c), given.outputs, given.shownAs === undefined ? given.op : given.shownAs);
}

function decomposed(given: NodeRecord, c: RewriteContext): readonly Node[] {
  if (given.domain !== '' || c.opset >= 7) return rewriteRecent(given, c);
  try {
    const { node, before } = beforeOpset7(given, c);
    return [...before, ...rewriteRecent(node, c)];
  } catch (error) {
    return [unsupportedNode(given, c, error)];
  }
}

function unsupportedNode(node: NodeRecord, c: RewriteContext, error: unknown): Node {
  if (!(error instanceof Unsupported)) throw error;
  return { ...nodeWith(node, c), unsupported: error.message };
}

function rewriteRecent(node: NodeRecord, c: RewriteContext): readonly Node[] {
  const family = Object.hasOwn(rewrites, node.domain) ? rewrites[node.domain] : undefined;
  const rewrite = family && Object.hasOwn(family, node.op) ? family[node.op] : undefined;
  const why = Object.hasOwn(closed, node.domain) ? closed[node.domain] : undefined;
  if (why) return [{ ...nodeWith(node, c), unsupported: why }];
  if (!rewrite) return [nodeWith(node, c)];
  try {
    return rewrite(node, c);
  } catch (error) {
    return [unsupportedNode(node, c, error)];
  }
}

/** Names of the operators of a domain that are rewritten on import; the standard domain is the empty string. */
export function rewrittenOperators(domain: '' | 'com.microsoft'): readonly string[] {
  return Object.keys(rewrites[domain] ?? {}).sort();
}
