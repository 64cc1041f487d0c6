import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TargetRequest } from '../../shared/question/target';
import type { ClassList as Classes, ClassScore } from '../../shared/results/attribution';
import { percent } from '../../shared/words/summary';
import { baseStyles } from '../styles/base';
import { chipStyles } from '../styles/chips';
import { toolStyles } from '../styles/tools';
import { className } from '../view/describe';
import type { Words } from '../view/words';
import { compareIcon } from './icons';

/** A class to explain, or to stand beside the explained one. */
export class TargetEvent extends CustomEvent<{ readonly target: TargetRequest; readonly compare: boolean }> {
  constructor(target: TargetRequest, compare: boolean) {
    super('wl-target', { detail: { target, compare }, bubbles: true, composed: true });
  }
}

/** Up to so many classes are all shown; of more, the most probable ones. */
const mostShown = 10;

/** The most probable classes in one line; a click explains one, a click with Alt (or on the small button) sets it beside the explained one. */
@customElement('wl-class-list')
export class ClassList extends LitElement {
  @property({ attribute: false }) top5!: readonly ClassScore[];
  @property({ attribute: false }) classes!: Classes;
  @property({ attribute: false }) target!: ClassScore;
  @property({ attribute: false }) words!: Words;

  static override styles = [baseStyles, toolStyles, chipStyles];

  /** The explained class keeps its place among the others. */
  private shown(): readonly Pick<ClassScore, 'index' | 'label' | 'probability'>[] {
    const { classes, top5, target } = this;
    const { count, probabilities, labels } = classes;
    if (count <= mostShown && probabilities !== null) {
      const all = Array.from(probabilities, (probability, index) => ({
        index,
        label: labels?.[index] ?? null,
        probability,
      }));
      return all.sort((a, b) => b.probability - a.probability);
    }
    return top5.some(({ index }) => index === target.index) ? top5 : [...top5, target];
  }

  protected override render() {
    const { words } = this;
    return html`<ol class="scrolls" aria-label=${words('classes.title')}>
      ${this.shown().map((score) => this.chip(score))}
    </ol>`;
  }

  private chip({ index, label, probability }: Pick<ClassScore, 'index' | 'label' | 'probability'>) {
    const { words } = this;
    const explained = index === this.target.index;
    const name = className({ index, label }, words);
    const choose = (compare: boolean) => this.dispatchEvent(new TargetEvent({ kind: 'index', index }, compare));
    return html`<li>
      <button
        type="button"
        class="chip"
        data-class-index=${index}
        aria-pressed=${explained}
        aria-label=${words(explained ? 'classes.explained' : 'classes.explain', name, percent(probability))}
        title=${explained ? nothing : words('classes.tip', name)}
        @click=${(event: MouseEvent) => {
          if (!explained) choose(event.altKey);
        }}
      >
        <svg class="bar" aria-hidden="true"><rect width=${`${100 * probability}%`} height="100%"></rect></svg>
        <span class="name">${name}</span>
        <span class="number">${percent(probability)}</span>
      </button>
      ${
        explained
          ? nothing
          : html`<button
              type="button"
              class="tool bare compare"
              data-action="compare-class"
              aria-label=${words('classes.compare', name)}
              title=${words('classes.compare', name)}
              @click=${() => choose(true)}
            >
              ${compareIcon}
            </button>`
      }
    </li>`;
  }
}
