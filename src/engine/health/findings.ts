import type { Finding, LayerHealth, OutputHealth } from '../../shared/results/health';
import { camFindings, gradientFindings } from './gradientFindings';
import { type LayerContext, layerFindings } from './layerFindings';
import { outputFindings } from './output';

export interface Measured {
  readonly output: OutputHealth;
  /** Layers that were looked at. */
  readonly layers: readonly LayerHealth[];
  /** The input and layers of the trunk with gradients, in the order of computation. */
  readonly path: readonly LayerHealth[];
}

/** What finite numbers say. */
export function findingsOf({ output, layers, path }: Measured, context: LayerContext): Finding[] {
  const ofLayers = layerFindings(layers, context);
  // A layer that lets nothing through explains what is seen before and behind it.
  if (ofLayers.some(({ severity }) => severity === 'problem')) return ofLayers;
  return [...gradientFindings(path), ...camFindings(layers, context), ...outputFindings(output), ...ofLayers];
}
