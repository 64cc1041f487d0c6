import sharp from 'sharp';
import type { OverlayFormat } from '../../shared/protocol/protocol';
import { withText } from './png';

/** Text stored in an image by PNG keyword (PNG specification, 11.3.3.1: Title, Description, Software, …). */
export type ImageText = Readonly<Record<'Title' | 'Description' | 'Software', string>>;

/**
 * Encodes opaque RGBA pixels as an RGB image with text. JPEG at quality 90 without subsampling of colours, which would blur single marked
 * pixels; its text stands in EXIF, in ASCII (what that lacks is a question mark).
 */
export async function encodeImage(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  text: ImageText,
  format: OverlayFormat = 'png',
): Promise<Uint8Array> {
  const raw = { width, height, channels: 4 as const };
  const image = sharp(pixels, { raw, limitInputPixels: false }).removeAlpha();
  if (format === 'png') return withText(await image.png({ compressionLevel: 6 }).toBuffer(), text);
  return image
    .withExif({
      IFD0: { ImageDescription: ascii(`${text.Title}. ${text.Description}`), Software: ascii(text.Software) },
    })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
