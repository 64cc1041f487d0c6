import { reshaped } from '../../kit/tensors/derivedTensor';
import type { LayerCall } from '../network/layerCall';
import { type LayerRule, type LayerRules, variable } from '../network/rule';
import { applyActivation } from './activationFunctions';
import { activationLayers } from './activationLayers';

const simple: LayerRules = Object.fromEntries(
  Object.entries(activationLayers).map(([className, write]): [string, LayerRule] => [
    className,
    {
      write: (c: LayerCall) => {
        c.refuseMask();
        write(c, c.x, c.settings, c.output);
      },
    },
  ]),
);

export const activation: LayerRules = {
  Activation: { write: (c) => applyActivation(c, c.settings.get('activation'), c.x, c.output) },
  ...simple,
  PReLU: {
    variables: () => [variable('alpha')],
    write: (c) => {
      // The slope has no batch axis; axes that it shares are 1 long.
      const slope = c.weight('alpha', '', 'batched', (alpha) => reshaped(alpha, [1, ...alpha.dims]));
      c.emit('PRelu', [c.x, slope], {}, c.output);
    },
  },
};
