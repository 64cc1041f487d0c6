import type { ParameterInfo, ParameterValue } from './attribution';

/** What is wrong with a parameter's value. */
export type ParameterProblem = 'type' | 'fraction' | 'below' | 'above' | 'choice';

/** The one check of a parameter's value, for the page that edits it and for the engine that uses it; null when it fits. */
export function parameterProblem(info: ParameterInfo, value: ParameterValue): ParameterProblem | null {
  if (info.type === 'boolean') return typeof value === 'boolean' ? null : 'type';
  if (info.type === 'choice') {
    return (info.choices ?? []).some((choice) => choice.value === value) ? null : 'choice';
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'type';
  if (info.type === 'integer' && !Number.isInteger(value)) return 'fraction';
  if (info.minimum !== undefined && value < info.minimum) return 'below';
  return info.maximum !== undefined && value > info.maximum ? 'above' : null;
}
