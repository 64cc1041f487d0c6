import type { PreprocessingAlternative } from '../../shared/explanation/events';
import type { RgbImage } from '../../shared/results/attribution';
import { plausiblePresets, preprocess } from '../image';
import { classScores, topClasses } from '../model/target/target';
import type { OpenCheckpoint } from './checkpoints';

/**
 * What the model says of the image under each preprocessing that it may have been trained with: the preset under which it is
 * sure of the right class is most likely the one. All are asked for at once, so that they share a batch.
 */
export function alternatives(
  { model, labels }: Pick<OpenCheckpoint, 'model' | 'labels'>,
  pixels: RgbImage,
  signal: AbortSignal,
): Promise<PreprocessingAlternative[]> {
  return Promise.all(
    plausiblePresets(model.input).map(async (preprocessing) => {
      const { tensor } = preprocess(pixels, preprocessing, model.input.layout);
      const { logits, probabilities } = await model.evaluate(tensor, {}, signal);
      return { preprocessing, top5: topClasses(classScores(logits, probabilities, labels), 5) };
    }),
  );
}
