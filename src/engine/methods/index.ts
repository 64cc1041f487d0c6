/** The registry of attribution methods. */
import { UsageError } from '../../shared/errors';
import { nearest } from '../../shared/words/nearest';
import { gradCam } from './gradCam';
import { gradCamPlusPlus } from './gradCamPlusPlus';
import { gradient, gradientXInput } from './gradient';
import { guidedBackprop } from './guidedBackprop';
import { integratedGradients } from './integratedGradients';
import { layerCam } from './layerCam';
import type { Method } from './method';
import { occlusion } from './occlusion';
import { smoothgrad } from './smoothgrad';

/** All methods, in the order in which they are shown. */
export const methods: readonly Method[] = [
  gradient,
  gradientXInput,
  smoothgrad,
  guidedBackprop,
  integratedGradients,
  gradCam,
  gradCamPlusPlus,
  layerCam,
  occlusion,
];

/** The method with this id. Throws UsageError naming the likeliest and listing all when there is none. */
export function findMethod(id: string, among: readonly Method[] = methods): Method {
  const method = among.find((each) => each.info.id === id);
  if (method) return method;
  const known = among.map((each) => each.info.id);
  throw new UsageError(
    `There is no method “${id}”; did you mean “${nearest(id, known, 1)[0]}”? The methods are ${known.join(', ')}.`,
  );
}
