import { answerTo, attributionsOf, type Explanation } from '../../shared/explanation/explanation';
import type { EncodeParams, Explained } from '../../shared/protocol/protocol';
import { questionGroups } from '../../shared/question/card';
import type { ImageSource } from '../../shared/question/question';

/**
 * What is to be saved of an explanation: the finished maps of all cards, or of those with the keys in `only`, with the answers to their
 * questions. Undefined when nothing has finished. Where no card of the explanation's own question has, the first one that has stands for it.
 */
export async function explained(
  explanation: Explanation,
  only: readonly string[] | undefined,
  imageSource: (uri: string) => Promise<ImageSource>,
): Promise<Omit<EncodeParams, 'display'> | undefined> {
  const { question, cards } = explanation;
  const requests = cards.map(({ request }) => request);
  const all: Explained[] = [];
  for (const group of questionGroups(question, requests)) {
    const keys = group.cards.map(({ key }) => key).filter((key) => only?.includes(key) ?? true);
    const attributions = attributionsOf(explanation, keys);
    const answer = answerTo(explanation, group.question);
    if (answer === null || attributions.length === 0) continue;
    const { pixels: _, ...prediction } = answer.prediction;
    const { findings } = answer;
    all.push({ image: await imageSource(group.question.image), prediction, attributions, findings });
  }
  const [first, ...others] = all;
  return first && { ...first, ...(others.length > 0 && { others }) };
}
