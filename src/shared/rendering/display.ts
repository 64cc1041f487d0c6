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
  /** Weight of the heat map over the image in `blended`, 0..1. */
  readonly opacity: number;
  readonly mode: DisplayMode;
  /** For `top-k`: percentage of the pixels kept, 0..100. */
  readonly topK: number;
}

export const defaultDisplay: DisplayOptions = {
  colourMap: 'auto',
  sign: 'auto',
  outlierPercentile: 1,
  opacity: 0.6,
  mode: 'blended',
  topK: 15,
};
