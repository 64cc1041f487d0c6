import { PreprocessingError, UsageError } from '../../shared/errors';
import type { ImageRegion, RgbImage } from '../../shared/results/attribution';
import { type FloatTensor, float32 } from '../graph/ir/tensor';
import { preprocess } from '../image';
import type { ModelInput } from '../model/evaluation/model';
import type { OpenCheckpoint } from './checkpoints';
import { noImageFits } from './describeCheckpoint';

/** The fed tensor with its batch dimension. Throws UsageError when it does not fit the model. */
function fittedInput(input: FloatTensor, model: ModelInput): FloatTensor {
  const wanted = model.dims.join('×');
  const dims = input.dims.length === model.dims.length ? input.dims : input.dims.slice(1);
  const batched = input.dims.length === model.dims.length || input.dims[0] === 1;
  if (!batched || dims.join('×') !== wanted) {
    throw new UsageError(
      `The given input has shape ${input.dims.join('×')}; the model takes 1×${wanted} (${model.layout}).`,
    );
  }
  return float32([1, ...model.dims], input.data);
}

/**
 * The model's input for an image, and the part of the image that it shows.
 *
 * @param input the exact model input, in place of preprocessing the image.
 * @throws PreprocessingError when no image fits the model; UsageError when `input` does not.
 */
export function prepareInput(
  { model, preprocessing }: OpenCheckpoint,
  pixels: RgbImage,
  input: FloatTensor | undefined,
): { tensor: FloatTensor; region: ImageRegion } {
  const { width, height } = pixels;
  const whole = { x: 0, y: 0, width, height };
  const sameSize = width === model.input.width && height === model.input.height;
  if (input && (sameSize || !preprocessing)) return { tensor: fittedInput(input, model.input), region: whole };
  if (!preprocessing) {
    throw new PreprocessingError(noImageFits(model.input.channels));
  }
  const prepared = preprocess(pixels, preprocessing.preprocessing, model.input.layout);
  return { tensor: fittedInput(input ?? prepared.tensor, model.input), region: prepared.region };
}
