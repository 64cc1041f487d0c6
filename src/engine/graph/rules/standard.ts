import { operators } from '../ops';
import type { BackwardRule } from '../ops/definition';
import type { RuleTable } from './table';

/** The true gradient: every operator's own backward rule. */
export const standard: RuleTable = Object.fromEntries(
  Object.entries(operators).flatMap(([op, { backward }]): [string, BackwardRule][] =>
    backward ? [[op, backward]] : [],
  ),
);
