import { UsageError } from '../../../shared/errors';
import type { TargetRequest } from '../../../shared/question/target';
import type { ClassScore } from '../../../shared/results/attribution';
import type { FloatTensor } from '../../graph/ir/tensor';

/** Logit and probability of every class, from an evaluation of one image. */
export function classScores(
  logits: FloatTensor,
  probabilities: FloatTensor,
  labels: readonly string[] | null,
): ClassScore[] {
  return Array.from(logits.data, (logit, index) => ({
    index,
    label: labels?.[index] ?? null,
    logit,
    probability: probabilities.data[index] ?? Number.NaN,
  }));
}

/** The `count` classes with the largest logits, largest first; ties go to the lower index. */
export function topClasses(scores: readonly ClassScore[], count: number): ClassScore[] {
  return [...scores].sort((a, b) => b.logit - a.logit || a.index - b.index).slice(0, count);
}

/** Classes whose label is the text; failing that, those that contain it, case ignored. */
function byLabel(scores: readonly ClassScore[], text: string): ClassScore[] {
  const wanted = text.toLowerCase();
  const exact = scores.filter((score) => score.label === text);
  if (exact.length > 0) return exact;
  const same = scores.filter((score) => score.label?.toLowerCase() === wanted);
  return same.length > 0 ? same : scores.filter((score) => score.label?.toLowerCase().includes(wanted));
}

/** The class to explain. Throws UsageError when the request names none, or more than one. */
export function chooseTarget(scores: readonly ClassScore[], request: TargetRequest): ClassScore {
  switch (request.kind) {
    case 'top1': {
      const [top] = topClasses(scores, 1);
      if (!top) throw new UsageError('The model has no classes.');
      return top;
    }
    case 'index': {
      const score = scores[request.index];
      if (!score)
        throw new UsageError(`There is no class ${request.index}; the model has classes 0 to ${scores.length - 1}.`);
      return score;
    }
    case 'label': {
      if (scores.every((score) => score.label === null)) {
        throw new UsageError(
          `No labels are known for this checkpoint, so “${request.label}” cannot be found; give a class index, or put labels into whylight.json beside it.`,
        );
      }
      const found = byLabel(scores, request.label);
      const [first] = found;
      if (!first) throw new UsageError(`No class is labelled “${request.label}”.`);
      if (found.length > 1) {
        const some = found
          .slice(0, 5)
          .map((score) => `${score.index} “${score.label}”`)
          .join(', ');
        throw new UsageError(
          `“${request.label}” fits ${found.length} classes (${some}${found.length > 5 ? ', …' : ''}); give the index.`,
        );
      }
      return first;
    }
  }
}
