import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query, queryAll, state } from 'lit/decorators.js';
import { type ColourBarTick, colourBarCss, colourBarTicks } from '../../shared/rendering/colourBar';
import type { ColourMapName } from '../../shared/rendering/colourMaps';
import type { SignMode } from '../../shared/rendering/display';
import { formatValue } from '../../shared/words/summary';
import { baseStyles } from '../styles/base';
import type { Words } from '../view/words';

/** The least space between two labels, in pixels. */
const leastSpace = 8;

/** The scale of a card: colours from the low to the high end, and the raw values they stand for. */
@customElement('wl-colour-bar')
export class ColourBar extends LitElement {
  @property() colourMap: ColourMapName = 'viridis';
  @property() sign: SignMode = 'positive';
  @property({ type: Number }) low = 0;
  @property({ type: Number }) high = 1;
  /** Raw value to mark, that under the cursor; null for none. */
  @property({ attribute: false }) marked: number | null = null;
  /** With marks at round values below the bar; the values of its ends stand beside it otherwise. */
  @property({ type: Boolean, reflect: true }) marks = false;
  @property({ attribute: false }) words!: Words;

  /** How many marks have room. */
  @state() private wanted = 5;
  @query('.bar') private readonly bar!: HTMLElement;
  @query('.marker') private readonly marker!: HTMLElement;
  @queryAll('.tick') private readonly ticks!: NodeListOf<HTMLElement>;
  private readonly resizes = new ResizeObserver(() => {
    this.wanted = 5;
    this.requestUpdate();
  });

  static override styles = [
    baseStyles,
    css`
      .line {
        display: flex;
        align-items: center;
        gap: 6px;
        height: 14px;
        font-size: 11px;
        line-height: 14px;
        white-space: nowrap;
      }
      .bar {
        position: relative;
        flex: 1;
        min-width: 20px;
        height: 8px;
        outline: 1px solid var(--wl-border);
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
        height: 20px;
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

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizes.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('low') || changed.has('high')) this.wanted = 5;
  }

  private shownTicks(): readonly ColourBarTick[] {
    return this.marks ? colourBarTicks(this.low, this.high, this.wanted) : [];
  }

  protected override render() {
    const { words, marks } = this;
    const [low, high] = [formatValue(this.low), formatValue(this.high)];
    const bar = html`<div class="bar" role="img" aria-label=${words('card.colourBar', low, high)}>
      <div class="marker" ?hidden=${this.marked === null}></div>
    </div>`;
    if (!marks) {
      return html`<div class="line number">
        <span aria-hidden="true">${low}</span>${bar}<span aria-hidden="true">${high}</span>
      </div>`;
    }
    return html`<div class="line">${bar}</div>
      <div class="scale number" aria-hidden="true">
        ${this.shownTicks().map((tick) => html`<span class="tick ${edge(tick)}">${tick.label}</span>`)}
      </div>`;
  }

  /** Positions and colours are set as properties: the page's policy forbids style attributes. */
  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('colourMap') || changed.has('sign')) {
      this.bar.style.backgroundImage = colourBarCss(this.colourMap, this.sign);
    }
    this.shownTicks().forEach((tick, i) => {
      this.ticks[i]?.style.setProperty('--wl-at', `${100 * tick.position}%`);
    });
    if (this.marks && this.wanted > 2 && this.collide()) this.wanted--;
    if (this.marked !== null) {
      const share = (this.marked - this.low) / (this.high - this.low);
      this.marker.style.setProperty('--wl-at', `${100 * Math.min(1, Math.max(0, share))}%`);
    }
  }

  /** Whether two labels, as they are drawn, leave too little space between each other. */
  private collide(): boolean {
    const boxes = [...this.ticks].map((tick) => tick.getBoundingClientRect());
    return boxes.some((box, i) => i > 0 && box.left - boxes[i - 1]!.right < leastSpace);
  }
}

/** Labels near an end are aligned to it, so that they stay inside the card. */
function edge(tick: ColourBarTick): string {
  if (tick.position < 0.06) return 'first';
  return tick.position > 0.94 ? 'last' : '';
}
