import { html, nothing, type TemplateResult } from 'lit';
import { isPending } from '../../shared/explanation/explanation';
import { button } from '../controls/button';
import { progressRing } from '../controls/progressRing';
import type { Cell } from '../view/arrangement';
import { className } from '../view/describe';
import type { Drawing } from '../view/drawing';
import type { Words } from '../view/words';
import { errorIcon, infoIcon } from './icons';

export interface StripOptions {
  readonly cell: Cell;
  readonly drawing: Drawing | null;
  readonly words: Words;
  /** A run is under way. */
  readonly running: boolean;
  /** Computes the card anew. */
  readonly again: () => void;
}

/** What lies over a card's map: how far it is, why there is none, or that it is one from before. */
export function cardStrip(options: StripOptions): TemplateResult | typeof nothing {
  const { card } = options.cell;
  if (isPending(card)) return options.running ? progress(options) : nothing;
  return card.phase === 'done' ? nothing : ended(options);
}

function progress({ cell, words }: StripOptions): TemplateResult {
  const { phase, progress: made } = cell.card;
  const text =
    made === null
      ? words(phase === 'running' ? 'card.running' : 'card.waiting')
      : words('card.progress', made.done, made.total);
  const share = made === null || made.total === 0 ? 0 : Math.min(1, made.done / made.total);
  return html`<div class="strip">
      ${phase === 'running' ? progressRing() : nothing}
      <span class="text number" data-testid="card-progress">${text}</span>
    </div>
    <div class="track"><svg aria-hidden="true"><rect width=${`${100 * share}%`} height="100%"></rect></svg></div>`;
}

/** A card without a result of its own: failed, cancelled, or left by a run that ended early. */
function ended({ cell, drawing, words, again }: StripOptions): TemplateResult {
  const { phase, failure } = cell.card;
  const run = button({ label: words('card.run'), action: 'run-card', onClick: again });
  const before = drawing?.stale === true ? words('card.before', className(drawing.prediction.target, words)) : null;
  if (before !== null && failure === null) {
    return html`<div class="strip" data-testid="card-before">
      <span class="text" title=${before}>${before}</span>${run}
    </div>`;
  }
  // The whole run's failure is told once, above the cards, with what can be done.
  if (failure === null && phase === 'failed') {
    return html`<div class="strip" data-testid="card-failure"><span class="text muted">${words('card.endedText')}</span></div>`;
  }
  const sentence = failure ?? words('card.cancelledText');
  // A map that there is stays visible above the sentence.
  return html`<div class="failure ${drawing === null ? 'alone' : ''}" data-testid="card-failure">
    <span class=${failure === null ? '' : 'error'}>${failure === null ? infoIcon : errorIcon}</span>
    <p>${sentence}${before === null ? nothing : html` <span class="muted">${before}</span>`}</p>
    <div class="actions">${run}</div>
  </div>`;
}
