import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { baseStyles } from '../styles/base';
import { type Cursor, fractionOf, moveCursor, pixelAt, type Size, wholeImage, type Zoom, zoomAt } from '../view/cursor';

/** The reader points at a pixel, or (null) at none. */
export class CursorEvent extends CustomEvent<{ readonly cursor: Cursor | null; readonly keyboard: boolean }> {
  constructor(cursor: Cursor | null, keyboard: boolean) {
    super('wl-cursor', { detail: { cursor, keyboard }, bubbles: true, composed: true });
  }
}

export class ZoomEvent extends CustomEvent<Zoom> {
  constructor(zoom: Zoom) {
    super('wl-zoom', { detail: zoom, bubbles: true, composed: true });
  }
}

/** RGBA pixels ready for a canvas. */
export interface Pixels extends Size {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** An image with a cross-hair that is shared with all other images, moved by pointer or keys. */
@customElement('wl-image-frame')
export class ImageFrame extends LitElement {
  @property({ attribute: false }) pixels: Pixels | null = null;
  /** What the image shows, in words. */
  @property() label = '';
  @property() hint = '';
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;

  @query('canvas') private readonly canvas!: HTMLCanvasElement;
  @query('.frame') private readonly frame!: HTMLElement;
  private readonly resizes = new ResizeObserver(() => this.placeCanvas());
  private dragging: { readonly x: number; readonly y: number } | null = null;

  static override styles = [
    baseStyles,
    css`
      .frame {
        position: relative;
        overflow: hidden;
        width: min(100%, calc(var(--wl-frame-height, 420px) * var(--wl-ratio, 1)));
        aspect-ratio: var(--wl-ratio, 1);
        margin-inline: auto;
        cursor: crosshair;
        touch-action: pan-y;
      }
      .frame:focus-visible {
        outline: 2px solid var(--vscode-focusBorder);
        outline-offset: 1px;
      }
      canvas {
        position: absolute;
        display: block;
      }
      .cross {
        position: absolute;
        pointer-events: none;
        background: var(--vscode-editor-foreground);
        box-shadow: 0 0 0 1px var(--vscode-editor-background);
        opacity: 0.75;
      }
      .vertical {
        top: 0;
        bottom: 0;
        left: var(--wl-x);
        width: 1px;
      }
      .horizontal {
        left: 0;
        right: 0;
        top: var(--wl-y);
        height: 1px;
      }
      @media (forced-colors: active) {
        .cross {
          background: CanvasText;
          box-shadow: 0 0 0 1px Canvas;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.resizes.observe(this.frame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizes.disconnect();
  }

  protected override render() {
    return html`<div
      class="frame"
      tabindex="0"
      role="application"
      aria-label=${this.label}
      aria-describedby="hint"
      @pointermove=${this.pointerMoved}
      @pointerdown=${this.pointerPressed}
      @pointerup=${this.pointerReleased}
      @pointerleave=${this.pointerLeft}
      @wheel=${this.wheelTurned}
      @keydown=${this.keyPressed}
    >
      <canvas role="img" aria-label=${this.label} tabindex="-1"></canvas>
      ${
        this.cursor === null
          ? nothing
          : html`<div class="cross vertical"></div>
            <div class="cross horizontal"></div>`
      }
      <span id="hint" class="hidden-text">${this.hint}</span>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.resizes.observe(this.frame);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { pixels } = this;
    if (changed.has('pixels') && pixels !== null) {
      this.frame.style.setProperty('--wl-ratio', String(pixels.width / pixels.height));
      if (this.canvas.width !== pixels.width) this.canvas.width = pixels.width;
      if (this.canvas.height !== pixels.height) this.canvas.height = pixels.height;
      this.canvas.getContext('2d')?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
    }
    if (changed.has('pixels') || changed.has('zoom')) this.placeCanvas();
    if (this.cursor !== null && pixels !== null) {
      const { x, y } = fractionOf(this.cursor, pixels, this.zoom);
      this.frame.style.setProperty('--wl-x', `${100 * x}%`);
      this.frame.style.setProperty('--wl-y', `${100 * y}%`);
    }
  }

  /** Zooming moves and stretches the canvas; its own pixels stay those of the image. */
  private placeCanvas(): void {
    const { pixels, zoom, canvas } = this;
    if (pixels === null) return;
    canvas.style.width = canvas.style.height = `${100 * zoom.scale}%`;
    canvas.style.left = `${100 * (0.5 - zoom.x * zoom.scale)}%`;
    canvas.style.top = `${100 * (0.5 - zoom.y * zoom.scale)}%`;
    const shownPixel = (this.frame.clientWidth * zoom.scale * devicePixelRatio) / pixels.width;
    canvas.style.imageRendering = shownPixel > 1.5 ? 'pixelated' : 'auto';
  }

  private fraction(event: MouseEvent): { x: number; y: number } {
    const box = this.frame.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  private pointerMoved(event: PointerEvent): void {
    if (this.pixels === null) return;
    const at = this.fraction(event);
    if (this.dragging !== null && this.zoom.scale > 1) {
      const { scale, x, y } = this.zoom;
      const moved = { scale, x: x - (at.x - this.dragging.x) / scale, y: y - (at.y - this.dragging.y) / scale };
      this.dragging = at;
      this.dispatchEvent(new ZoomEvent(zoomAt(moved, 1, { x: 0.5, y: 0.5 })));
    }
    this.dispatchEvent(new CursorEvent(pixelAt(at, this.pixels, this.zoom), false));
  }

  private pointerPressed(event: PointerEvent): void {
    if (event.button !== 0 || this.zoom.scale === 1) return;
    this.dragging = this.fraction(event);
    this.frame.setPointerCapture(event.pointerId);
  }

  private pointerReleased(): void {
    this.dragging = null;
  }

  private pointerLeft(): void {
    this.dispatchEvent(new CursorEvent(null, false));
  }

  private wheelTurned(event: WheelEvent): void {
    // A bare wheel scrolls the page, as everywhere else.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.dispatchEvent(new ZoomEvent(zoomAt(this.zoom, 2 ** (-event.deltaY / 240), this.fraction(event))));
  }

  private keyPressed(event: KeyboardEvent): void {
    if (this.pixels === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const anchor = this.cursor === null ? { x: 0.5, y: 0.5 } : fractionOf(this.cursor, this.pixels, this.zoom);
    if (event.key === '+' || event.key === '=') this.dispatchEvent(new ZoomEvent(zoomAt(this.zoom, 1.5, anchor)));
    else if (event.key === '-') this.dispatchEvent(new ZoomEvent(zoomAt(this.zoom, 1 / 1.5, anchor)));
    else if (event.key === '0') this.dispatchEvent(new ZoomEvent(wholeImage));
    else {
      const step = Math.max(1, Math.round(this.pixels.width / this.zoom.scale / 200));
      const moved = moveCursor(this.cursor, event.key, event.shiftKey, this.pixels, step);
      if (moved === null) return;
      this.dispatchEvent(new CursorEvent(moved, true));
    }
    event.preventDefault();
  }
}
