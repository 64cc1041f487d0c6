import { createHash } from 'node:crypto';
import type { ImageSource } from '../../shared/question/question';
import type { RgbImage } from '../../shared/results/attribution';
import { decodeImage, displayImage, readImage } from '../image';
import type { Kind, Memo } from '../memo/memo';

/** Longest side of the image that is sent for display. */
const displaySide = 1600;

/** What is kept of a decoded image. */
interface Shown {
  /** For display: at most 1600 pixels on its longer side. */
  readonly display: RgbImage;
  readonly size: { readonly width: number; readonly height: number };
  /** What was done to the image, in sentences. */
  readonly notes: readonly string[];
}

/** An upright image. */
export interface Picture extends Shown {
  /** Equal for images of the same name and bytes. */
  readonly identity: string;
  /** All of its pixels; decoded when they are first wanted. */
  pixels(): Promise<RgbImage>;
}

const shown: Kind<Shown> = { name: 'picture', bytes: ({ display }) => display.data.byteLength };

/**
 * Reads an image, and decodes it unless its bytes were met before.
 *
 * @throws ImageError when it cannot be read or decoded.
 */
export async function openPicture(source: ImageSource, memo: Memo): Promise<Picture> {
  const file = await readImage(source);
  const identity = `${createHash('sha256').update(file.bytes).digest('hex')} ${file.name}`;
  const known = memo.find(memo, shown, identity);
  if (known) {
    let decoding: Promise<RgbImage> | undefined;
    const decode = async () => (await decodeImage(file)).pixels;
    return { ...known, identity, pixels: () => (decoding ??= decode()) };
  }
  const { pixels, notes } = await decodeImage(file);
  const { width, height } = pixels;
  const fresh: Shown = { display: displayImage(pixels, displaySide).pixels, size: { width, height }, notes };
  memo.keep(memo, shown, identity, fresh);
  return { ...fresh, identity, pixels: async () => pixels };
}
