import { html, type TemplateResult } from 'lit';
import { percent } from '../../shared/words/summary';
import type { Compared } from '../view/arrangement';
import { className } from '../view/describe';
import type { Words } from '../view/words';

/** What the model of a comparison says of the image: its most probable classes, in the place beside the image. */
export function saidList({ answer, label, unanswered }: Compared, words: Words): TemplateResult {
  const scores = answer?.prediction.top5 ?? [];
  const explained = answer?.prediction.target.index;
  return html`<div class="said">
    <h2 title=${label}>${label}</h2>
    ${
      answer === null
        ? html`<p class="muted small">${unanswered === null ? words('card.waiting') : unanswered}</p>`
        : html`<ol class="small number" aria-label=${words('compare.classes', label)}>
            ${scores.map(
              (score) => html`<li class=${score.index === explained ? 'explained' : ''}>
                <span class="name">${className(score, words)}</span><span>${percent(score.probability)}</span>
                <svg class="bar" aria-hidden="true"><rect width=${`${100 * score.probability}%`} height="100%"></rect></svg>
              </li>`,
            )}
          </ol>`
    }
  </div>`;
}
