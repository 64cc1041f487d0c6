import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../shared/explanation/events';
import { answerTo, type Run, shownAnswer } from '../../shared/explanation/explanation';
import { formatValue, percent } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { progressRing } from '../controls/progressRing';
import type { PageState } from '../state/pageState';
import { baseStyles } from '../styles/base';
import { headingStyles } from '../styles/heading';
import { noticeStyles } from '../styles/notices';
import { className, runStatus } from '../view/describe';
import type { Words } from '../view/words';
import type { OutputEvent } from './answerChoice';
import { findingsNotices } from './findings';
import { saveIcon, stopIcon } from './icons';
import { notice } from './notice';
import './answerChoice';
import './preprocessingChoice';

/** The head of the page: image, class, model, how far the run is, and what can be done with all of it. */
@customElement('wl-heading')
export class Heading extends LitElement {
  @property({ attribute: false }) state!: PageState;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;

  static override styles = [baseStyles, noticeStyles, headingStyles];

  protected override render() {
    const { setup } = this.state;
    const { prediction } = this;
    return html`<header>
        <div class="subject">
          <h1>${setup?.imageName ?? nothing}</h1>
          ${prediction === null ? nothing : this.target()}
        </div>
        <div class="buttons">${this.buttons()}</div>
      </header>
      <dl>${this.facts()}</dl>
      ${this.answer()}
      ${this.progress()}
      <div class="notices">${this.notices()}</div>`;
  }

  private get prediction(): Prediction | null {
    const { explanation } = this.state;
    return explanation && (shownAnswer(explanation)?.prediction ?? null);
  }

  private get run(): Run | null {
    return this.state.explanation?.run ?? null;
  }

  private target(): TemplateResult {
    const { target } = this.prediction!;
    return html`<p class="target" data-testid="target">
      <span class="muted">${this.words('heading.target')}</span>
      <strong>${className(target, this.words)}</strong>
      <span class="number">${percent(target.probability)}</span>
      <span class="muted number">${this.words('heading.logit', formatValue(target.logit))}</span>
    </p>`;
  }

  private answer(): TemplateResult {
    const { prediction } = this;
    const { panel } = this.state;
    if (prediction?.output === undefined) return html``;
    return html`<wl-answer-choice
      .output=${prediction.output}
      ?chosen=${panel?.question.output !== undefined}
      .words=${this.words}
      @wl-output=${(event: OutputEvent) => this.controller.chooseOutput(event.detail ?? undefined)}
    ></wl-answer-choice>`;
  }

  private buttons(): TemplateResult {
    const { controller, words, state } = this;
    const running = this.run?.phase === 'running';
    const savable = state.explanation?.cards.some((card) => card.phase === 'done') === true;
    return html`
      ${running ? button({ label: words('action.cancel'), action: 'cancel', icon: stopIcon, onClick: () => controller.cancel() }) : nothing}
      ${button({
        label: state.saving ? words('action.saving') : words('action.save'),
        action: 'save',
        appearance: 'primary',
        icon: saveIcon,
        tip: words('action.saveTip'),
        disabled: !savable || state.saving,
        onClick: () => void controller.save(),
      })}
      ${button({ label: words('action.chooseMethods'), action: 'choose-methods', onClick: () => controller.chooseMethods() })}
      ${button({ label: words('action.chooseCheckpoint'), action: 'choose-checkpoint', onClick: () => controller.chooseCheckpoint() })}
    `;
  }

  private facts(): TemplateResult {
    const { words } = this;
    const { setup } = this.state;
    const { prediction } = this;
    const fact = (term: string, text: string, tip?: string, more?: TemplateResult) =>
      html`<div title=${tip ?? nothing}>
        <dt>${term}</dt>
        <dd>${text} ${more ?? nothing}</dd>
      </div>`;
    if (setup === null) return html``;
    const { input, runtime, model } = prediction ?? {};
    return html`
      ${fact(words('heading.checkpoint'), (model?.path ?? this.state.panel?.question.checkpoint ?? '').replace(/^.*[/\\]/, ''), model?.path)}
      ${runtime === undefined ? nothing : fact(words('heading.runtime'), runtime.id, runtime.why)}
      ${input === undefined ? nothing : fact(words('heading.input'), input.size.join(' × '))}
      ${
        input === undefined
          ? nothing
          : html`${fact(
              words('heading.preprocessing'),
              `${input.preprocessing?.preset ?? words('heading.preprocessingNone')} (${input.how})`,
              undefined,
              html`<button
                type="button"
                class="link"
                data-action="edit-preprocessing"
                title=${words('preprocessing.editTip')}
                aria-label=${`${words('preprocessing.edit')}: ${words('heading.preprocessing')}`}
                @click=${() => this.controller.editPreprocessing()}
              >
                ${words('preprocessing.edit')}
              </button>`,
            )}`
      }
    `;
  }

