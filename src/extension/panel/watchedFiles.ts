import { dirname, join } from 'node:path';
import { type Explanation, shownAnswer } from '../../shared/explanation/explanation';

/**
 * Absolute paths of the files that an explanation depends on: of every question that it asks, the image, the checkpoint, and what the engine
 * found out while it answered.
 *
 * @param pathOf path of an image by its Uri; null when it is not a file on this disk.
 */
export function watchedFiles(explanation: Explanation, pathOf: (uri: string) => string | null): readonly string[] {
  const questions = [explanation.question, ...explanation.cards.flatMap(({ request }) => request.question ?? [])];
  const asked = questions.flatMap(({ checkpoint, image }) => [
    checkpoint,
    join(dirname(checkpoint), 'whylight.json'),
    ...[pathOf(image)].filter((path) => path !== null),
  ]);
  const answers = [shownAnswer(explanation), ...explanation.answers];
  return [...new Set([...asked, ...answers.flatMap((answer) => answer?.prediction.dependsOn ?? [])])];
}
