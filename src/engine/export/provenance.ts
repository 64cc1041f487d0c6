import type { EncodeParams, Explained } from '../../shared/protocol/protocol';
import type { ImageSource } from '../../shared/question/question';
import type { ClassScore } from '../../shared/results/attribution';
import { percent } from '../../shared/words/summary';
import type { PngText } from './png';

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

/** How one question differs from another, in the words of a card: its image, class and checkpoint where they are not the same. */
export function differences(shown: Explained, other: Explained): string[] {
  const name = imageName(shown.image);
  const title = classTitle(shown.prediction.target);
  const { path } = shown.prediction.model;
  return [
    ...(name === imageName(other.image) ? [] : [name]),
    ...(title === classTitle(other.prediction.target) ? [] : [title]),
    ...(path === other.prediction.model.path ? [] : [baseName(path)]),
  ];
}

/** The text that is stored in a saved PNG, so that an image passed on alone still says what it shows. */
export function pngText({ prediction, image }: Pick<EncodeParams, 'prediction' | 'image'>, title: string): PngText {
  const { target, model } = prediction;
  return {
    Title: title,
    Description: `Explains ${classTitle(target)} (class ${target.index}, ${percent(target.probability)}) for ${imageName(image)}, checkpoint sha256 ${model.sha256}.`,
    Software: 'Whylight',
  };
}
