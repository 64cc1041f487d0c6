import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../shared/explanation/events';
import { shownAnswer } from '../../shared/explanation/explanation';
import { formatValue, percent } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { toolButton } from '../controls/toolButton';
import type { PageState } from '../state/pageState';
import { baseStyles } from '../styles/base';
import { subjectStyles } from '../styles/subject';
import { toolStyles } from '../styles/tools';
import { className } from '../view/describe';
import { baseName } from '../view/format';
import { RoomController } from '../view/room';
import type { Words } from '../view/words';
import { compareIcon, infoIcon, moreIcon, saveIcon } from './icons';
import { modelFacts } from './modelFacts';
import './popover';

/** What the host can ask for; other parameters are typed into a card. */
const comparisons = ['target', 'epochs', 'checkpoint', 'layer', 'image'] as const;

/** What the page is about, in one line: image, class, checkpoint; and what can be done with all of it. */
@customElement('wl-subject')
export class Subject extends LitElement {
  @property({ attribute: false }) state!: PageState;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  private readonly space = new RoomController(this);

  static override styles = [baseStyles, toolStyles, subjectStyles];

  protected override render() {
    const { words, state } = this;
    const room = this.space.room === 'broad' ? 'wide' : this.space.room;
    const { explanation, setup, panel } = state;
    const prediction = (explanation && shownAnswer(explanation)?.prediction) ?? null;
    const name = setup?.imageName ?? '';
    return html`<header class=${room}>
      <h1 title=${name}>${name}</h1>
      ${prediction === null ? nothing : this.target(prediction)}
      <wl-popover
        class="model"
        .label=${room === 'narrow' ? words('model.title') : baseName(prediction?.model.path ?? panel?.question.checkpoint ?? '')}
        .action=${'model'}
        .tip=${words('model.tip')}
        .icon=${room === 'narrow' ? infoIcon : undefined}
        ?bare=${room === 'narrow'}
        >${modelFacts(prediction, panel?.question.checkpoint ?? '', words, this.controller)}</wl-popover
      >
      ${room === 'wide' && prediction !== null ? html`<span class="muted" title=${prediction.runtime.why}>${prediction.runtime.id}</span>` : nothing}
      <div class="buttons">${this.buttons()}</div>
    </header>`;
  }

  private target({ target }: Prediction): TemplateResult {
    const { words } = this;
    const name = className(target, words);
    return html`<p class="target" data-testid="target" title=${words('subject.logit', name, formatValue(target.logit))}>
      <span class="muted">${words('subject.why')}</span> <strong>${name}</strong>
      <span class="number">${percent(target.probability)}</span>
    </p>`;
  }

  private buttons(): TemplateResult {
    const { controller, words, state } = this;
    const room = this.space.room === 'broad' ? 'wide' : this.space.room;
    const savable = state.explanation?.cards.some((card) => card.attribution !== null) === true;
    const methods = toolButton({
      label: words('action.chooseMethods'),
      action: 'choose-methods',
      closes: room !== 'wide',
      onClick: () => controller.chooseMethods(),
    });
    const again = toolButton({
      label: words('action.explainAgain'),
      action: 'explain-all-again',
      closes: true,
      onClick: () => controller.explainAgain(),
    });
    return html`
      <wl-popover .label=${words('compare.with')} .action=${'compare'} .icon=${compareIcon} ?bare=${room === 'narrow'}>
        <div class="menu">
          ${comparisons.map((ask) =>
            toolButton({
              label: words(`compare.ask.${ask}`),
              action: `compare-${ask}`,
              closes: true,
              onClick: () => controller.compare({ ask }),
            }),
          )}
        </div>
      </wl-popover>
      ${room === 'wide' ? methods : nothing}
      ${button({
        label: words(state.saving ? 'action.saving' : 'action.save'),
        action: 'save',
        appearance: room === 'narrow' ? 'icon' : 'primary',
        icon: saveIcon,
        tip: words('action.saveTip'),
        disabled: !savable || state.saving,
        onClick: () => void controller.save(),
      })}
      <wl-popover .label=${words('subject.more')} .action=${'more'} .icon=${moreIcon} bare>
        <div class="menu">
          ${room === 'wide' ? nothing : methods} ${again}
          ${toolButton({ label: words('action.checkHealth'), action: 'check-layers', tip: words('action.checkHealthTip'), closes: true, onClick: () => controller.checkHealth() })}
          ${toolButton({ label: words('action.showLog'), action: 'show-log', closes: true, onClick: () => controller.showLog() })}
        </div>
      </wl-popover>
    `;
  }
}
