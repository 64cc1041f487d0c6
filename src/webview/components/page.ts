import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Prediction } from '../../shared/explanation/events';
import { shownAnswer, shownMap } from '../../shared/explanation/explanation';
import { valueAt } from '../../shared/rendering/valueAt';
import { formatValue } from '../../shared/words/summary';
import type { Controller } from '../controller';
import { progressRing } from '../controls/progressRing';
import type { PageState } from '../state/pageState';
import type { Store } from '../state/store';
import { baseStyles } from '../styles/base';
import { pageStyles } from '../styles/page';
import { type Cursor, follow, type Pixel, wholeImage, type Zoom } from '../view/cursor';
import type { PaintQueue } from '../view/paintQueue';
import { pictureOf } from '../view/picture';
import type { Words } from '../view/words';
import './answerChoice';
import type { OutputEvent } from './answerChoice';
import './cards';
import { classField } from './classField';
import './classList';
import type { TargetEvent } from './classList';
import { errorIcon } from './icons';
import type { CursorEvent, ZoomEvent } from './imageFrame';
import './statusLine';
import './subject';
import './toolbar';
import type { DisplayEvent } from './toolbar';

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

  static override styles = [baseStyles, pageStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.page = this.store.state;
    this.unsubscribe = this.store.subscribe((page) => {
      this.page = page;
    });
    document.addEventListener('keydown', this.escaped);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    clearTimeout(this.announceTimer);
    document.removeEventListener('keydown', this.escaped);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get('page') as PageState | undefined;
    if (!changed.has('page')) return;
    if (this.words === undefined || before?.setup !== this.page.setup) this.words = this.controller.words;
    if (before?.panel?.question.image !== this.page.panel?.question.image) {
      this.cursor = null;
      this.zoom = wholeImage;
    }
  }

  protected override render() {
    const { page, words, controller } = this;
    const { panel, explanation, message } = page;
    if (page.setup === null || panel === null || explanation === null) {
      return html`<main>
        ${
          message === null
            ? html`<p class="loading">${progressRing()}<span>${words('page.loading')}</span></p>`
            : html`<p class="loading" data-notice="error">${errorIcon}<span>${message.text}</span></p>`
        }
      </main>`;
    }
    const prediction = shownAnswer(explanation)?.prediction ?? null;
    return html`<main @wl-cursor=${this.cursorMoved} @wl-zoom=${this.zoomed}>
      <wl-subject .state=${page} .controller=${controller} .words=${words}></wl-subject>
      <section class="classes" aria-label=${words('classes.title')}>${prediction === null ? nothing : this.classes(prediction)}</section>
      <wl-status-line .state=${page} .controller=${controller} .words=${words}></wl-status-line>
      <wl-toolbar
        .display=${panel.display}
        .view=${prediction === null ? null : pictureOf(prediction, panel.display).view}
        .zoom=${this.zoom}
        .layer=${
          prediction === null
            ? null
            : {
                layers: prediction.model.layers,
                chosen: prediction.layer,
                overridden: panel.question.layer !== undefined,
                choose: (layer: string | undefined) => controller.chooseLayer(layer),
              }
        }
        .words=${words}
        @wl-display=${(event: DisplayEvent) => controller.setDisplay(event.detail)}
      ></wl-toolbar>
      <wl-cards
        .state=${page}
        .cursor=${this.cursor}
        .zoom=${this.zoom}
        .controller=${controller}
        .words=${words}
        .paints=${this.paints}
      ></wl-cards>
      <div class="hidden-text" role="status" data-testid="announcement">${this.announcement}</div>
    </main>`;
  }

  private classes(prediction: Prediction): TemplateResult {
    const { words, controller, page } = this;
    const { classes, output } = prediction;
    return html`<wl-class-list
        .top5=${prediction.top5}
        .classes=${classes}
        .target=${prediction.target}
        .words=${words}
        @wl-target=${({ detail: { target, compare } }: TargetEvent) =>
          compare ? controller.compare({ change: { kind: 'target', target } }) : controller.explain(target)}
      ></wl-class-list>
      ${classes.count < 2 ? nothing : classField(classes, words, (target) => controller.explain(target))}
      ${
        output === undefined
          ? nothing
          : html`<wl-answer-choice
              .output=${output}
              ?chosen=${page.panel?.question.output !== undefined}
              .words=${words}
              @wl-output=${(event: OutputEvent) => controller.chooseOutput(event.detail ?? undefined)}
            ></wl-answer-choice>`
      }`;
  }

  private cursorMoved(event: CursorEvent): void {
    const { cursor, keyed } = event.detail;
    this.cursor = cursor;
    if (keyed === null) return;
    this.zoom = follow(this.zoom, keyed.pixel, keyed.size);
    const key = event
      .composedPath()
      .map((target) => (target instanceof HTMLElement ? target.dataset['key'] : undefined))
      .find((each) => each !== undefined);
    clearTimeout(this.announceTimer);
    // Held keys would pile up sentences; only where the cursor comes to rest is read out.
    this.announceTimer = setTimeout(() => {
      this.announcement = this.spoken(keyed.pixel, key);
    }, 250);
  }

  private spoken(pixel: Pixel, key: string | undefined): string {
    const { words } = this;
    const { explanation, panel } = this.page;
    const card = explanation!.cards.find(({ request }) => request.key === key);
    const shown = card && shownMap(explanation!, card);
    const prediction = shown?.answer.prediction ?? shownAnswer(explanation!)?.prediction;
    if (prediction === undefined) return '';
    const picture = pictureOf(prediction, panel!.display);
    const at = picture.imagePixel(pixel);
    if (!shown) return words('cursor.position', at.x, at.y);
    const found = valueAt(shown.attribution.map, picture.region, pixel.x, pixel.y);
    return words('cursor.value', found === null ? words('cursor.outside') : formatValue(found.value), at.x, at.y);
  }

  private zoomed(event: ZoomEvent): void {
    this.zoom = event.detail;
  }

  /** Esc closes what was opened last; where nothing is open, it shows the whole image again. */
  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) this.zoom = wholeImage;
  };
}
