/** The rule tables by name. */
import { deconvnet, deconvnetRelu } from './deconvnet';
import { type DeepLiftOptions, deepLift } from './deepLift';
import { guided, guidedRelu } from './guided';
import * as lrp from './lrp/composites';
import { standard } from './standard';
import type { RuleTable } from './table';

/** Every table that needs nothing but the model, made from its parameters; those that have no parameters ignore them. */
export const ruleTables = {
  standard: () => standard,
  guided: () => guided,
  'guided-relu': () => guidedRelu,
  deconvnet: () => deconvnet,
  'deconvnet-relu': () => deconvnetRelu,
  'lrp-0': lrp.lrpZero,
  'lrp-epsilon': lrp.lrpEpsilon,
  'lrp-gamma': lrp.lrpGamma,
  'lrp-alpha-beta': lrp.lrpAlphaBeta,
  'lrp-z-plus': lrp.lrpZPlus,
  'lrp-z-box': lrp.lrpZBox,
  'lrp-w-square': lrp.lrpWSquare,
  'lrp-flat': lrp.lrpFlat,
  'epsilon-gamma-box': lrp.epsilonGammaBox,
  'epsilon-plus': lrp.epsilonPlus,
  'epsilon-plus-flat': lrp.epsilonPlusFlat,
  'epsilon-alpha2-beta1': lrp.epsilonAlpha2Beta1,
  'attn-lrp': lrp.attnLrp,
  'cp-lrp': lrp.cpLrp,
} as const;

export type RuleTableName = keyof typeof ruleTables;

type Options<Name extends RuleTableName> = Parameters<(typeof ruleTables)[Name]>[0];

/** Tables that can be named without options. */
export type PlainRuleTableName = {
  [Name in RuleTableName]: undefined extends Options<Name> ? Name : never;
}[RuleTableName];

/** DeepLIFT's table, which is made for a graph that computes its values for a reference input too. */
type DeepLiftChoice =
  | 'deep-lift'
  | { readonly name: 'deep-lift'; readonly options: Omit<DeepLiftOptions, 'reference'> };

/** A table by its name, or with parameters: `'lrp-epsilon'`, `{ name: 'lrp-epsilon', options: { epsilon: 0.01 } }`. */
export type RuleChoice =
  | DeepLiftChoice
  | PlainRuleTableName
  | { [Name in RuleTableName]: { readonly name: Name; readonly options: NonNullable<Options<Name>> } }[RuleTableName];

function isDeepLift(choice: RuleChoice): choice is DeepLiftChoice {
  return (typeof choice === 'string' ? choice : choice.name) === 'deep-lift';
}

/** True when the table compares with a reference input. */
export const needsReference = isDeepLift;

/**
 * The table that was chosen.
 *
 * @param reference value → value for the reference input, as withReference gives it, for tables that need it.
 */
export function ruleTable(choice: RuleChoice, reference?: ReadonlyMap<string, string>): RuleTable {
  if (isDeepLift(choice)) {
    if (!reference) throw new Error('DeepLIFT’s table needs the values for a reference input.');
    return deepLift({ ...(typeof choice === 'string' ? {} : choice.options), reference });
  }
  if (typeof choice === 'string') return (ruleTables[choice] as () => RuleTable)();
  return (ruleTables[choice.name] as (options: unknown) => RuleTable)(choice.options);
}

/** Equal for equal choices, whatever the order of their options; a plain name is its own key. */
export function ruleKey(choice: RuleChoice): string {
  if (typeof choice === 'string') return choice;
  const options = Object.entries(choice.options).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${choice.name} ${JSON.stringify(options)}`;
}
