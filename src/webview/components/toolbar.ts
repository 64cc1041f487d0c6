import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { colourMaps } from '../../shared/rendering/colourMaps';
import { type DisplayMode, type DisplayOptions, defaultDisplay } from '../../shared/rendering/display';
import { dropdown } from '../controls/dropdown';
import { range } from '../controls/range';
import { segmentStyles, segments } from '../controls/segments';
import { toolButton } from '../controls/toolButton';
import { baseStyles } from '../styles/base';
import { fieldStyles } from '../styles/fields';
import { toolbarStyles } from '../styles/toolbar';
import { toolStyles } from '../styles/tools';
import { wholeImage, type Zoom, zoomAt } from '../view/cursor';
import { RoomController } from '../view/room';
import type { Words } from '../view/words';
import { fitIcon, minusIcon, moreIcon, plusIcon } from './icons';
import { ZoomEvent } from './imageFrame';
import { type LayerFieldOptions, layerField } from './layerField';
import './popover';

export class DisplayEvent extends CustomEvent<DisplayOptions> {
  constructor(display: DisplayOptions) {
    super('wl-display', { detail: display, bubbles: true, composed: true });
  }
}

const modes: readonly DisplayMode[] = ['blended', 'heat-map', 'masked', 'top-k'];
const signs: readonly DisplayOptions['sign'][] = ['auto', 'signed', 'positive', 'negative', 'absolute'];

/** How all cards are drawn, in one line of constant height. Nothing is computed again but for another layer. */
@customElement('wl-toolbar')
export class Toolbar extends LitElement {
  @property({ attribute: false }) display!: DisplayOptions;
  /** The view that is shown; null while there is no image. */
  @property({ attribute: false }) view: 'image' | 'model' | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  /** Null while no model has been opened. */
  @property({ attribute: false }) layer: Omit<LayerFieldOptions, 'words'> | null = null;
  @property({ attribute: false }) words!: Words;
  private readonly space = new RoomController(this);

  static override styles = [baseStyles, toolStyles, fieldStyles, segmentStyles, toolbarStyles];

  protected override render() {
    const { words } = this;
    const { room } = this.space;
    const isWide = room === 'wide';
    const isBroad = isWide || room === 'broad';
    const folded = [
      ...(isBroad ? [] : [this.colours()]),
      ...(isWide ? [] : [this.sign(), this.outliers()]),
      ...(isBroad ? [] : [this.scale(), this.layerChoice()]),
    ];
    return html`<div class="bar ${room}" role="group" aria-label=${words('display.title')}>
      ${this.views()} ${this.mode()} ${isBroad ? this.colours() : nothing}
      ${isWide ? html`${this.sign()} ${this.outliers()}` : nothing}
      ${this.strength(isWide)}
      ${isBroad ? html`${this.scale()} ${this.layerChoice()}` : nothing}
      <div class="end">
        ${this.zoomButtons()}
        <wl-popover .label=${words('display.more')} .action=${'more-display'} .icon=${moreIcon} bare>
          <div class="folded">
            ${folded}
            ${toolButton({
              label: words('display.reset'),
              action: 'reset-display',
              closes: true,
              onClick: () => this.dispatchEvent(new DisplayEvent({ ...defaultDisplay, scale: this.display.scale })),
            })}
          </div>
        </wl-popover>
      </div>
    </div>`;
  }

  private views(): TemplateResult {
    const { words } = this;
    return segments({
      label: words('display.view'),
      name: 'view',
      value: this.view ?? '',
      options: (['image', 'model'] as const).map((view) => ({
        value: view,
        label: words(`display.view.${view}`),
        tip: words(`display.view.${view}Tip`),
      })),
      onChange: (view) => this.change({ view: view as DisplayOptions['view'] }),
    });
  }

  private mode(): TemplateResult {
    const { words, display } = this;
    return dropdown({
      label: words('display.mode'),
      name: 'mode',
      value: display.mode,
      options: modes.map((mode) => ({ value: mode, label: words(`display.mode.${mode}`) })),
      onChange: (mode) => this.change({ mode: mode as DisplayMode }),
    });
  }

