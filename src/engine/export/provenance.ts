import type { EncodeParams } from '../../shared/protocol/protocol';
import type { ImageSource } from '../../shared/question/question';
import type { ClassScore } from '../../shared/results/attribution';
import { percent } from '../../shared/words/summary';
import type { ImageText } from './encodeImage';

/** A class as a heading names it: its label, or its number when it has none. */
export function classTitle(score: Pick<ClassScore, 'index' | 'label'>): string {
  return score.label ?? `Class ${score.index}`;
}

/** File name of an image, without its folder. */
export function imageName(image: ImageSource): string {
  return baseName('path' in image ? image.path : image.name);
}

/** A path's last part, whichever system wrote it. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}

/** The text that is stored in a saved image, so that an image passed on alone still says what it shows. */
export function imageText({ prediction, image }: Pick<EncodeParams, 'prediction' | 'image'>, title: string): ImageText {
  const { target, model } = prediction;
  return {
    Title: title,
    Description: `Explains ${classTitle(target)} (class ${target.index}, ${percent(target.probability)}) for ${imageName(image)}, checkpoint sha256 ${model.sha256}.`,
    Software: 'Whylight',
  };
}
