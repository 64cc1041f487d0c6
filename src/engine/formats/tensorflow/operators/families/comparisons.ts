import type { Rule, Rules } from '../operation';
import { inSteps, renamed } from './shared';

const notEqual: Rule = (o) => o.give('Not', [o.w.emit('Equal', [o.x(0), o.x(1)])]);

/** The condition may be one truth value for each row. */
const select: Rule = (o) => {
  const [condition, value] = [o.rank(0), o.rank(1)];
  if (condition === 1 && value !== undefined && value > 1) {
    const behind = Array.from({ length: value - 1 }, (_, i) => i + 1);
    return o.give('Where', [o.w.emit('Unsqueeze', [o.x(0), o.w.ints(...behind)]), o.x(1), o.x(2)]);
  }
  o.give('Where', [o.x(0), o.x(1), o.x(2)]);
};

export const comparisons: Rules = {
  Equal: renamed('Equal'),
  NotEqual: notEqual,
  Less: renamed('Less'),
  LessEqual: renamed('LessOrEqual'),
  Greater: renamed('Greater'),
  GreaterEqual: renamed('GreaterOrEqual'),
  LogicalAnd: renamed('And'),
  LogicalOr: renamed('Or'),
  LogicalNot: renamed('Not'),
  IsNan: renamed('IsNaN'),
  IsInf: renamed('IsInf'),
  IsFinite: inSteps((o, x) => ['Not', [o.w.emit('Or', [o.w.emit('IsNaN', [x]), o.w.emit('IsInf', [x])])]]),
  Select: select,
  SelectV2: renamed('Where'),
};
