import { dtypeOf } from '../graph/dataTypes';
import type { MetaGraph, Signature, TensorInfo } from '../proto/metaGraphProto';

const serving = 'serving_default';
const logits = /logit/i;
const answers = /score|prob|predict|output|dense|softmax/i;

/** What a signature says for `makeProgram`. */
export interface ChosenSignature {
  /** Its key; undefined for none. */
  readonly key?: string;
  readonly outputs?: readonly string[];
  readonly stated?: ReadonlyMap<string, Pick<TensorInfo, 'type' | 'shape'>>;
  readonly root?: string;
}

/** `node:0` as the value that it is. */
const plainName = (name: string): string => name.replace(/:0$/, '');

/**
 * The signature that answers for an image: the one for serving, else the only one, else the first, of those that take numbers with the
 * axes of an image; texts (encoded images) are taken only where there is no other. Empty where no signature is of use.
 */
export function chooseSignature({ signatures, graph }: Pick<MetaGraph, 'signatures' | 'graph'>): ChosenSignature {
  const usable = [...signatures].filter(([key, { outputs }]) => !key.startsWith('__') && answersOf(outputs).length > 0);
  const ranked = usable
    .map(([key, signature]) => ({ key, signature, rank: rankOf(key, signature) }))
    .sort((a, b) => a.rank - b.rank);
  const [best] = ranked;
  if (!best || best.signature.inputs.size === 0) return {};
  const { inputs, outputs } = best.signature;
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const named = answersOf(outputs).map(([, { name }]) => plainName(name));
  const callers = new Set(named.map((value) => value.split(':')[0] as string));
  const [root] = callers;
  const call = root === undefined ? undefined : nodes.get(root);
  return {
    key: best.key,
    outputs: named,
    stated: new Map(
      [...inputs.values()].flatMap(({ name, type, shape }) =>
        shape ? [[plainName(name), { type, shape }] as const] : [],
      ),
    ),
    ...(callers.size === 1 && call?.op.endsWith('PartitionedCall') ? { root } : {}),
  };
}

/** Lower is better. */
function rankOf(key: string, { inputs }: Signature): number {
  const takes = [...inputs.values()];
  const image = takes.some(
    ({ type, shape }) => isNumeric(type) && (shape === null || shape.length === 4 || shape.length === 3),
  );
  const numbers = takes.some(({ type }) => isNumeric(type));
  return (image ? 0 : numbers ? 2 : 4) + (key === serving ? 0 : 1);
}

function isNumeric(type: number): boolean {
  const dtype = dtypeOf(type);
  return dtype !== undefined && dtype !== 'string' && dtype !== 'bool';
}

/** Outputs that are scores, the logits first, then in order of their keys: the numbers of what has many of them (`output_0` …) count. */
function answersOf(outputs: Signature['outputs']): readonly (readonly [string, TensorInfo])[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const rank = (key: string) => (logits.test(key) ? 0 : answers.test(key) ? 1 : 2);
  return [...outputs]
    .filter(([, { name, type }]) => name !== '' && /float/.test(dtypeOf(type) ?? ''))
    .sort(([a], [b]) => rank(a) - rank(b) || collator.compare(a, b));
}
