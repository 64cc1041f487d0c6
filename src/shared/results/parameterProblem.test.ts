import { expect, it } from 'vitest';
import type { ParameterInfo, ParameterValue } from './attribution';
import { parameterProblem } from './parameterProblem';

const info = (more: Partial<ParameterInfo>): ParameterInfo => ({
  name: 'p',
  title: 'P',
  description: '',
  type: 'number',
  default: 0,
  ...more,
});
const integer = info({ type: 'integer', minimum: 1, maximum: 9 });
const choice = info({ type: 'choice', default: 'a', choices: [{ value: 'a', description: '' }] });

it.each<readonly [ParameterInfo, ParameterValue, ReturnType<typeof parameterProblem>]>([
  [integer, 1, null],
  [integer, 9, null],
  [integer, 0, 'below'],
  [integer, 10, 'above'],
  [integer, 2.5, 'fraction'],
  [integer, '3', 'type'],
  [integer, Number.NaN, 'type'],
  [info({}), -1e300, null],
  [info({}), Number.POSITIVE_INFINITY, 'type'],
  [info({ type: 'boolean', default: true }), false, null],
  [info({ type: 'boolean', default: true }), 1, 'type'],
  [choice, 'a', null],
  [choice, 'b', 'choice'],
  [choice, true, 'choice'],
])('%#: %o', (parameter, value, problem) => {
  expect(parameterProblem(parameter, value)).toBe(problem);
});
