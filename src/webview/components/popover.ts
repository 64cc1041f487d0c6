import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { baseStyles } from '../styles/base';
import { toolStyles } from '../styles/tools';

/** A button with a box below it that shows what is in this element. Esc, a press elsewhere and a choice close it again. */
@customElement('wl-popover')
export class Popover extends LitElement {
  @property() label = '';
  /** Stable name for tests: `data-action` of the button. */
  @property() action = '';
  @property() tip = '';
  @property({ attribute: false }) icon: TemplateResult | undefined;
  /** Shows the icon alone; the label stays as the accessible name. */
  @property({ type: Boolean }) bare = false;
  @property({ type: Boolean, reflect: true }) open = false;

  @query('button') private readonly button!: HTMLButtonElement;
  @query('.box') private readonly box!: HTMLElement;
  @state() private readonly boxId = 'box';

  static override styles = [
    baseStyles,
    toolStyles,
    css`
      :host {
        position: relative;
        display: inline-block;
        min-width: 0;
      }
      button {
        max-width: 100%;
      }
      .box {
        position: absolute;
        z-index: 20;
        top: calc(100% + 2px);
        left: 0;
        width: max-content;
        max-width: min(420px, calc(100vw - 16px));
        padding: 6px;
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-menu-border, var(--wl-border)));
        border-radius: 4px;
        background: var(--vscode-menu-background, var(--vscode-editor-background));
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.pressed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.pressed);
  }

  protected override render() {
    const { label, icon, bare, open } = this;
    return html`<button
        type="button"
        class="tool ${bare ? 'bare' : ''}"
        data-action=${this.action}
        aria-label=${bare ? label : nothing}
        title=${this.tip || (bare ? label : nothing)}
        aria-expanded=${open}
        aria-controls=${this.boxId}
        @click=${() => {
          this.open = !open;
        }}
        @keydown=${this.keyPressed}
      >
        ${icon ?? nothing}${bare ? nothing : html`<span class="text">${label}</span>`}
      </button>
      <div
        id="box"
        class="box"
        role="group"
        aria-label=${label}
        ?hidden=${!open}
        @keydown=${this.keyPressed}
        @focusout=${this.focusLeft}
        @click=${this.chosen}
      >
        <slot></slot>
      </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('open') || !this.open) return;
    this.box.style.left = '0';
    const { left, right } = this.box.getBoundingClientRect();
    const over = Math.max(0, right - (document.documentElement.clientWidth - 8));
    this.box.style.left = `${-Math.min(over, left - 8)}px`;
  }

  private readonly pressed = (event: PointerEvent): void => {
    if (this.open && !event.composedPath().includes(this)) this.open = false;
  };

  private focusLeft(event: FocusEvent): void {
    const next = event.relatedTarget;
    if (next instanceof Node && !this.contains(next)) this.open = false;
  }

  private keyPressed(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.open || event.defaultPrevented) return;
    event.preventDefault();
    this.open = false;
    this.button.focus();
  }

  /** What is chosen from the box closes it: elements that are marked so. */
  private chosen(event: Event): void {
    const closes = event.composedPath().some((each) => each instanceof HTMLElement && each.hasAttribute('data-closes'));
    if (!closes) return;
    this.open = false;
    this.button.focus();
  }
}
