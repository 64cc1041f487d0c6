import type { Prediction } from '../../shared/explanation/events';
import { type Card, type Explanation, shownAnswer } from '../../shared/explanation/explanation';
import type { Attribution, ClassScore, MethodInfo } from '../../shared/results/attribution';
import { formatSeconds } from '../../shared/words/summary';
import type { Words } from './words';

/** A class by its label, or by its index when it has none. */
export function className(score: ClassScore, words: Words): string {
  return score.label ?? words('classes.unnamed', score.index);
}

/** How far the run is, in one line. */
export function runStatus(explanation: Explanation | null, words: Words): string {
  if (explanation === null || explanation.run === null) return words('run.starting');
  const { run, cards } = explanation;
  const own = cards.filter(({ request }) => run.keys.includes(request.key));
  const done = own.filter((card) => card.phase === 'done').length;
  const failed = own.filter((card) => card.phase === 'failed').length;
  switch (run.phase) {
    case 'running':
      return (
        run.stage ??
        (shownAnswer(explanation) === null ? words('run.starting') : words('run.running', done + failed, own.length))
      );
    case 'cancelled':
      return words('run.cancelled', formatSeconds(run.seconds));
    case 'failed':
      return `${words('run.failed')}.`;
    default:
      return failed === 0
        ? words('run.done', done, formatSeconds(run.seconds))
        : words('run.doneWithFailures', done, formatSeconds(run.seconds), failed);
  }
}

/**
 * What tells a card from another one of its method: the class, checkpoint or image of its own question, or its layer. Empty for a method
 * that is there once.
 */
export function distinction(
  { request, attribution }: Card,
  prediction: Prediction | null,
  explanation: Explanation,
  words: Words,
): string {
  if (explanation.cards.filter((each) => each.request.method === request.method).length < 2) return '';
  const { question } = explanation;
  const own = request.question;
  const parts: string[] = [];
  if (own !== undefined && prediction !== null) {
    if (own.image !== question.image) parts.push(baseName(decodeURIComponent(own.image)));
    if (className(prediction.target, words) !== targetName(explanation, words)) {
      parts.push(className(prediction.target, words));
    }
    if (own.checkpoint !== question.checkpoint) parts.push(baseName(own.checkpoint));
  }
  const layer = attribution?.layer ?? request.layer;
  if (layer !== undefined && layer !== null) parts.push(layer);
  return parts.join(' · ');
}

function targetName(explanation: Explanation, words: Words): string | null {
  const answer = shownAnswer(explanation);
  return answer && className(answer.prediction.target, words);
}

function baseName(path: string): string {
  return path.replace(/^.*[/\\]/, '');
}

/** What a result cost: "0.31 s · 1 forward · 50 gradients". Passes that were not needed are left out. */
export function costText(attribution: Attribution, words: Words): string {
  const { forward, gradient } = attribution.evaluations;
  const parts = [formatSeconds(attribution.seconds)];
  if (forward > 0) parts.push(forward === 1 ? words('card.forward.one') : words('card.forward.many', forward));
  if (gradient > 0) parts.push(gradient === 1 ? words('card.gradient.one') : words('card.gradient.many', gradient));
  return parts.join(' · ');
}

/** Whose numbers a result reproduces: the paper's defaults, a library's, or either with changed parameters. */
export function provenanceText(info: MethodInfo, attribution: Attribution, words: Words): string {
  const preset = info.presets.find((each) => each.name === attribution.preset);
  const base: Record<string, unknown> = {
    ...Object.fromEntries(info.parameters.map((each) => [each.name, each.default])),
    ...preset?.parameters,
  };
  const changed = info.parameters.some((each) => {
    const used = attribution.parameters[each.name];
    return used !== undefined && used !== base[each.name];
  });
  const origin = preset === undefined ? words('card.paper') : words('card.preset', preset.title);
  return changed ? `${origin} · ${words('card.changed')}` : origin;
}
