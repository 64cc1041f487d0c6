import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../shared/protocol/protocol';
import { baseStyles } from '../styles/base';
import { type Cursor, wholePicture, type Zoom } from '../view/cursor';
import { framePicture } from '../view/framePicture';
import { imagePixel, isPart, shownRegion } from '../view/scaledRegion';
import type { Words } from '../view/words';
import './pictureFrame';
import type { Pixels } from './pictureFrame';

/** The original image with a frame around the part that the model saw. */
@customElement('wl-image-card')
export class ImageCard extends LitElement {
  @property({ attribute: false }) prediction!: Prediction;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholePicture;
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
    const { picture } = this.prediction;
    const region = shownRegion(this.prediction);
    this.partial = isPart(region, picture);
    this.pixels = {
      width: picture.width,
      height: picture.height,
      data: framePicture(picture, this.partial ? region : null),
    };
  }

  protected override render() {
    const { words, prediction, cursor } = this;
    const { width, height } = prediction.imageSize;
    const at = cursor === null ? null : imagePixel(cursor, prediction);
    return html`<h2>${words('image.title')}</h2>
      <wl-picture-frame
        .pixels=${this.pixels}
        .label=${words(this.partial ? 'image.altRegion' : 'image.alt', width, height)}
        .hint=${words('card.altHint')}
        .cursor=${cursor}
        .zoom=${this.zoom}
      ></wl-picture-frame>
      <p class="small muted number">
        <span>${words('image.size', width, height)}</span>
        <span data-testid="position">${at === null ? nothing : words('cursor.position', at.x, at.y)}</span>
      </p>
      ${this.partial ? html`<p class="small muted">${words('image.seen')}</p>` : nothing}`;
  }
}
