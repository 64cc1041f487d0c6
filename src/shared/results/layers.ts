export interface LayerInfo {
  /** The name users give: the value's name in the source format. */
  readonly name: string;
  /** The operator that computes it, e.g. `Conv`. */
  readonly operator: string;
  /** Shape with the batch left out, e.g. [256, 7, 7]. */
  readonly shape: readonly number[];
  /** True when it has spatial extent, so that a class activation map can be drawn from it. */
  readonly spatial: boolean;
  /** What cuts its values off at 0, where something does: a quantisation may do the work of a ReLU by its range. */
  readonly rectifier?: 'Relu' | 'Clip' | 'QuantizeLinear';
}

export interface ChosenLayer {
  readonly name: string;
  /** One sentence: why this layer. */
  readonly why: string;
}
