import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PreprocessingAlternative } from '../../shared/explanation/events';
import type { Preprocessing } from '../../shared/question/preprocessing';
import { percent } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { baseStyles } from '../styles/base';
import { className } from '../view/describe';
import type { Words } from '../view/words';

/** What the model says under each preset that it may have been trained with, side by side; one click keeps a preset. */
@customElement('wl-preprocessing-choice')
export class PreprocessingChoice extends LitElement {
  @property({ attribute: false }) alternatives: readonly PreprocessingAlternative[] = [];
  @property({ attribute: false }) current: Preprocessing | null = null;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  @state() private open = false;

  static override styles = [
    baseStyles,
    css`
      .toggle {
        margin-top: 8px;
      }
      .presets {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(190px, 100%), 1fr));
        gap: 16px 24px;
        margin-top: 12px;
      }
      .presets > li {
        display: flex;
        flex-direction: column;
        gap: 4px;
        min-width: 0;
      }
      .head {
        display: flex;
        gap: 8px;
        align-items: baseline;
      }
      .head strong {
        font-weight: 600;
      }
      ol li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
      }
      ol span:first-child {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      vscode-button {
        align-self: flex-start;
      }
    `,
  ];

  protected override render() {
    const { words, open } = this;
    if (this.alternatives.length === 0) return nothing;
    return html`<div class="toggle">
        ${button({
          label: words('preprocessing.compare'),
          action: 'compare-presets',
          expanded: open,
          onClick: () => {
            this.open = !open;
          },
        })}
      </div>
      ${open ? html`<ul class="presets">${this.alternatives.map((each) => this.preset(each))}</ul>` : nothing}`;
  }

  private preset({ preprocessing, top5 }: PreprocessingAlternative) {
    const { words } = this;
    const { preset } = preprocessing;
    const inUse = preset === this.current?.preset;
    return html`<li data-preset=${preset}>
      <p class="head">
        <strong>${preset}</strong>${inUse ? html`<span class="small">${words('preprocessing.inUse')}</span>` : nothing}
      </p>
      <ol class="small number" aria-label=${words('preprocessing.classes', preset)}>
        ${top5.map(
          (score) => html`<li>
            <span>${className(score, words)}</span><span>${percent(score.probability)}</span>
          </li>`,
        )}
      </ol>
      ${button({
        label: words('preprocessing.keep', preset),
        action: 'keep-preprocessing',
        tip: words('preprocessing.keepTip'),
        onClick: () => this.controller.keepPreprocessing(preprocessing),
      })}
    </li>`;
  }
}
