import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { parseTarget, type TargetRequest } from '../../shared/question/target';
import type { ClassScore } from '../../shared/results/attribution';
import { percent } from '../../shared/words/summary';
import { button } from '../controls/button';
import { textField } from '../controls/textField';
import { baseStyles } from '../styles/base';
import { fieldStyles } from '../styles/fields';
import { className } from '../view/describe';
import type { Words } from '../view/words';
import { targetIcon } from './icons';

export class TargetEvent extends CustomEvent<TargetRequest> {
  constructor(target: TargetRequest) {
    super('wl-target', { detail: target, bubbles: true, composed: true });
  }
}

/** The five most probable classes; a click explains one. Any other class is named below. */
@customElement('wl-class-list')
export class ClassList extends LitElement {
  @property({ attribute: false }) top5!: readonly ClassScore[];
  @property({ attribute: false }) target!: ClassScore;
  @property({ attribute: false }) words!: Words;
  @state() private other = '';

  static override styles = [
    baseStyles,
    fieldStyles,
    css`
      h2 {
        margin-bottom: 6px;
      }
      button {
        display: grid;
        grid-template-columns: 16px 1fr auto;
        gap: 3px 6px;
        width: 100%;
        padding: 5px 6px;
        border: 1px solid transparent;
        border-radius: 3px;
        background: none;
        color: var(--vscode-foreground);
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      button:hover {
        background: var(--vscode-list-hoverBackground);
        color: var(--vscode-list-hoverForeground, var(--vscode-foreground));
      }
      button[aria-pressed='true'] {
        border-color: var(--vscode-focusBorder);
        font-weight: 600;
      }
      button:focus-visible {
        outline-offset: 1px;
      }
      .mark {
        grid-row: 1;
        grid-column: 1;
      }
      .name {
        grid-column: 2;
        overflow-wrap: anywhere;
      }
      .bar {
        display: block;
        grid-column: 2 / 4;
        width: 100%;
        height: 4px;
        background: var(--vscode-widget-shadow, transparent);
        border-radius: 2px;
      }
      rect {
        fill: var(--vscode-progressBar-background);
      }
      @media (forced-colors: active) {
        rect {
          fill: LinkText;
        }
        button {
          border-color: Canvas;
        }
        button[aria-pressed='true'] {
          border-color: Highlight;
        }
        .bar {
          outline: 1px solid CanvasText;
        }
      }
      .other {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
        align-items: end;
        margin-top: 8px;
      }
    `,
  ];

  protected override render() {
    const { words, top5, target } = this;
    const rows = top5.some((score) => score.index === target.index) ? top5 : [...top5, target];
    return html`<h2 id="title">${words('classes.title')}</h2>
      <ol aria-labelledby="title">
        ${rows.map((score) => this.row(score))}
      </ol>
      <div class="other">
        ${textField({
          label: words('classes.other'),
          name: 'other-class',
          value: this.other,
          placeholder: words('classes.otherHint'),
          onInput: (value) => {
            this.other = value;
          },
          onEnter: () => this.explainOther(),
        })}
        ${button({
          label: words('classes.explainOther'),
          action: 'explain-other',
          disabled: this.other.trim() === '',
          onClick: () => this.explainOther(),
        })}
      </div>`;
  }

  private row(score: ClassScore) {
    const { words } = this;
    const explained = score.index === this.target.index;
    const name = className(score, words);
    return html`<li>
      <button
        type="button"
        data-class-index=${score.index}
        aria-pressed=${explained}
        aria-label=${words(explained ? 'classes.explained' : 'classes.explain', name, percent(score.probability))}
        @click=${() => {
          if (!explained) this.dispatchEvent(new TargetEvent({ kind: 'index', index: score.index }));
        }}
      >
        <span class="mark">${explained ? targetIcon : nothing}</span>
        <span class="name">${name}</span>
        <span class="number">${percent(score.probability)}</span>
        <svg class="bar" aria-hidden="true">
          <rect width=${`${100 * score.probability}%`} height="100%" rx="2"></rect>
        </svg>
      </button>
    </li>`;
  }

  private explainOther(): void {
    const target = parseTarget(this.other);
    if (target !== null) this.dispatchEvent(new TargetEvent(target));
  }
}