  private progress(): TemplateResult {
    const { run } = this;
    if (run === null) return html`<p class="status">${progressRing()}<span>${this.words('run.starting')}</span></p>`;
    const running = run.phase === 'running';
    const own = this.state.explanation!.cards.filter(({ request }) => run.keys.includes(request.key));
    const share = (card: (typeof own)[number]) =>
      card.phase === 'waiting' ? 0 : card.phase === 'running' ? progressShare(card.progress) : 1;
    const done = own.length === 0 ? 0 : own.reduce((sum, card) => sum + share(card), 0) / own.length;
    return html`<div class="status">
        ${running ? progressRing() : nothing}
        <span role="status" data-testid="run-status" data-run=${run.phase}>${runStatus(this.state.explanation, this.words)}</span>
      </div>
      ${
        running
          ? html`<div
              class="track"
              role="progressbar"
              aria-label=${this.words('run.progress')}
              aria-valuemin="0"
              aria-valuemax="100"
              aria-valuenow=${Math.round(100 * done)}
            >
              <svg aria-hidden="true"><rect width=${`${100 * done}%`} height="100%"></rect></svg>
            </div>`
          : nothing
      }`;
  }

  private notices(): TemplateResult {
    const { state, words, controller, run, prediction } = this;
    const { message, explanation } = state;
    const findings = (explanation && answerTo(explanation, explanation.question)?.findings) ?? [];
    const failure =
      run?.error == null
        ? nothing
        : html`<div role="alert" data-testid="run-error">
            ${notice('error', html`<strong>${words('run.failed')}.</strong> ${run.error}`, {
              actions: html`
                ${
                  run.cut === null
                    ? nothing
                    : button({
                        label: words('action.explainUpTo', run.cut),
                        action: 'explain-up-to',
                        appearance: 'primary',
                        tip: words('action.explainUpToTip'),
                        onClick: () => controller.keepLogits(run.cut!),
                      })
                }
                ${button({
                  label: words('action.explainAgain'),
                  action: 'explain-again',
                  appearance: run.cut === null ? 'primary' : 'secondary',
                  onClick: () => controller.explainAgain(),
                })}
                ${button({ label: words('action.showLog'), action: 'show-log', onClick: () => controller.showLog() })}
                ${button({ label: words('action.chooseCheckpoint'), action: 'choose-checkpoint', onClick: () => controller.chooseCheckpoint() })}
              `,
            })}
          </div>`;
    const guessed =
      prediction?.input.guessed !== true
        ? nothing
        : notice(
            'warning',
            html`<p data-testid="guessed">${words('heading.guessed')} ${words('heading.guessedAdvice')}</p>
              <wl-preprocessing-choice
                .alternatives=${prediction.input.alternatives}
                .current=${prediction.input.preprocessing}
                .words=${words}
                .controller=${controller}
              ></wl-preprocessing-choice>`,
          );
    const notes =
      prediction === null || prediction.notes.length === 0
        ? nothing
        : notice(
            'info',
            html`<ul class="notes" aria-label=${words('heading.notes')}>
              ${prediction.notes.map((note) => html`<li>${note}</li>`)}
            </ul>`,
          );
    const said = message === null ? nothing : notice(message.kind === 'done' ? 'done' : 'error', message.text);
    return html`${failure}${guessed}${findingsNotices(findings, words, controller)}${notes}
      <div role="status" data-testid="message">${said}</div>`;
  }
}

function progressShare(progress: { readonly done: number; readonly total: number } | null): number {
  return progress === null || progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total);
}
