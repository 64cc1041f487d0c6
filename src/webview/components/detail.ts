import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { isPending } from '../../shared/explanation/explanation';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import { toolButton } from '../controls/toolButton';
import { baseStyles } from '../styles/base';
import { cardStyles } from '../styles/cards';
import { detailStyles } from '../styles/detail';
import { methodCardStyles } from '../styles/methodCard';
import { toolStyles } from '../styles/tools';
import type { Cell } from '../view/arrangement';
import { type Cursor, pixelAt, wholeImage, type Zoom } from '../view/cursor';
import { altText, factsOf, fullTitle, readValue } from '../view/describeCard';
import type { Drawing } from '../view/drawing';
import { formOf, type ParameterForm } from '../view/parameterForm';
import type { Words } from '../view/words';
import { aboutMethod } from './aboutMethod';
import { cardStrip } from './cardStrip';
import { closeIcon, stopIcon, warningIcon } from './icons';
import type { RunEvent } from './methodParameters';
import './colourBar';
import './imageFrame';
import './methodParameters';

/** The reader has seen enough of the enlarged card. */
export class CloseEvent extends CustomEvent<undefined> {
  constructor() {
    super('wl-close', { bubbles: true, composed: true });
  }
}

/** One card enlarged: its map as large as the window allows, beside it its parameters and what its method is. */
@customElement('wl-detail')
export class Detail extends LitElement {
  @property({ attribute: false }) cell!: Cell;
  @property({ attribute: false }) drawing: Drawing | null = null;
  @property({ type: Number }) ratio = 1;
  /** What its form holds; null while nothing was changed. */
  @property({ attribute: false }) form: ParameterForm | null = null;
  /** False for cards that have no parameters of their own: pinned ones and those of comparisons. */
  @property({ type: Boolean }) editable = false;
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  private overlay: ReturnType<typeof renderOverlay> | null = null;
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  static override styles = [baseStyles, toolStyles, cardStyles, methodCardStyles, detailStyles];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('drawing')) return;
    const { drawing } = this;
    if (drawing === null) {
      this.overlay = null;
      return;
    }
    const { picture, region, map, display, scale } = drawing;
    this.overlay = renderOverlay({ image: picture.image, region, map, display, ...(scale && { scale }) });
  }

  protected override firstUpdated(): void {
    // The browser keeps the focus inside and gives it back where it was.
    this.dialog.showModal();
  }

  protected override render() {
    const { cell, words, running } = this;
    const busy = running && isPending(cell.card);
    return html`<dialog
      aria-labelledby="title"
      @close=${() => this.dispatchEvent(new CloseEvent())}
      @keydown=${this.keyPressed}
    >
      <header>
        <h2 id="title" title=${fullTitle(cell)}>
          ${cell.info.title}${cell.detail === '' ? nothing : html` <span class="muted">${cell.detail}</span>`}
        </h2>
        ${busy ? button({ label: words('action.cancel'), action: 'cancel-card', icon: stopIcon, onClick: () => this.controller.cancel() }) : nothing}
        ${toolButton({ label: words('detail.close'), action: 'close', icon: closeIcon, bare: true, onClick: () => this.dialog.close() })}
      </header>
      <div class="parts">
        <div class="map">${this.map()}</div>
        <div class="drawer" tabindex="-1">${this.parameters()}${this.about()}</div>
      </div>
    </dialog>`;
  }

  /** Esc closes the card and nothing behind it. */
  private keyPressed(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    this.dialog.close();
  }

  private map(): TemplateResult {
    const { cell, drawing, words, cursor, overlay, running } = this;
    const image = drawing?.picture.image;
    return html`<wl-image-frame
        .pixels=${overlay && image ? { width: image.width, height: image.height, data: overlay.pixels } : null}
        .ratio=${image === undefined ? this.ratio : image.width / image.height}
        ?dimmed=${drawing?.stale === true}
        .label=${drawing === null ? '' : altText(cell, drawing, words)}
        .hint=${words('card.altHint')}
        .cursor=${cursor}
        .zoom=${this.zoom}
        >${cardStrip({ cell, drawing, words, running, again: () => this.controller.runAgain(cell.card.request.key) })}</wl-image-frame
      >
      ${drawing === null ? nothing : this.scale(drawing)}`;
  }

  private scale(drawing: Drawing): TemplateResult {
    const { overlay, words, cursor, cell } = this;
    const value = readValue(drawing, cursor);
    const facts = factsOf(cell.info, drawing, overlay?.top?.rawThreshold, words);
    const at = cursor && drawing.picture.imagePixel(pixelAt(cursor, drawing.picture.image));
    const read =
      at === null ? '' : words('cursor.value', value === null ? words('cursor.outside') : value.text, at.x, at.y);
    const notes = [...(drawing.kind === 'map' ? (drawing.attribution?.notes ?? []) : []), ...(overlay?.findings ?? [])];
    return html`${
      overlay === null || overlay.top !== undefined
        ? html`<p class="facts muted">${facts.kept}</p>`
        : html`<wl-colour-bar
            marks
            .colourMap=${overlay.colourMap}
            .sign=${overlay.sign}
            .low=${overlay.low}
            .high=${overlay.high}
            .marked=${value?.value ?? null}
            .words=${words}
          ></wl-colour-bar>`
    }
      <p class="facts number"><span></span><span class="value">${read}</span></p>
      <ul class="small muted number">
        ${facts.all.split('\n').map((line) => html`<li>${line}</li>`)}
      </ul>
      ${
        notes.length === 0
          ? nothing
          : html`<ul class="notes" aria-label=${words('card.findings')}>
              ${[...new Set(notes)].map((note) => html`<li>${warningIcon}<span>${note}</span></li>`)}
            </ul>`
      }`;
  }

  private parameters(): TemplateResult | typeof nothing {
    const { cell, words, controller } = this;
    const { info, card } = cell;
    if (!this.editable) return nothing;
    return html`<section aria-labelledby="parameters-title">
      <h3 id="parameters-title">${words('card.parameters')}</h3>
      <wl-method-parameters
        .info=${info}
        .request=${card.request}
        .form=${this.form ?? formOf(info, card.request)}
        ?comparable=${this.drawing?.attribution != null}
        .words=${words}
        @wl-run=${({ detail: { request, compare } }: RunEvent) => {
          if (!compare) return controller.runWith(request);
          const { key, preset, parameters = {} } = request;
          controller.compare({
            change: { kind: 'parameters', card: key, ...(preset !== undefined && { preset }), parameters },
          });
          this.dialog.close();
        }}
      ></wl-method-parameters>
    </section>`;
  }

  private about(): TemplateResult {
    const { cell, words, controller, drawing } = this;
    const layer = drawing?.attribution?.layer ?? null;
    const used = this.editable ? [] : Object.entries(drawing?.attribution?.parameters ?? {});
    return html`<section class="about" aria-labelledby="about-title">
      <h3 id="about-title">${words('card.about')}</h3>
      ${aboutMethod(cell.info, layer, used, words, (url) => controller.openSource(url))}
    </section>`;
  }
}
