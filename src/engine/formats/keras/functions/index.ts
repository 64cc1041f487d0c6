import type { LayerConfig } from '../config/model';
import type { LayerRule } from '../network/rule';

export function functionRule(_layer: LayerConfig): LayerRule | undefined {
  return undefined;
}
