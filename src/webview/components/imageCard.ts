import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../shared/explanation/events';
import { baseStyles } from '../styles/base';
import { cardStyles } from '../styles/cards';
import { type Cursor, pixelAt, wholeImage, type Zoom } from '../view/cursor';
import { frameImage } from '../view/frameImage';
import type { Picture } from '../view/picture';
import { isPart } from '../view/scaledRegion';
import type { Words } from '../view/words';
import './imageFrame';
import type { Pixels } from './imageFrame';

/** The image as the cards beside it show it, with a frame around the part that the model saw. */
@customElement('wl-image-card')
export class ImageCard extends LitElement {
  @property() name = '';
  /** Null while the engine has not read the image. */
  @property({ attribute: false }) prediction: Prediction | null = null;
  @property({ attribute: false }) picture: Picture | null = null;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  @property({ attribute: false }) words!: Words;
  private pixels: Pixels | null = null;
  private partial = false;

  static override styles = [
    baseStyles,
    cardStyles,
    css`
      .scale {
        display: block;
      }
      .facts {
        height: 16px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('picture')) return;
    const { picture } = this;
    this.pixels = null;
    if (picture === null) return;
    const { image, region, view } = picture;
    this.partial = view === 'image' && isPart(region, image);
    const data = frameImage(image, this.partial ? region : null);
    this.pixels = { width: image.width, height: image.height, data };
  }

  protected override render() {
    const { words, prediction, picture, cursor, pixels } = this;
    const { width, height } = prediction?.imageSize ?? { width: 0, height: 0 };
    const at = cursor === null || picture === null ? null : picture.imagePixel(pixelAt(cursor, picture.image));
    return html`<article aria-labelledby="title">
      <header><h2 id="title" title=${this.name}>${words('image.title')} <span class="muted">${this.name}</span></h2></header>
      <wl-image-frame
        .pixels=${pixels}
        .ratio=${picture === null ? 1 : picture.image.width / picture.image.height}
        .label=${this.altText(width, height)}
        .hint=${words('card.altHint')}
        .cursor=${cursor}
        .zoom=${this.zoom}
      ></wl-image-frame>
      <div class="scale number">
        <p class="facts small">
          ${
            prediction === null
              ? nothing
              : html`<span class="muted text">${words('image.size', width, height)}</span>
                <span class="value" data-testid="position">${at === null ? nothing : words('cursor.position', at.x, at.y)}</span>`
          }
        </p>
        <p class="facts small muted" data-testid="seen"><span class="text" title=${this.seen()}>${this.seen()}</span></p>
      </div>
    </article>`;
  }

  private altText(width: number, height: number): string {
    const { words, picture } = this;
    if (picture?.view === 'model') return words('image.altSeen', width, height);
    return words(this.partial ? 'image.altRegion' : 'image.alt', width, height);
  }

  /** What the model saw of the image, and how it was stretched for it. */
  private seen(): string {
    const { words, picture } = this;
    if (picture === null) return '';
    const { factor, stretched } = picture.distortion;
    const shown = picture.view === 'model' ? words('image.cropped') : this.partial ? words('image.seen') : '';
    const bent = stretched === null ? '' : words(`image.stretched.${stretched}`, Number(factor.toPrecision(2)));
    return [bent, shown].filter((part) => part !== '').join(' · ');
  }
}
