import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { ChosenLayer, LayerInfo } from '../../shared/results/layers';
import { button } from '../controls/button';
import { baseStyles } from '../styles/base';
import { fieldStyles } from '../styles/fields';
import { layerPickerStyles } from '../styles/layerPicker';
import { formatShape } from '../view/format';
import { searchLayers } from '../view/layerSearch';
import type { Words } from '../view/words';
import { downIcon } from './icons';

/** Another target layer; null for the model's default. */
export class LayerEvent extends CustomEvent<string | null> {
  constructor(layer: string | null) {
    super('wl-layer', { detail: layer, bubbles: true, composed: true });
  }
}

/** A text field that filters the layers as one types, with the list below (the ARIA combobox pattern). */
@customElement('wl-layer-picker')
export class LayerPicker extends LitElement {
  @property({ attribute: false }) layers: readonly LayerInfo[] = [];
  /** The layer in use and why. */
  @property({ attribute: false }) chosen: ChosenLayer | null = null;
  /** True when the reader chose the layer, so that the default can be restored. */
  @property({ type: Boolean }) overridden = false;
  @property({ attribute: false }) words!: Words;

  @state() private open = false;
  /** Null while the field shows the layer in use. */
  @state() private text: string | null = null;
  @state() private active = 0;
  @query('input') private readonly input!: HTMLInputElement;

  static override styles = [baseStyles, fieldStyles, layerPickerStyles];

  private found(): readonly LayerInfo[] {
    return searchLayers(this.layers, this.text ?? '');
  }

  protected override render() {
    const { words, chosen } = this;
    if (!this.layers.some((layer) => layer.spatial)) {
      return html`<h2>${words('layer.title')}</h2>
        <p class="muted">${words('layer.unavailable')}</p>`;
    }
    const shown = this.layers.find((layer) => layer.name === chosen?.name);
    return html`<h2 id="title">${words('layer.title')}</h2>
      <div class="combo" @focusout=${this.focusLeft}>
        <input
          type="text"
          role="combobox"
          data-field="layer"
          aria-label=${words('layer.search')}
          aria-expanded=${this.open}
          aria-controls="list"
          aria-autocomplete="list"
          aria-activedescendant=${this.open ? `option-${this.active}` : nothing}
          autocomplete="off"
          spellcheck="false"
          .value=${live(this.text ?? chosen?.name ?? '')}
          @focus=${() => this.input.select()}
          @click=${() => this.show()}
          @input=${this.typed}
          @keydown=${this.keyPressed}
        />
        <span class="arrow">${downIcon}</span>
        ${this.list()}
      </div>
      ${
        shown === undefined
          ? nothing
          : html`<p class="small number">
              <span class="mono">${shown.operator}</span> <span class="muted">${formatShape(shown.shape)}</span>
            </p>`
      }
      ${chosen === null ? nothing : html`<p class="small muted">${chosen.why}</p>`}
      ${
        this.overridden
          ? button({ label: words('layer.useDefault'), action: 'default-layer', onClick: () => this.choose(null) })
          : nothing
      }`;
  }

  private list() {
    const { words } = this;
    const matches = this.open ? this.found() : [];
    return html`<ul id="list" role="listbox" aria-label=${words('layer.title')} ?hidden=${!this.open || matches.length === 0}>
        ${matches.map(
          (layer, i) => html`<li
            id=${`option-${i}`}
            role="option"
            data-layer=${layer.name}
            aria-selected=${layer.name === this.chosen?.name}
            class=${i === this.active ? 'active' : ''}
            @pointerdown=${(event: Event) => event.preventDefault()}
            @click=${() => this.choose(layer.name)}
          >
            <span class="name">${layer.name}</span>
            <span class="detail number">${layer.operator} ${formatShape(layer.shape)}</span>
          </li>`,
        )}
      </ul>
      <div role="status">
        ${this.open && matches.length === 0 ? html`<p class="none small">${words('layer.none', this.text ?? '')}</p>` : nothing}
      </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (this.open && (changed.has('active') || changed.has('open'))) {
      this.renderRoot.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
    }
  }

  private show(): void {
    if (this.open) return;
    this.open = true;
    this.active = Math.max(
      0,
      this.found().findIndex((layer) => layer.name === this.chosen?.name),
    );
  }

  private close(): void {
    this.open = false;
    this.text = null;
  }

  private typed(): void {
    this.text = this.input.value;
    this.open = true;
    this.active = 0;
  }

  private focusLeft(): void {
    this.close();
  }

  private keyPressed(event: KeyboardEvent): void {
    const count = this.found().length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!this.open) this.show();
      else if (count > 0) this.active = (this.active + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
    } else if (event.key === 'Enter' && this.open) {
      const layer = this.found()[this.active];
      if (layer !== undefined) this.choose(layer.name);
    } else if (event.key === 'Escape' && this.open) {
      this.close();
    } else return;
    event.preventDefault();
  }

  private choose(layer: string | null): void {
    const change = layer === null ? this.overridden : layer !== this.chosen?.name;
    this.close();
    if (change) this.dispatchEvent(new LayerEvent(layer));
  }
}