  private colours(): TemplateResult {
    const { words, display } = this;
    return dropdown({
      label: words('display.colourMap'),
      name: 'colour-map',
      value: display.colourMap,
      options: [
        { value: 'auto', label: words('display.colourMap.auto') },
        ...colourMaps.map((map) => ({ value: map.name, label: map.title })),
      ],
      onChange: (colourMap) => this.change({ colourMap: colourMap as DisplayOptions['colourMap'] }),
    });
  }

  private sign(): TemplateResult {
    const { words, display } = this;
    return dropdown({
      label: words('display.sign'),
      name: 'sign',
      value: display.sign,
      options: signs.map((sign) => ({ value: sign, label: words(`display.sign.${sign}`) })),
      onChange: (sign) => this.change({ sign: sign as DisplayOptions['sign'] }),
    });
  }

  private outliers(): TemplateResult {
    const { words, display } = this;
    return range({
      label: words('display.outliers'),
      numberLabel: words('display.value', words('display.outliers')),
      name: 'outliers',
      value: display.outlierPercentile,
      minimum: 0,
      maximum: 20,
      step: 0.5,
      unit: words('display.percent'),
      disabled: display.mode === 'top-k',
      slider: false,
      onInput: (outlierPercentile) => this.change({ outlierPercentile }),
    });
  }

  /** How strong the heat map is, or how much of it is kept: one place, as a mode has one of the two. */
  private strength(number: boolean): TemplateResult {
    const { words, display } = this;
    const topK = display.mode === 'top-k';
    return range({
      label: words(topK ? 'display.topK' : 'display.opacity'),
      numberLabel: words('display.value', words(topK ? 'display.topK' : 'display.opacity')),
      name: topK ? 'top-k' : 'opacity',
      value: topK ? display.topK : Math.round(100 * display.opacity),
      minimum: topK ? 1 : 0,
      maximum: 100,
      step: 1,
      unit: words('display.percent'),
      disabled: display.mode !== 'blended' && !topK,
      number,
      onInput: (value) => this.change(topK ? { topK: value } : { opacity: value / 100 }),
    });
  }

  private scale(): TemplateResult {
    const { words, display } = this;
    return html`<div class="field">
      <span class="field-label" aria-hidden="true">${words('display.scale')}</span>
      ${segments({
        label: words('display.scale'),
        name: 'scale',
        value: display.scale,
        options: (['own', 'shared'] as const).map((scale) => ({
          value: scale,
          label: words(`display.scale.${scale}`),
          tip: words(`display.scale.${scale}Tip`),
        })),
        onChange: (scale) => this.change({ scale: scale as DisplayOptions['scale'] }),
      })}
    </div>`;
  }

  private layerChoice(): TemplateResult | typeof nothing {
    return this.layer === null ? nothing : layerField({ ...this.layer, words: this.words });
  }

  private zoomButtons(): TemplateResult {
    const { words, zoom } = this;
    const set = (next: Zoom) => this.dispatchEvent(new ZoomEvent(next));
    const by = (factor: number) => set(zoomAt(zoom, factor, { x: 0.5, y: 0.5 }));
    return html`<div class="zoom" role="group" aria-label=${words('zoom.title')}>
      ${toolButton({ label: words('zoom.out'), action: 'zoom-out', icon: minusIcon, bare: true, disabled: zoom.scale === 1, onClick: () => by(1 / 1.5) })}
      <output class="number" aria-live="off" data-testid="zoom">${words('zoom.level', Math.round(100 * zoom.scale))}</output>
      ${toolButton({ label: words('zoom.in'), action: 'zoom-in', icon: plusIcon, bare: true, tip: words('zoom.inTip'), onClick: () => by(1.5) })}
      ${toolButton({ label: words('zoom.reset'), action: 'reset-zoom', icon: fitIcon, bare: true, disabled: zoom.scale === 1, onClick: () => set(wholeImage) })}
    </div>`;
  }

  private change(part: Partial<DisplayOptions>): void {
    this.dispatchEvent(new DisplayEvent({ ...this.display, ...part }));
  }
}
