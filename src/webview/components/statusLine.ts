import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Run, shownAnswer } from '../../shared/explanation/explanation';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { progressRing } from '../controls/progressRing';
import { toolButton } from '../controls/toolButton';
import type { PageState } from '../state/pageState';
import { baseStyles } from '../styles/base';
import { statusStyles } from '../styles/statusLine';
import { toolStyles } from '../styles/tools';
import { runStatus } from '../view/describe';
import { type Notice, type NoticeKind, noticesOf } from '../view/notices';
import type { Words } from '../view/words';
import { closeIcon, doneIcon, downIcon, errorIcon, infoIcon, stopIcon, warningIcon } from './icons';
import './preprocessingChoice';

const icons: Readonly<Record<NoticeKind, TemplateResult>> = { error: errorIcon, warning: warningIcon, info: infoIcon };

/**
 * One line of constant height: how far the run is, and the gravest of what there is to say; all of it opens below. Only what failed as a
 * whole takes more room without being asked.
 */
@customElement('wl-status-line')
export class StatusLine extends LitElement {
  @property({ attribute: false }) state!: PageState;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  @state() private open = false;

  static override styles = [baseStyles, toolStyles, statusStyles];

  protected override render() {
    const { words, state } = this;
    const { explanation, message } = state;
    const notices = explanation === null ? [] : noticesOf(explanation, words);
    const said = message?.kind === 'done' ? message.text : null;
    return html`<div class="line">
        ${this.run()}
        <div class="message" role="status" data-testid="message">${said === null ? nothing : html`${doneIcon}<span class="text" title=${said}>${said}</span>`}</div>
        ${said === null ? this.gravest(notices) : nothing}
      </div>
      ${this.failures()} ${this.open && notices.length > 0 ? this.all(notices) : nothing}`;
  }

  private run(): TemplateResult {
    const { words, controller } = this;
    const { explanation } = this.state;
    const run = explanation?.run ?? null;
    const running = run?.phase === 'running';
    return html`<div class="run">
      ${run === null || running ? progressRing() : nothing}
      <span class="text" role="status" data-testid="run-status" data-run=${run?.phase ?? nothing}>${runStatus(explanation, words)}</span>
      ${running ? toolButton({ label: words('action.cancel'), action: 'cancel', icon: stopIcon, onClick: () => controller.cancel() }) : nothing}
      ${running ? this.track(run) : nothing}
    </div>`;
  }

  private track(run: Run): TemplateResult {
    const own = this.state.explanation!.cards.filter(({ request }) => run.keys.includes(request.key));
    const share = ({ phase, progress }: (typeof own)[number]) => {
      if (phase === 'waiting') return 0;
      if (phase !== 'running') return 1;
      return progress === null || progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total);
    };
    const done = own.length === 0 ? 0 : own.reduce((sum, card) => sum + share(card), 0) / own.length;
    return html`<div
      class="track"
      role="progressbar"
      aria-label=${this.words('run.progress')}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(100 * done)}
    >
      <svg aria-hidden="true"><rect width=${`${100 * done}%`} height="100%"></rect></svg>
    </div>`;
  }

  private gravest(notices: readonly Notice[]): TemplateResult | typeof nothing {
    const { words } = this;
    const [first] = notices;
    if (first === undefined) return nothing;
    const count = notices.length;
    return html`<div class="gravest ${first.kind}">
      ${icons[first.kind]}<span class="text" title=${first.sentence}>${first.sentence}</span>
      ${toolButton({
        label: count === 1 ? words('notice.more') : words('notice.count', count),
        action: 'notices',
        icon: downIcon,
        expanded: this.open,
        onClick: () => {
          this.open = !this.open;
        },
      })}
    </div>`;
  }

  /** Every notice in full, each with its evidence and what can be done. */
  private all(notices: readonly Notice[]): TemplateResult {
    const finding = notices.findIndex(({ about }) => about === 'finding');
    return html`<ul class="notices" aria-label=${this.words('notice.title')}>
      ${notices.map(
        (
          notice,
          i,
        ) => html`<li class="notice ${notice.kind}" data-notice=${notice.kind === 'error' ? 'problem' : notice.kind} data-testid=${notice.about}>
          ${icons[notice.kind]}
          <div><p>${notice.sentence}</p>${this.remedy(notice, i === finding)}</div>
        </li>`,
      )}
    </ul>`;
  }

  private remedy({ about }: Notice, first: boolean): TemplateResult | typeof nothing {
    const { words, controller, state } = this;
    if (about === 'finding' && first) {
      return button({
        label: words('action.checkHealth'),
        action: 'check-health',
        tip: words('action.checkHealthTip'),
        onClick: () => controller.checkHealth(),
      });
    }
    if (about === 'labels') {
      return button({
        label: words('action.chooseLabels'),
        action: 'choose-labels',
        tip: words('action.chooseLabelsTip'),
        onClick: () => controller.chooseLabels(),
      });
    }
    if (about !== 'guessed') return nothing;
    const { input } = shownAnswer(state.explanation!)!.prediction;
    return html`<wl-preprocessing-choice
      .alternatives=${input.alternatives}
      .current=${input.preprocessing}
      .words=${words}
      .controller=${controller}
    ></wl-preprocessing-choice>`;
  }

  /** A run that failed as a whole, and a request that did. */
  private failures(): TemplateResult {
    const { state, words, controller } = this;
    const run = state.explanation?.run ?? null;
    const { message } = state;
    const failed = run === null || run.error === null ? nothing : this.runFailure(run, run.error);
    return html`${failed}${
      message?.kind !== 'failed'
        ? nothing
        : html`<div class="notice error" role="alert" data-notice="error" data-testid="failure">
            ${errorIcon}
            <p>${message.text}</p>
            ${toolButton({ label: words('notice.dismiss'), action: 'dismiss', icon: closeIcon, bare: true, onClick: () => controller.forget() })}
          </div>`
    }`;
  }

  private runFailure({ cut }: Run, error: string): TemplateResult {
    const { words, controller } = this;
    return html`<div class="notice error" role="alert" data-notice="error" data-testid="run-error">
      ${errorIcon}
      <div>
        <p>${error}</p>
        <div class="actions">
          ${
            cut === null
              ? nothing
              : button({
                  label: words('action.explainUpTo', cut),
                  action: 'explain-up-to',
                  appearance: 'primary',
                  tip: words('action.explainUpToTip'),
                  onClick: () => controller.keepLogits(cut),
                })
          }
          ${button({
            label: words('action.explainAgain'),
            action: 'explain-again',
            appearance: cut === null ? 'primary' : 'secondary',
            onClick: () => controller.explainAgain(),
          })}
          ${button({ label: words('action.showLog'), action: 'show-log', onClick: () => controller.showLog() })}
          ${button({ label: words('action.chooseCheckpoint'), action: 'choose-checkpoint', onClick: () => controller.chooseCheckpoint() })}
        </div>
      </div>
    </div>`;
  }
}
