import type { ColourMapName } from './colourMaps';

export type SignMode = 'signed' | 'positive' | 'negative' | 'absolute';
export type DisplayMode = 'heat-map' | 'blended' | 'masked' | 'top-k';

/** The display controls: one set for all cards of a panel, and for the files saved from it. */
export interface DisplayOptions {
  /** A colour map by name, or `auto`: diverging for signed display, sequential for the others. */
  readonly colourMap: ColourMapName | 'auto';
  /** `auto`: signed when the map has negative values that matter, positive otherwise. */
  readonly sign: SignMode | 'auto';
  /** Percentage of the largest absolute values that is clipped when the scale is chosen, 0..50. */
  readonly outlierPercentile: number;
  /** Weight of the heat map over the image in `blended`, at the ends of the scale, 0..1; it falls to 0 at zero. */
  readonly opacity: number;
  readonly mode: DisplayMode;
  /** For `top-k`: percentage of the pixels kept, 0..100. */
  readonly topK: number;
  /**
   * `image`: the whole image; `model`: the part that the model saw, in the proportions in which it saw it; `auto`: the image, or what the
   * model saw where the image is longer than three times its shorter side.
   */
  readonly view: 'auto' | 'image' | 'model';
  /**
   * `own`: each map fills its colour scale. `shared`: all maps have one sign mode and one colour map, and the maps of one method, whatever
   * they are asked about, one range of values.
   */
  readonly scale: 'own' | 'shared';
}

export const defaultDisplay: DisplayOptions = {
  colourMap: 'auto',
  sign: 'auto',
  outlierPercentile: 1,
  opacity: 0.8,
  mode: 'blended',
  topK: 15,
  view: 'auto',
  scale: 'own',
};
