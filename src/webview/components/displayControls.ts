import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { colourMaps } from '../../shared/rendering/colourMaps';
import { type DisplayMode, type DisplayOptions, defaultDisplay } from '../../shared/rendering/display';
import type { PanelStringKey } from '../../shared/words/panelStrings';
import { button } from '../controls/button';
import { dropdown } from '../controls/dropdown';
import { range } from '../controls/range';
import { baseStyles } from '../styles/base';
import { fieldStyles } from '../styles/fields';
import type { Words } from '../view/words';

export class DisplayEvent extends CustomEvent<DisplayOptions> {
  constructor(display: DisplayOptions) {
    super('wl-display', { detail: display, bubbles: true, composed: true });
  }
}

const modes: readonly DisplayMode[] = ['blended', 'heat-map', 'masked', 'top-k'];
const signs: readonly DisplayOptions['sign'][] = ['auto', 'signed', 'positive', 'negative', 'absolute'];

/** How all cards are drawn. Nothing is computed again: the page draws the raw maps anew. */
@customElement('wl-display-controls')
export class DisplayControls extends LitElement {
  @property({ attribute: false }) display!: DisplayOptions;
  @property({ attribute: false }) words!: Words;

  static override styles = [
    baseStyles,
    fieldStyles,
    css`
      h2 {
        margin-bottom: 6px;
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(220px, 100%), 1fr));
        gap: 10px 16px;
      }
      .reset {
        margin-top: 10px;
      }
    `,
  ];

  protected override render() {
    const { display, words } = this;
    const percent = words('display.percent');
    return html`<h2>${words('display.title')}</h2>
      <div class="fields">
        ${dropdown({
          label: words('display.mode'),
          name: 'mode',
          value: display.mode,
          options: modes.map((mode) => ({ value: mode, label: words(`display.mode.${mode}`) })),
          onChange: (mode) => this.change({ mode: mode as DisplayMode }),
        })}
        ${dropdown({
          label: words('display.colourMap'),
          name: 'colour-map',
          value: display.colourMap,
          options: [
            { value: 'auto', label: words('display.colourMap.auto') },
            ...colourMaps.map((map) => ({ value: map.name, label: map.title })),
          ],
          onChange: (colourMap) => this.change({ colourMap: colourMap as DisplayOptions['colourMap'] }),
        })}
        ${dropdown({
          label: words('display.sign'),
          name: 'sign',
          value: display.sign,
          options: signs.map((sign) => ({ value: sign, label: words(`display.sign.${sign}` as PanelStringKey) })),
          onChange: (sign) => this.change({ sign: sign as DisplayOptions['sign'] }),
        })}
        ${range({
          label: words('display.outliers'),
          numberLabel: words('display.value', words('display.outliers')),
          name: 'outliers',
          value: display.outlierPercentile,
          minimum: 0,
          maximum: 20,
          step: 0.5,
          unit: percent,
          disabled: display.mode === 'top-k',
          onInput: (outlierPercentile) => this.change({ outlierPercentile }),
        })}
        ${range({
          label: words('display.opacity'),
          numberLabel: words('display.value', words('display.opacity')),
          name: 'opacity',
          value: Math.round(100 * display.opacity),
          minimum: 0,
          maximum: 100,
          step: 1,
          unit: percent,
          disabled: display.mode !== 'blended',
          onInput: (opacity) => this.change({ opacity: opacity / 100 }),
        })}
        ${range({
          label: words('display.topK'),
          numberLabel: words('display.value', words('display.topK')),
          name: 'top-k',
          value: display.topK,
          minimum: 1,
          maximum: 100,
          step: 1,
          unit: percent,
          disabled: display.mode !== 'top-k',
          onInput: (topK) => this.change({ topK }),
        })}
      </div>
      <div class="reset">
        ${button({
          label: words('display.reset'),
          action: 'reset-display',
          onClick: () => this.dispatchEvent(new DisplayEvent(defaultDisplay)),
        })}
      </div>`;
  }

  private change(part: Partial<DisplayOptions>): void {
    this.dispatchEvent(new DisplayEvent({ ...this.display, ...part }));
  }
}
