import { UsageError } from '../../shared/errors';
import type { ChosenLayer } from '../../shared/results/layers';
import { nearest, quoted } from '../../shared/words/nearest';
import type { OpenCheckpoint } from './checkpoints';

/** The layer that class activation maps use. Throws UsageError naming the nearest ones when there is no such layer. */
export function chooseLayer({ model, layer: noted }: OpenCheckpoint, wanted: string | undefined): ChosenLayer | null {
  const name = wanted ?? noted;
  if (name === undefined) return model.defaultLayer;
  // TensorFlow's users write `relu:0` for the first output of `relu`.
  const known = [name, name.replace(/:0$/, '')]
    .map((each) => model.layers.find((layer) => layer.name === each))
    .find((layer) => layer !== undefined);
  if (known) return { name: known.name, why: wanted === undefined ? 'Named in whylight.json.' : 'Chosen by you.' };
  const near = nearest(
    name,
    model.layers.map((layer) => layer.name),
  );
  throw new UsageError(`There is no layer “${name}”; the nearest names are ${quoted(near)}.`);
}
