import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isPending } from '../../shared/explanation/explanation';
import { type Overlay, renderOverlay } from '../../shared/rendering/renderOverlay';
import type { Controller } from '../controller';
import { toolButton } from '../controls/toolButton';
import { baseStyles } from '../styles/base';
import { cardStyles } from '../styles/cards';
import { methodCardStyles } from '../styles/methodCard';
import { toolStyles } from '../styles/tools';
import type { Cell } from '../view/arrangement';
import { type Cursor, wholeImage, type Zoom } from '../view/cursor';
import { altText, factsOf, fullTitle, readValue } from '../view/describeCard';
import { type Drawing, sameDrawing } from '../view/drawing';
import type { PaintQueue } from '../view/paintQueue';
import type { Words } from '../view/words';
import { cardStrip } from './cardStrip';
import { enlargeIcon, pinIcon, saveIcon, warningIcon } from './icons';
import './colourBar';
import './imageFrame';
import type { Pixels } from './imageFrame';

/** Asks to see a card enlarged, with its parameters and what its method is; its key. */
export class EnlargeEvent extends CustomEvent<string> {
  constructor(key: string) {
    super('wl-enlarge', { detail: key, bubbles: true, composed: true });
  }
}

/** One method's result: map, scale, the value under the cursor. Its size is the same from the start, whatever it has to show. */
@customElement('wl-method-card')
export class MethodCard extends LitElement {
  @property({ attribute: false }) cell!: Cell;
  /** What it draws; null while it has nothing. */
  @property({ attribute: false }) drawing: Drawing | null = null;
  /** Width by height of the map, before there is one. */
  @property({ type: Number }) ratio = 1;
  /** Findings that are said above all cards. */
  @property({ attribute: false }) said: ReadonlySet<string> = new Set();
  /** Only what it is compared with, in place of the title that stands beside it. */
  @property({ type: Boolean }) follows = false;
  @property({ type: Boolean }) pinned = false;
  /** Its parameters were changed and not run. */
  @property({ type: Boolean }) changed = false;
  /** A run is under way. */
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  @property({ type: Boolean }) saving = false;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) paints!: PaintQueue;

  @state() private overlay: Overlay | null = null;
  @state() private pixels: Pixels | null = null;
  private alt = '';

  static override styles = [baseStyles, toolStyles, cardStyles, methodCardStyles];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.paints.drop(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('drawing') && !changed.has('cell')) return;
    const { drawing } = this;
    this.alt = drawing === null ? '' : altText(this.cell, drawing, this.words);
    if (drawing === null) {
      this.overlay = this.pixels = null;
      this.paints.drop(this);
    } else if (
      !changed.has('drawing') ||
      !sameDrawing(changed.get('drawing') ?? null, drawing) ||
      this.pixels === null
    ) {
      this.paints.put(this, () => this.paint());
    }
  }

  private paint(): void {
    const { drawing } = this;
    if (drawing === null) return;
    const { picture, region, map, display, scale } = drawing;
    this.overlay = renderOverlay({ image: picture.image, region, map, display, ...(scale && { scale }) });
    this.pixels = { width: picture.image.width, height: picture.image.height, data: this.overlay.pixels };
  }

  protected override render() {
    const { cell, words, drawing, controller, running } = this;
    const { card } = cell;
    return html`<article aria-labelledby="title" aria-busy=${running && isPending(card)} @keydown=${this.keyPressed}>
      <header>${this.heading()}${this.warning()}${this.tools()}</header>
      <wl-image-frame
        .pixels=${this.pixels}
        .ratio=${drawing === null ? this.ratio : drawing.picture.image.width / drawing.picture.image.height}
        ?dimmed=${drawing?.stale === true}
        .label=${this.alt}
        .hint=${words('card.altHint')}
        .cursor=${this.cursor}
        .zoom=${this.zoom}
        >${cardStrip({ cell, drawing, words, running, again: () => controller.runAgain(card.request.key) })}</wl-image-frame
      >
      <div class="scale number">${this.scale()}</div>
    </article>`;
  }

  private heading(): TemplateResult {
    const { cell, words, follows } = this;
    const { info, detail } = cell;
    const full = fullTitle(cell);
    const marks = [
      ...(this.changed ? [words('card.changedNotRun')] : []),
      ...(this.drawing?.kind === 'difference' ? [words('card.difference')] : []),
    ];
    const marked = marks.map((mark) => html` <span class="mark small">${mark}</span>`);
    return follows && detail !== ''
      ? html`<h2 id="title" title=${full} aria-label=${full}>${detail}${marked}</h2>`
      : html`<h2 id="title" title=${full}>${info.title}${detail === '' ? nothing : html` <span class="muted">${detail}</span>`}${marked}</h2>`;
  }

  private notes(): readonly string[] {
    const own = this.drawing?.kind === 'map' ? (this.drawing.attribution?.notes ?? []) : [];
    const all = [...own, ...(this.overlay?.findings ?? [])].filter((note) => !this.said.has(note));
    return [...new Set(all)];
  }

  /** Findings open the enlarged card, where they are read at length. */
  private warning(): TemplateResult | typeof nothing {
    const notes = this.notes();
    if (notes.length === 0) return nothing;
    return html`<button
      type="button"
      class="tool bare warn"
      data-action="findings"
      title=${notes.join('\n')}
      aria-label=${`${this.words('card.findings')}: ${notes.join(' ')}`}
      @click=${this.enlarge}
    >
      ${warningIcon}
    </button>`;
  }

  private tools(): TemplateResult {
    const { cell, words, controller, pinned, drawing } = this;
    const { key } = cell.card.request;
    const name = fullTitle(cell);
    const finished = drawing !== null && drawing.attribution !== null;
    return html`<div class="tools quiet">
        ${finished && !pinned ? toolButton({ label: words('card.pin'), name: `${words('card.pin')}: ${name}`, action: 'pin', icon: pinIcon, bare: true, tip: words('card.pinTip'), onClick: () => controller.pin(key) }) : nothing}
        ${
          cell.card.attribution === null
            ? nothing
            : toolButton({
                label: words('card.save', name),
                action: 'save-one',
                icon: saveIcon,
                bare: true,
                disabled: this.saving,
                onClick: () => void controller.save([key]),
              })
        }
        ${toolButton({ label: words('card.enlarge'), name: `${words('card.enlarge')}: ${name}`, action: 'enlarge', icon: enlargeIcon, bare: true, tip: words('card.enlargeTip'), onClick: this.enlarge })}
      </div>
      ${pinned ? toolButton({ label: words('card.unpin'), name: `${words('card.unpin')}: ${name}`, action: 'unpin', icon: pinIcon, bare: true, pressed: true, onClick: () => controller.unpin(key) }) : nothing}`;
  }

  private scale(): TemplateResult | typeof nothing {
    const { overlay, words, drawing, cursor } = this;
    if (overlay === null || drawing === null) return nothing;
    const value = readValue(drawing, cursor);
    const threshold = overlay.top?.rawThreshold;
    const facts = factsOf(this.cell.info, drawing, threshold, words);
    const read = cursor === null ? '' : value === null ? words('cursor.outside') : value.text;
    return html`${
      overlay.top === undefined
        ? html`<wl-colour-bar
            .colourMap=${overlay.colourMap}
            .sign=${overlay.sign}
            .low=${overlay.low}
            .high=${overlay.high}
            .marked=${value?.value ?? null}
            .words=${words}
          ></wl-colour-bar>`
        : html`<p class="facts muted">${facts.kept}</p>`
    }
    <p class="facts">
      <span class="muted text" title=${facts.all}
        ><span data-testid="range">${facts.range}</span>${facts.cost === '' ? nothing : html` · <span data-testid="cost">${facts.cost}</span>`}${facts.rest === '' ? nothing : ` · ${facts.rest}`}</span
      >
      <span class="value" data-testid="value">${read}</span>
    </p>`;
  }

  private readonly enlarge = (): void => {
    this.dispatchEvent(new EnlargeEvent(this.cell.card.request.key));
  };

  private keyPressed(event: KeyboardEvent): void {
    if (event.key !== 'e' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    event.preventDefault();
    this.enlarge();
  }
}
