import { type Explanation, shownAnswer } from '../../shared/explanation/explanation';
import type { Attribution, ClassScore, MethodInfo } from '../../shared/results/attribution';
import { formatSeconds, formatValue, percent } from '../../shared/words/summary';
import type { Words } from './words';

/** A class by its label, or by its index when it has none. */
export function className(score: Pick<ClassScore, 'index' | 'label'>, words: Words): string {
  return score.label ?? words('classes.unnamed', score.index);
}

/** How far the run is, in one line. */
export function runStatus(explanation: Explanation | null, words: Words): string {
  if (explanation === null || explanation.run === null) return words('run.starting');
  const { run, cards } = explanation;
  const own = cards.filter(({ request }) => run.keys.includes(request.key));
  const done = own.filter((card) => card.phase === 'done').length;
  const failed = own.filter((card) => card.phase === 'failed').length;
  const perMethod = new Set(own.map(({ request }) => request.method)).size === own.length;
  switch (run.phase) {
    case 'running':
      return (
        run.stage ??
        (shownAnswer(explanation) === null || own.length === 0
          ? words('run.starting')
          : words(perMethod ? 'run.running' : 'run.mapsRunning', done + failed, own.length))
      );
    case 'cancelled':
      return words('run.cancelled', formatSeconds(run.seconds));
    case 'failed':
      return `${words('run.failed')}.`;
    default:
      return doneText(done, failed, formatSeconds(run.seconds), perMethod, words);
  }
}

function doneText(done: number, failed: number, time: string, perMethod: boolean, words: Words): string {
  const text = done === 1 ? words('run.doneOne', time) : words(perMethod ? 'run.done' : 'run.mapsDone', done, time);
  return failed === 0 ? text : `${text}, ${words('run.failures', failed)}`;
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

/** Scores closer than this to each other are the same as far as a share of their difference goes. */
const leastScoreDifference = 1e-6;

/** How far a map is from complete, as a share of the difference of the scores that its sum should be; null for a method without such an axiom. */
export function deltaText({ convergenceDelta, scoreDifference }: Attribution, words: Words): string | null {
  if (convergenceDelta === undefined) return null;
  if (scoreDifference === undefined) return words('card.delta', formatValue(convergenceDelta));
  if (Math.abs(scoreDifference) < leastScoreDifference) {
    return words('card.deltaWithout', formatValue(convergenceDelta));
  }
  return words('card.deltaShare', percent(Math.abs(convergenceDelta / scoreDifference)));
}
