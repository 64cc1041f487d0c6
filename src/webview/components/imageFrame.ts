import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { baseStyles } from '../styles/base';
import { imageFrameStyles } from '../styles/imageFrame';
import {
  type Cursor,
  centreOf,
  cursorAt,
  inFrame,
  movePixel,
  type Pixel,
  pixelAt,
  type Size,
  wholeImage,
  type Zoom,
  zoomAt,
} from '../view/cursor';

/** The reader points at a place, or (null) at none. With `pixel` and `size` when a key moved the cursor on an image. */
export class CursorEvent extends CustomEvent<{
  readonly cursor: Cursor | null;
  readonly keyed: { readonly pixel: Pixel; readonly size: Size } | null;
}> {
  constructor(cursor: Cursor | null, keyed: { readonly pixel: Pixel; readonly size: Size } | null = null) {
    super('wl-cursor', { detail: { cursor, keyed }, bubbles: true, composed: true });
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

/** Of a longer strip the frame is drawn in the middle of a box of these proportions, so that words and buttons have room. */
const widest = 4;
const highest = 0.5;

/**
 * An image with a cross-hair that is shared with all other images, moved by pointer or keys. It has its size before it has its pixels; what
 * is slotted into it lies over its lower end.
 */
@customElement('wl-image-frame')
export class ImageFrame extends LitElement {
  @property({ attribute: false }) pixels: Pixels | null = null;
  /** Width by height. */
  @property({ type: Number }) ratio = 1;
  /** Shows that what is drawn is not what is asked for now. */
  @property({ type: Boolean, reflect: true }) dimmed = false;
  /** What the image shows, in words. */
  @property() label = '';
  @property() hint = '';
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;

  @query('canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.frame') private readonly frame!: HTMLElement;
  private readonly resizes = new ResizeObserver(() => this.placeCanvas());
  private dragging: { readonly x: number; readonly y: number } | null = null;

  static override styles = [baseStyles, imageFrameStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.resizes.observe(this.frame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizes.disconnect();
  }

  protected override render() {
    const drawn = this.pixels !== null;
    return html`<div class="stage">
      <div
        class="frame"
        tabindex=${drawn ? '0' : nothing}
        role=${drawn ? 'application' : nothing}
        aria-label=${drawn ? this.label : nothing}
        aria-describedby=${drawn ? 'hint' : nothing}
        @pointermove=${this.pointerMoved}
        @pointerdown=${this.pointerPressed}
        @pointerup=${this.pointerReleased}
        @pointerleave=${() => this.dispatchEvent(new CursorEvent(null))}
        @dblclick=${this.pressedTwice}
        @wheel=${this.wheelTurned}
        @keydown=${this.keyPressed}
      >
        ${
          drawn
            ? html`<canvas role="img" aria-label=${this.label} tabindex="-1"></canvas>
              <span id="hint" class="hidden-text">${this.hint}</span>`
            : nothing
        }
        ${
          this.cursor === null || !drawn
            ? nothing
            : html`<div class="cross vertical"></div>
              <div class="cross horizontal"></div>`
        }
      </div>
      <div class="over"><slot></slot></div>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.resizes.observe(this.frame);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { pixels, canvas } = this;
    if (changed.has('ratio')) {
      const stage = Math.min(widest, Math.max(highest, this.ratio));
      this.style.setProperty('--wl-ratio', String(this.ratio));
      this.style.setProperty('--wl-stage', String(stage));
      this.style.setProperty('--wl-frame-width', `${100 * Math.min(1, this.ratio / stage)}%`);
    }
    if (changed.has('pixels') && pixels !== null && canvas !== null) {
      if (canvas.width !== pixels.width) canvas.width = pixels.width;
      if (canvas.height !== pixels.height) canvas.height = pixels.height;
      canvas.getContext('2d')?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
    }
    if (changed.has('pixels') || changed.has('zoom')) this.placeCanvas();
    if (this.cursor !== null && pixels !== null) {
      const { x, y } = inFrame(centreOf(pixelAt(this.cursor, pixels), pixels), this.zoom);
      this.frame.style.setProperty('--wl-x', `${100 * x}%`);
      this.frame.style.setProperty('--wl-y', `${100 * y}%`);
    }
  }

  /** Zooming moves and stretches the canvas; its own pixels stay those of the image. */
  private placeCanvas(): void {
    const { pixels, zoom, canvas } = this;
    if (pixels === null || canvas === null) return;
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
    this.dispatchEvent(new CursorEvent(cursorAt(at, this.zoom)));
  }

  private pointerPressed(event: PointerEvent): void {
    if (event.button !== 0 || this.zoom.scale === 1) return;
    this.dragging = this.fraction(event);
    this.frame.setPointerCapture(event.pointerId);
  }

  private pointerReleased(): void {
    this.dragging = null;
  }

  private pressedTwice(event: MouseEvent): void {
    if (this.pixels !== null) this.dispatchEvent(new ZoomEvent(zoomAt(this.zoom, 2, this.fraction(event))));
  }

  private wheelTurned(event: WheelEvent): void {
    // A bare wheel scrolls the page, as everywhere else.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.dispatchEvent(new ZoomEvent(zoomAt(this.zoom, 2 ** (-event.deltaY / 240), this.fraction(event))));
  }

  private keyPressed(event: KeyboardEvent): void {
    const { pixels, cursor, zoom } = this;
    if (pixels === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const anchor = cursor === null ? { x: 0.5, y: 0.5 } : inFrame(cursor, zoom);
    if (event.key === '+' || event.key === '=') this.dispatchEvent(new ZoomEvent(zoomAt(zoom, 1.5, anchor)));
    else if (event.key === '-') this.dispatchEvent(new ZoomEvent(zoomAt(zoom, 1 / 1.5, anchor)));
    else if (event.key === '0') this.dispatchEvent(new ZoomEvent(wholeImage));
    else {
      const step = Math.max(1, Math.round(pixels.width / zoom.scale / 200));
      const moved = movePixel(cursor && pixelAt(cursor, pixels), event.key, event.shiftKey, pixels, step);
      if (moved === null) return;
      this.dispatchEvent(new CursorEvent(centreOf(moved, pixels), { pixel: moved, size: pixels }));
    }
    event.preventDefault();
  }
}
