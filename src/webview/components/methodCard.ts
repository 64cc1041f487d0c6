import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Prediction } from '../../shared/explanation/events';
import type { Card } from '../../shared/explanation/explanation';
import type { DisplayOptions } from '../../shared/rendering/display';
import { type Overlay, renderOverlay } from '../../shared/rendering/renderOverlay';
import { valueAt } from '../../shared/rendering/valueAt';
import type { MethodInfo } from '../../shared/results/attribution';
import { cardAltText, formatValue } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { progressRing } from '../controls/progressRing';
import { baseStyles } from '../styles/base';
import { cardStyles } from '../styles/cards';
import { noticeStyles } from '../styles/notices';
import { type Cursor, wholeImage, type Zoom } from '../view/cursor';
import { className, costText, provenanceText } from '../view/describe';
import type { PaintQueue } from '../view/paintQueue';
import { shownRegion } from '../view/scaledRegion';
import type { Words } from '../view/words';
import { aboutMethod } from './aboutMethod';
import { chevronIcon, saveIcon, warningIcon } from './icons';
import type { RunAgainEvent } from './methodParameters';
import { notice } from './notice';
import './colourBar';
import './methodParameters';
import './imageFrame';
import type { Pixels } from './imageFrame';

type Disclosure = 'about' | 'parameters';

