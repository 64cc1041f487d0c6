import type { BackwardRule } from '../ops/definition';

/** Operator → vector–Jacobian product. A table for another method is a copy of the standard one with some rows replaced. */
export type RuleTable = Readonly<Record<string, BackwardRule>>;
