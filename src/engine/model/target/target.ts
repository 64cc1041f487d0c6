import { UsageError } from '../../../shared/errors';
import type { TargetRequest } from '../../../shared/question/target';
import { type ClassList, type ClassScore, listedClasses } from '../../../shared/results/attribution';
import type { FloatTensor } from '../../graph/ir/tensor';

/** Logits and probabilities of all classes for one image. A model may have millions of classes, so each is made an object only when asked for. */
export class ClassScores {
  constructor(
    /** One for each class. */
    readonly logits: Float32Array,
    /** One for each class, 0..1. */
    readonly probabilities: Float32Array,
    private readonly labels: readonly string[] | null,
  ) {}

  get count(): number {
    return this.logits.length;
  }

  /** @param index 0 ≤ index < count. */
  at(index: number): ClassScore {
    return {
      index,
      label: this.labels?.[index] ?? null,
      logit: this.logits[index] as number,
      probability: this.probabilities[index] ?? Number.NaN,
    };
  }

  /** Indices of the classes whose label fits, ascending; the first `count` labels are those of classes. */
  labelled(fits: (label: string) => boolean): number[] {
    const found: number[] = [];
    this.labels?.forEach((label, index) => {
      if (index < this.count && fits(label)) found.push(index);
    });
    return found;
  }
}

/** Logit and probability of every class, from an evaluation of one image. */
export function classScores(
  logits: FloatTensor,
  probabilities: FloatTensor,
  labels: readonly string[] | null,
): ClassScores {
  return new ClassScores(logits.data, probabilities.data, labels);
}

/** All classes, to be listed and searched; of too many, only their number. */
export function listClasses({ count, probabilities }: ClassScores, labels: readonly string[] | null): ClassList {
  return count > listedClasses
    ? { count, probabilities: null, labels: null }
    : { count, probabilities, labels: labels?.slice(0, count) ?? null };
}

/** The `count` classes with the largest logits, largest first; ties go to the lower index, and NaN comes last. */
export function topClasses(scores: ClassScores, count: number): ClassScore[] {
  const { logits } = scores;
  const top: number[] = [];
  for (let index = 0; index < logits.length; index++) {
    if (top.length === count && !isLarger(logits[index] as number, logits[top[count - 1] as number] as number))
      continue;
    const place = top.findIndex((other) => isLarger(logits[index] as number, logits[other] as number));
    top.splice(place < 0 ? top.length : place, 0, index);
    if (top.length > count) top.pop();
  }
  return top.map((index) => scores.at(index));
}

const isLarger = (a: number, b: number): boolean => a > b || (Number.isNaN(b) && !Number.isNaN(a));

type NamedClass = Extract<TargetRequest, { kind: 'class' }>;

/** Classes whose label is the text; failing that, those that contain it, case ignored. */
function byLabel(scores: ClassScores, text: string): number[] {
  const wanted = text.toLowerCase();
  const exact = scores.labelled((label) => label === text);
  if (exact.length > 0) return exact;
  const same = scores.labelled((label) => label.toLowerCase() === wanted);
  return same.length > 0 ? same : scores.labelled((label) => label.toLowerCase().includes(wanted));
}

/** The class that is meant by its name in another checkpoint; null when there is none. */
function named(scores: ClassScores, { index, label }: NamedClass): ClassScore | null {
  const [only, ...more] = scores.labelled((each) => each === label);
  if (only !== undefined && more.length === 0) return scores.at(only);
  const unlabelled = scores.labelled(() => true).length === 0;
  return (only !== undefined || unlabelled) && index < scores.count ? scores.at(index) : null;
}

function missing(scores: ClassScores, { index, label, otherwise }: NamedClass): ClassScore {
  if (otherwise === 'top1') return chooseTarget(scores, { kind: 'top1' });
  throw new UsageError(`This checkpoint has no class “${label}” (${index} in the other one).`);
}

/** One sentence when another class stands in for the one that was asked for. */
export function standInNote(request: TargetRequest, target: ClassScore): string | null {
  if (request.kind !== 'class' || target.label === request.label) return null;
  if (target.label === null && target.index === request.index) return null;
  return `This checkpoint has no class “${request.label}”; the most probable class is explained in its place.`;
}

/** The class to explain. Throws UsageError when the request names none, or more than one. */
export function chooseTarget(scores: ClassScores, request: TargetRequest): ClassScore {
  switch (request.kind) {
    case 'top1': {
      const [top] = topClasses(scores, 1);
      if (!top) throw new UsageError('The model has no classes.');
      return top;
    }
    case 'index': {
      const { index } = request;
      if (!(Number.isInteger(index) && index >= 0 && index < scores.count))
        throw new UsageError(`There is no class ${index}; the model has classes 0 to ${scores.count - 1}.`);
      return scores.at(index);
    }
    case 'class':
      return named(scores, request) ?? missing(scores, request);
    case 'label': {
      if (scores.labelled(() => true).length === 0) {
        throw new UsageError(
          `No labels are known for this checkpoint, so “${request.label}” cannot be found; give a class index, or put labels into whylight.json beside it.`,
        );
      }
      const found = byLabel(scores, request.label);
      const [first] = found;
      if (first === undefined) throw new UsageError(`No class is labelled “${request.label}”.`);
      if (found.length > 1) {
        const some = found
          .slice(0, 5)
          .map((index) => `${index} “${scores.at(index).label}”`)
          .join(', ');
        throw new UsageError(
          `“${request.label}” fits ${found.length} classes (${some}${found.length > 5 ? ', …' : ''}); give the index.`,
        );
      }
      return scores.at(first);
    }
  }
}