/** One method's result: image, scale, cost, findings, and its parameters. */
@customElement('wl-method-card')
export class MethodCard extends LitElement {
  @property({ attribute: false }) card!: Card;
  @property({ attribute: false }) info!: MethodInfo;
  /** What tells it from another card of its method; empty where there is none. */
  @property() distinction = '';
  @property({ attribute: false }) prediction: Prediction | null = null;
  @property({ attribute: false }) display!: DisplayOptions;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  @property({ attribute: false }) saving = false;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) paints!: PaintQueue;

  @state() private overlay: Overlay | null = null;
  @state() private pixels: Pixels | null = null;
  @state() private open: Disclosure | null = null;
  private altText = '';
  @query('.blank') private readonly blank!: HTMLElement | null;

  static override styles = [baseStyles, noticeStyles, cardStyles];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.paints.drop(this);
  }

  private get map() {
    return this.card.attribution?.map ?? this.card.partial;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const relevant = ['card', 'prediction', 'display', 'distinction'] as const;
    if (!relevant.some((name) => changed.has(name))) return;
    const { map, prediction } = this;
    if (map === null || prediction === null) {
      this.overlay = this.pixels = null;
      this.paints.drop(this);
      return;
    }
    const before = changed.get('card');
    const sameMap = before === undefined || (before.attribution?.map ?? before.partial) === map;
    if (!sameMap || this.altText === '' || changed.has('prediction') || changed.has('distinction')) {
      this.altText = this.describe();
    }
    if (sameMap && this.pixels !== null && !changed.has('prediction') && !changed.has('display')) return;
    this.paints.put(this, () => this.paint());
  }

  private paint(): void {
    const { map, prediction } = this;
    if (map === null || prediction === null) return;
    const { pixels } = prediction;
    this.overlay = renderOverlay({ image: pixels, region: shownRegion(prediction), map, display: this.display });
    this.pixels = { width: pixels.width, height: pixels.height, data: this.overlay.pixels };
  }

  private describe(): string {
    const { card, words } = this;
    const { target, region } = this.prediction!;
    const name = className(target, words);
    return card.attribution === null
      ? words('card.altPartial', this.fullName, name)
      : cardAltText({ methodTitle: this.fullName, className: name, map: card.attribution.map, region });
  }

  protected override updated(): void {
    this.toggleAttribute('data-open', this.open !== null);
    const pixels = this.prediction?.pixels;
    if (pixels !== undefined) this.blank?.style.setProperty('--wl-ratio', String(pixels.width / pixels.height));
  }

  protected override render() {
    const { card, info, words, controller } = this;
    const { attribution, phase, request } = card;
    return html`<article aria-labelledby="title" aria-busy=${phase === 'running'}>
      <header>
        <h2 id="title" title=${this.fullName}>${info.title}${this.distinguished()}</h2>
        ${this.status()}
        ${
          attribution === null
            ? nothing
            : button({
                label: words('card.save', this.fullName),
                action: 'save-one',
                appearance: 'icon',
                icon: saveIcon,
                disabled: this.saving,
                onClick: () => void controller.save([request.key]),
              })
        }
      </header>
      ${this.image()} ${this.facts()} ${this.disclosures()}
    </article>`;
  }

  private get fullName(): string {
    return this.distinction === '' ? this.info.title : `${this.info.title}, ${this.distinction}`;
  }

  private distinguished(): TemplateResult | typeof nothing {
    return this.distinction === '' ? nothing : html` <span class="muted small">${this.distinction}</span>`;
  }

  private status(): TemplateResult | typeof nothing {
    const { card, words } = this;
    if (card.phase !== 'running') return nothing;
    const text =
      card.progress === null ? words('card.running') : words('card.progress', card.progress.done, card.progress.total);
    return html`<span class="muted small number" data-testid="card-progress">${text}</span>${progressRing()}`;
  }

  private image(): TemplateResult {
    const { card, words, pixels } = this;
    if (pixels === null) {
      if (card.phase === 'failed' || card.phase === 'cancelled') return this.failure();
      return html`<div class="blank">
        ${card.phase === 'done' ? nothing : words(card.phase === 'running' ? 'card.running' : 'card.waiting')}
      </div>`;
    }
    return html`<wl-image-frame
        .pixels=${pixels}
        .label=${this.altText}
        .hint=${words('card.altHint')}
        .cursor=${this.cursor}
        .zoom=${this.zoom}
      ></wl-image-frame>
      ${this.scale()} ${card.phase === 'failed' || card.phase === 'cancelled' ? this.failure() : nothing}`;
  }

  private failure(): TemplateResult {
    const { card, words } = this;
    if (card.phase === 'cancelled') return notice('info', words('card.cancelledText'), { small: true });
    // The run's own failure is told once, above the cards; a card only says that it has nothing because of it.
    const text =
      card.failure === null
        ? notice('info', words('card.endedText'), { small: true })
        : notice('error', html`<strong>${words('card.failed')}.</strong> ${card.failure}`, { small: true });
    return html`<div data-testid="card-failure">${text}</div>`;
  }

  private scale(): TemplateResult {
    const { overlay, words } = this;
    const value = this.valueUnderCursor();
    return html`${
      overlay === null || overlay.top !== undefined
        ? nothing
        : html`<wl-colour-bar
            .colourMap=${overlay.colourMap}
            .sign=${overlay.sign}
            .low=${overlay.low}
            .high=${overlay.high}
            .marked=${value ?? null}
            .words=${words}
          ></wl-colour-bar>`
    }
      <p class="reading small number">
        ${this.range()}
        <span class="value" data-testid="value">
          ${this.cursor === null ? nothing : value === null ? words('cursor.outside') : formatValue(value ?? Number.NaN)}
        </span>
      </p>`;
  }

  /** The raw range, or what a top-k image keeps of it. */
  private range(): TemplateResult | typeof nothing {
    const { overlay, words } = this;
    const { attribution } = this.card;
    const threshold = overlay?.top?.rawThreshold;
    if (threshold !== undefined && Number.isFinite(threshold)) {
      return html`<span class="muted">${words('card.kept', formatValue(threshold))}</span>`;
    }
    if (attribution === null) return html`<span></span>`;
    const { min, max } = attribution;
    return html`<span class="muted" data-testid="range">${words('card.range', formatValue(min), formatValue(max))}</span>`;
  }

  /** The raw value at the cursor; null where the model did not look, undefined without a cursor. */
  private valueUnderCursor(): number | null | undefined {
    const { map, prediction, cursor } = this;
    if (map === null || prediction === null || cursor === null) return undefined;
    return valueAt(map, shownRegion(prediction), cursor.x, cursor.y)?.value ?? null;
  }

  private facts(): TemplateResult | typeof nothing {
    const { words, overlay, info } = this;
    const { attribution } = this.card;
    if (attribution === null) return nothing;
    const { convergenceDelta: delta } = attribution;
    const findings = [...new Set([...attribution.notes, ...(overlay?.findings ?? [])])];
    return html`<div class="facts small">
        <p class="number" data-testid="cost">${costText(attribution, words)}</p>
        <p class="muted">${provenanceText(info, attribution, words)}</p>
        ${
          delta === undefined
            ? nothing
            : html`<p class="muted number" title=${words('card.deltaTip')}>${words('card.delta', formatValue(delta))}</p>`
        }
      </div>
      ${
        findings.length === 0
          ? nothing
          : html`<ul class="findings" aria-label=${words('card.findings')}>
              ${findings.map((text) => html`<li class="warning">${warningIcon}<span>${text}</span></li>`)}
            </ul>`
      }`;
  }

  private disclosures(): TemplateResult {
    const { card, info, words, controller, open } = this;
    const toggle = (which: Disclosure, label: string) =>
      html`<button
        type="button"
        data-action=${which}
        aria-expanded=${open === which}
        aria-controls="panel"
        @click=${() => {
          this.open = open === which ? null : which;
        }}
      >
        ${chevronIcon}${label}
      </button>`;
    const layer = card.attribution?.layer ?? (info.needsLayer ? (this.prediction?.layer?.name ?? null) : null);
    return html`<div class="disclosures">
        ${toggle('about', words('card.about'))} ${toggle('parameters', words('card.parameters'))}
      </div>
      <div id="panel" class="panel ${open ?? ''}" ?hidden=${open === null}>
        ${open === 'about' ? aboutMethod(info, layer, words, (url) => controller.openSource(url)) : nothing}
        ${
          open === 'parameters'
            ? html`<wl-method-parameters
                .info=${info}
                .request=${card.request}
                .words=${words}
                @wl-run-again=${(event: RunAgainEvent) => controller.runAgain(event.detail)}
              ></wl-method-parameters>`
            : nothing
        }
      </div>`;
  }
}
