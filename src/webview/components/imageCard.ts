import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../shared/explanation/events';
import { baseStyles } from '../styles/base';
import { type Cursor, wholeImage, type Zoom } from '../view/cursor';
import { frameImage } from '../view/frameImage';
import { imagePixel, isPart, shownRegion } from '../view/scaledRegion';
import type { Words } from '../view/words';
import './imageFrame';
import type { Pixels } from './imageFrame';

/** The original image with a frame around the part that the model saw. */
@customElement('wl-image-card')
export class ImageCard extends LitElement {
  @property({ attribute: false }) prediction!: Prediction;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  @property({ attribute: false }) words!: Words;
  private pixels: Pixels | null = null;
  private partial = false;

  static override styles = [
    baseStyles,
    css`
      h2 {
        margin-bottom: 6px;
      }
      p {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        margin-top: 4px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('prediction')) return;
    const { pixels } = this.prediction;
    const region = shownRegion(this.prediction);
    this.partial = isPart(region, pixels);
    this.pixels = {
      width: pixels.width,
      height: pixels.height,
      data: frameImage(pixels, this.partial ? region : null),
    };
  }

  protected override render() {
    const { words, prediction, cursor } = this;
    const { width, height } = prediction.imageSize;
    const at = cursor === null ? null : imagePixel(cursor, prediction);
    return html`<h2>${words('image.title')}</h2>
      <wl-image-frame
        .pixels=${this.pixels}
        .label=${words(this.partial ? 'image.altRegion' : 'image.alt', width, height)}
        .hint=${words('card.altHint')}
        .cursor=${cursor}
        .zoom=${this.zoom}
      ></wl-image-frame>
      <p class="small muted number">
        <span>${words('image.size', width, height)}</span>
        <span data-testid="position">${at === null ? nothing : words('cursor.position', at.x, at.y)}</span>
      </p>
      ${this.partial ? html`<p class="small muted">${words('image.seen')}</p>` : nothing}`;
  }
}
