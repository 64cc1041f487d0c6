import { html, nothing, type TemplateResult } from 'lit';
import type { Answer } from '../../shared/explanation/explanation';
import type { Question } from '../../shared/question/question';
import { percent } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { toolButton } from '../controls/toolButton';
import type { Compared } from '../view/arrangement';
import { className } from '../view/describe';
import { baseName } from '../view/format';
import type { Words } from '../view/words';
import { closeIcon, differenceIcon, errorIcon } from './icons';

export interface ComparisonBarOptions {
  readonly comparisons: readonly Compared[];
  /** The answer to the panel's own question. */
  readonly answer: Answer | null;
  readonly question: Question<string>;
  readonly differences: ReadonlySet<string>;
  readonly words: Words;
  readonly controller: Controller;
  readonly toggle: (key: string) => void;
}

/** What stands beside the panel's own question, each with its difference and its end. Nothing without comparisons. */
export function comparisonBar(options: ComparisonBarOptions): TemplateResult | typeof nothing {
  const { comparisons, words, controller } = options;
  if (comparisons.length === 0) return nothing;
  const answered = comparisons.filter(({ unanswered }) => unanswered === null);
  const failed = comparisons.filter(({ unanswered }) => unanswered !== null);
  return html`<section class="comparisons" aria-label=${words('compare.title')}>
    <div class="line">
      <ul class="scrolls">
        ${own(options)} ${answered.map((each) => comparison(each, options))}
      </ul>
      ${
        comparisons.length < 2
          ? nothing
          : toolButton({
              label: words('compare.endAll'),
              action: 'end-comparisons',
              onClick: () => controller.endComparison(),
            })
      }
    </div>
    ${failed.length === 0 ? nothing : html`<ul class="failures">${failed.map((each) => comparison(each, options))}</ul>`}
  </section>`;
}

function own({ answer, question, words }: ComparisonBarOptions): TemplateResult {
  const path = answer?.prediction.model.path ?? question.checkpoint;
  const target = answer?.prediction.target;
  return html`<li class="own" title=${words('compare.own')}>
    <span class="text"
      ><strong>${baseName(path)}</strong>${target === undefined ? nothing : html` <span class="number">${className(target, words)} ${percent(target.probability)}</span>`}</span
    >
  </li>`;
}

function comparison(
  { comparison, label, said, unanswered }: Compared,
  { differences, words, controller, toggle }: ComparisonBarOptions,
): TemplateResult {
  const { key, change } = comparison;
  return html`<li data-comparison=${key} class=${unanswered === null ? '' : 'failed'}>
    ${unanswered === null ? nothing : errorIcon}
    <span class="text" title=${words(`compare.kind.${change.kind}`)}
      ><strong>${unanswered?.includes(label) ? nothing : label}</strong>${said === '' ? nothing : html` <span class="number" data-testid="compared-said">${said}</span>`}${unanswered === null ? nothing : html` <span role="status" data-testid="unanswered">${unanswered}</span>`}</span
    >
    ${
      unanswered === null
        ? nothing
        : toolButton({
            label: words('action.explainAgain'),
            name: `${words('action.explainAgain')}: ${label}`,
            action: 'compare-again',
            onClick: () => controller.explainAgain(),
          })
    }
    ${
      change.kind === 'image' || unanswered !== null
        ? nothing
        : toolButton({
            label: words('compare.difference'),
            name: words('compare.differenceOf', label),
            action: 'difference',
            icon: differenceIcon,
            tip: words('compare.differenceTip'),
            pressed: differences.has(key),
            onClick: () => toggle(key),
          })
    }
    ${toolButton({ label: words('compare.end', label), action: 'end-comparison', icon: closeIcon, bare: true, onClick: () => controller.endComparison(key) })}
  </li>`;
}
