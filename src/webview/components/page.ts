import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Prediction } from '../../shared/explanation/events';
import { answerFor, shownAnswer } from '../../shared/explanation/explanation';
import { valueAt } from '../../shared/rendering/valueAt';
import { formatValue } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { progressRing } from '../controls/progressRing';
import { type PageState, shownCards } from '../state/pageState';
import type { Store } from '../state/store';
import { baseStyles } from '../styles/base';
import { noticeStyles } from '../styles/notices';
import { pageStyles } from '../styles/page';
import { type Cursor, follow, wholeImage, type Zoom } from '../view/cursor';
import { distinction } from '../view/describe';
import type { PaintQueue } from '../view/paintQueue';
import { imagePixel, shownRegion } from '../view/scaledRegion';
import type { Words } from '../view/words';
import './classList';
import type { TargetEvent } from './classList';
import './displayControls';
import type { DisplayEvent } from './displayControls';
import './heading';
import './imageCard';
import './layerPicker';
import type { LayerEvent } from './layerPicker';
import './methodCard';
import type { CursorEvent, ZoomEvent } from './imageFrame';
import { notice } from './notice';

/** The whole page. Holds what is shared by all images and lost with the window: cursor and zoom. */
@customElement('wl-page')
export class Page extends LitElement {
  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) paints!: PaintQueue;

  @state() private page!: PageState;
  @state() private cursor: Cursor | null = null;
  @state() private zoom: Zoom = wholeImage;
  @state() private announcement = '';
  private words!: Words;
  private unsubscribe: (() => void) | null = null;
  private announceTimer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [baseStyles, noticeStyles, pageStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.page = this.store.state;
    this.unsubscribe = this.store.subscribe((page) => {
      this.page = page;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    clearTimeout(this.announceTimer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get('page') as PageState | undefined;
    if (!changed.has('page')) return;
    if (this.words === undefined || before?.setup !== this.page.setup) this.words = this.controller.words;
    if (predictionOf(before)?.pixels.width !== predictionOf(this.page)?.pixels.width) {
      this.cursor = null;
      this.zoom = wholeImage;
    }
  }

  protected override render() {
    const { page, words } = this;
    if (page.setup === null || page.panel === null) {
      return html`<main>
        ${
          page.message === null
            ? html`<p class="loading">${progressRing()}<span>${words('page.loading')}</span></p>`
            : notice('error', page.message.text)
        }
      </main>`;
    }
    return html`<main @wl-cursor=${this.cursorMoved} @wl-zoom=${this.zoomed}>
      <wl-heading .state=${page} .controller=${this.controller} .words=${words}></wl-heading>
      <div class="columns">
        <section class="side" aria-label=${words('side.label')}>${this.side()}</section>
        <section class="cards" aria-label=${words('cards.title')}>${this.cards()}</section>
      </div>
      <div class="hidden-text" role="status" data-testid="announcement">${this.announcement}</div>
    </main>`;
  }

  private side() {
    const { page, words, controller } = this;
    const { panel } = page;
    const prediction = predictionOf(page);
    return html`
      ${
        prediction === null
          ? nothing
          : html`<wl-image-card
                .prediction=${prediction}
                .cursor=${this.cursor}
                .zoom=${this.zoom}
                .words=${words}
              ></wl-image-card>
              <wl-class-list
                .top5=${prediction.top5}
                .target=${prediction.target}
                .words=${words}
                @wl-target=${(event: TargetEvent) => controller.explain(event.detail)}
              ></wl-class-list>
              <wl-layer-picker
                .layers=${prediction.model.layers}
                .chosen=${prediction.layer}
                ?overridden=${panel?.question.layer !== undefined}
                .words=${words}
                @wl-layer=${(event: LayerEvent) => controller.chooseLayer(event.detail ?? undefined)}
              ></wl-layer-picker>`
      }
      <wl-display-controls
        .display=${panel!.display}
        .words=${words}
        @wl-display=${(event: DisplayEvent) => controller.setDisplay(event.detail)}
      ></wl-display-controls>
      ${
        this.zoom.scale === 1
          ? nothing
          : html`<div class="zoom">
              <span class="number">${words('zoom.level', Math.round(100 * this.zoom.scale))}</span>
              ${button({
                label: words('zoom.reset'),
                action: 'reset-zoom',
                onClick: () => {
                  this.zoom = wholeImage;
                },
              })}
            </div>`
      }
    `;
  }

  private cards() {
    const { page, words } = this;
    const { explanation } = page;
    const cards = shownCards(page);
    if (explanation === null || cards.length === 0) {
      return html`<p class="muted">${words('cards.none')}</p>`;
    }
    return repeat(
      cards,
      ({ card }) => card.request.key,
      ({ card, info }) => {
        const prediction = answerFor(explanation, card)?.prediction ?? null;
        return html`<wl-method-card
        data-key=${card.request.key}
        data-method=${info.id}
        data-state=${card.phase}
        .card=${card}
        .info=${info}
        .distinction=${distinction(card, prediction, explanation, words)}
        .prediction=${prediction}
        .display=${page.panel!.display}
        .cursor=${this.cursor}
        .zoom=${this.zoom}
        .saving=${page.saving}
        .controller=${this.controller}
        .words=${words}
        .paints=${this.paints}
      ></wl-method-card>`;
      },
    );
  }

  private cursorMoved(event: CursorEvent): void {
    const { cursor, keyboard } = event.detail;
    this.cursor = cursor;
    const prediction = predictionOf(this.page);
    if (!keyboard || cursor === null || prediction === null) return;
    this.zoom = follow(this.zoom, cursor, prediction.pixels);
    const key = event
      .composedPath()
      .map((target) => (target instanceof HTMLElement ? target.dataset['key'] : undefined))
      .find((each) => each !== undefined);
    clearTimeout(this.announceTimer);
    // Held keys would pile up sentences; only where the cursor comes to rest is read out.
    this.announceTimer = setTimeout(() => {
      this.announcement = this.spoken(cursor, key);
    }, 250);
  }

  private spoken(cursor: Cursor, key: string | undefined): string {
    const { words } = this;
    const explanation = this.page.explanation!;
    const card = explanation.cards.find(({ request }) => request.key === key);
    const prediction = (card ? answerFor(explanation, card) : shownAnswer(explanation))!.prediction;
    const at = imagePixel(cursor, prediction);
    const map = card?.attribution?.map;
    if (map === undefined) return words('cursor.position', at.x, at.y);
    const found = valueAt(map, shownRegion(prediction), cursor.x, cursor.y);
    return words('cursor.value', found === null ? words('cursor.outside') : formatValue(found.value), at.x, at.y);
  }

  private zoomed(event: ZoomEvent): void {
    this.zoom = event.detail;
  }
}

/** What the model said to the panel's question. */
function predictionOf(page: PageState | undefined): Prediction | null {
  return (page?.explanation && shownAnswer(page.explanation)?.prediction) ?? null;
}
