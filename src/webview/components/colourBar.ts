import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query, queryAll } from 'lit/decorators.js';
import { type ColourBarTick, colourBarCss, colourBarTicks } from '../../shared/rendering/colourBar';
import type { ColourMapName } from '../../shared/rendering/colourMaps';
import type { SignMode } from '../../shared/rendering/display';
import { formatValue } from '../../shared/words/summary';
import { baseStyles } from '../styles/base';
import type { Words } from '../view/words';

/** Length of the bar of the narrowest card in digits, and the least space between two labels. */
const barDigits = 29;
const leastSpace = 1.2;

/** Whether the labels leave space between each other; those at the ends are shifted inwards, see {@link edge}. */
function standApart(ticks: readonly ColourBarTick[]): boolean {
  const spans = ticks.map(({ position, label }) => {
    const half = label.length / 2;
    const centre = Math.min(Math.max(position * barDigits, half), barDigits - half);
    return { from: centre - half, to: centre + half };
  });
  return spans.every((span, i) => i === 0 || span.from - spans[i - 1]!.to >= leastSpace);
}

/** The scale of a card: colours from the low to the high end, and the raw values they stand for. */
@customElement('wl-colour-bar')
export class ColourBar extends LitElement {
  @property() colourMap: ColourMapName = 'viridis';
  @property() sign: SignMode = 'positive';
  @property({ type: Number }) low = 0;
  @property({ type: Number }) high = 1;
  /** Raw value to mark, that under the cursor; null for none. */
  @property({ attribute: false }) marked: number | null = null;
  @property({ attribute: false }) words!: Words;

  @query('.bar') private readonly bar!: HTMLElement;
  @query('.marker') private readonly marker!: HTMLElement;
  @queryAll('.tick') private readonly ticks!: NodeListOf<HTMLElement>;

  static override styles = [
    baseStyles,
    css`
      .bar {
        position: relative;
        height: 10px;
        border: 1px solid var(--wl-border);
        forced-color-adjust: none;
      }
      .marker {
        position: absolute;
        top: -3px;
        bottom: -3px;
        left: var(--wl-at);
        width: 2px;
        margin-left: -1px;
        background: var(--vscode-editor-foreground);
        box-shadow: 0 0 0 1px var(--vscode-editor-background);
      }
      .scale {
        position: relative;
        height: 22px;
        margin: 0 1px;
        font-size: 11px;
        line-height: 14px;
      }
      .tick {
        position: absolute;
        left: var(--wl-at);
        padding-top: 5px;
        transform: translateX(-50%);
        white-space: nowrap;
      }
      .tick.first {
        transform: none;
      }
      .tick.last {
        transform: translateX(-100%);
      }
      .tick::before {
        position: absolute;
        top: 0;
        left: 50%;
        width: 1px;
        height: 4px;
        background: currentColor;
        content: '';
      }
      .tick.first::before {
        left: 0;
      }
      .tick.last::before {
        right: 0;
        left: auto;
      }
    `,
  ];

  /** As many marks as stand apart on the narrowest card. */
  private marks(): readonly ColourBarTick[] {
    const candidates = [5, 4, 3, 2].map((wanted) => colourBarTicks(this.low, this.high, wanted));
    return candidates.find(standApart) ?? candidates.at(-1) ?? [];
  }

  protected override render() {
    const name = this.words('card.colourBar', formatValue(this.low), formatValue(this.high));
    return html`<div class="bar" role="img" aria-label=${name}>
        <div class="marker" ?hidden=${this.marked === null}></div>
      </div>
      <div class="scale number" aria-hidden="true">
        ${this.marks().map((tick) => html`<span class="tick ${edge(tick)}">${tick.label}</span>`)}
      </div>`;
  }

  /** Positions and colours are set as properties: the page's policy forbids style attributes. */
  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('colourMap') || changed.has('sign')) {
      this.bar.style.backgroundImage = colourBarCss(this.colourMap, this.sign);
    }
    this.marks().forEach((tick, i) => {
      this.ticks[i]?.style.setProperty('--wl-at', `${100 * tick.position}%`);
    });
    if (this.marked !== null) {
      const share = (this.marked - this.low) / (this.high - this.low);
      this.marker.style.setProperty('--wl-at', `${100 * Math.min(1, Math.max(0, share))}%`);
    }
  }
}

/** Labels near an end are aligned to it, so that they stay inside the card. */
function edge(tick: ColourBarTick): string {
  if (tick.position < 0.06) return 'first';
  return tick.position > 0.94 ? 'last' : '';
}
