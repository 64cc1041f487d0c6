import type { MethodInfo } from '../../shared/results/attribution';

/**
 * The methods to run for an image by the settings, in the engine's order. `known` is what the engine has: ids that it does not
 * know are left out, and an empty choice means all.
 */
export function chosenMethods(configured: readonly string[], known: readonly Pick<MethodInfo, 'id'>[]): string[] {
  const chosen = known.filter(({ id }) => configured.includes(id));
  return (chosen.length > 0 ? chosen : known).map(({ id }) => id);
}
