/** What one program computes, and the names under which values go in and come out. */
import { type RuleChoice, ruleKey } from '../../graph/rules';
import type { ScoredValue } from './score';

export interface GradientSpec {
  readonly scored: ScoredValue;
  readonly rules: RuleChoice;
  readonly wrt: string;
}

export interface ProductSpec {
  readonly scored: ScoredValue;
  readonly of: string;
  readonly wrt: string;
  /** The direction is fed, or it is the value of `of` itself. */
  readonly direction: 'fed' | 'value';
}

/** What programs differ by. Images, weights of scores, replacements, references and directions are fed. */
export interface ProgramSpec {
  readonly activations: readonly string[];
  /** Values that are handed back for scores; logits and probabilities always are. */
  readonly scored: readonly ScoredValue[];
  readonly gradients: readonly GradientSpec[];
  readonly products: readonly ProductSpec[];
  /** Layers whose values are fed. */
  readonly replaced: readonly string[];
  /** There is a second input, for which the values are computed too. */
  readonly reference: boolean;
}

/** What goes into a program. */
export const feedKeys = {
  input: 'input',
  reference: 'reference',
  replaced: (layer: string) => `replaced ${layer}`,
  weights: ({ key }: ScoredValue) => `weights ${key}`,
  direction: (of: string) => `direction ${of}`,
  /** Of a model with several answers for an image: 1 for those that are explained. */
  selection: 'selection',
} as const;

/** True for the weights of a score. */
export const areWeights = (key: string): boolean => key.startsWith('weights ');

/** What comes out of it. */
export const resultKeys = {
  logits: 'logits',
  probabilities: 'probabilities',
  activation: (layer: string) => `activation ${layer}`,
  scored: ({ value, key }: ScoredValue) => (value === 'logits' || value === 'probabilities' ? value : `scored ${key}`),
  gradient: ({ scored, rules, wrt }: GradientSpec) => `gradient ${ruleKey(rules)} of ${scored.key} by ${wrt}`,
  product: ({ scored, of, wrt, direction }: ProductSpec) => `product ${direction} ${scored.key} by ${of} by ${wrt}`,
  /** The same for the reference input. */
  reference: (key: string) => `reference ${key}`,
} as const;

/** The results that exist for a reference input too. */
function forwardKeys({ activations, scored }: ProgramSpec): string[] {
  const { logits, probabilities } = resultKeys;
  return [
    ...new Set([logits, probabilities, ...activations.map(resultKeys.activation), ...scored.map(resultKeys.scored)]),
  ];
}

/** Everything that a program of this spec hands back. */
export function keysOf(spec: ProgramSpec): string[] {
  const forward = forwardKeys(spec);
  return [
    ...forward,
    ...(spec.reference ? forward.map(resultKeys.reference) : []),
    ...spec.gradients.map(resultKeys.gradient),
    ...spec.products.map(resultKeys.product),
  ];
}

/** Each thing once, in a fixed order. */
function distinct<T>(all: readonly T[], keyOf: (each: T) => string): T[] {
  const byKey = new Map(all.map((each) => [keyOf(each), each] as const));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

const itself = (name: string) => name;

/** What several callers want of the same images, in a fixed order, so that equal wishes have equal keys. */
export function unionOf(specs: readonly ProgramSpec[]): ProgramSpec {
  return {
    activations: distinct(
      specs.flatMap((each) => each.activations),
      itself,
    ),
    scored: distinct(
      specs.flatMap((each) => each.scored),
      ({ key }) => key,
    ),
    gradients: distinct(
      specs.flatMap((each) => each.gradients),
      resultKeys.gradient,
    ),
    products: distinct(
      specs.flatMap((each) => each.products),
      resultKeys.product,
    ),
    replaced: distinct(
      specs.flatMap((each) => each.replaced),
      itself,
    ),
    reference: specs.some((each) => each.reference),
  };
}

/** Equal for specs that one program serves. */
export function specKey(spec: ProgramSpec): string {
  const union = unionOf([spec]);
  return JSON.stringify([union.replaced, keysOf(union)]);
}

/** True when a program of `large` can answer `small` too. */
export function covers(large: ProgramSpec, small: ProgramSpec): boolean {
  const keys = new Set(keysOf(large));
  const same = large.reference === small.reference && large.replaced.join('\n') === small.replaced.join('\n');
  return same && keysOf(small).every((key) => keys.has(key));
}
