import { basename } from 'node:path';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { ImageError } from '../../../shared/errors';
import type { ImageSource } from '../../../shared/question/question';
import type { RgbImage } from '../../../shared/results/attribution';
import { FileProblem, readRegularFile } from '../../files/regularFile';
import { decodeBmp, isBmp } from './bmp';
import { isSrgb, profileDescription } from './colourProfile';
import { drawSvg } from './drawSvg';
import { refuseCostlyImage } from './imageLimit';

export interface DecodedImage {
  /** Upright, 8-bit, sRGB. */
  readonly pixels: RgbImage;
  /** The format of the content: `jpeg`, `png`, `webp`, `tiff`, `gif`, `avif`, `svg` or `bmp`. */
  readonly format: string;
  /** What was done to the image that a viewer may not expect, one sentence each. */
  readonly notes: readonly string[];
}

const largestFile = 1024 ** 3;

/** The bytes of an image and its name for messages. Throws ImageError when it is a file that cannot be read. */
export async function readImage(source: ImageSource): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  if ('bytes' in source) return source;
  try {
    return { name: basename(source.path), bytes: await readRegularFile(source.path, largestFile) };
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new ImageError(`${source.path} ${error.what}.`, { cause: error });
  }
}

const signatures: readonly (readonly [RegExp, string])[] = [
  [/^\xff\xd8\xff/, 'JPEG'],
  [/^\x89PNG/, 'PNG'],
  [/^GIF8/, 'GIF'],
  [/^RIFF....WEBP/s, 'WebP'],
  [/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/, 'TIFF'],
  [/^....ftyp/s, 'AVIF'],
];

/** The format that the first bytes promise. */
function promisedFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return signatures.find(([signature]) => signature.test(start))?.[1];
}

/** What the bytes are when no decoder takes them. */
function notAnImage(bytes: Uint8Array, name: string): ImageError {
  const format = promisedFormat(bytes);
  if (format)
    return new ImageError(
      `${name} is a damaged or cut off ${format} file (its header cannot be read); copy or save it again.`,
    );
  const head = bytes.subarray(0, 512);
  const text = head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
  const what = text ? 'its content is text' : 'its content is of no known image format';
  return new ImageError(`${name} is not an image: ${what}; JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF and SVG can be read.`);
}

/** libvips repeats its message for each layer that saw it. */
const reason = (error: unknown): string => (error as Error).message.trim().split('\n')[0] ?? '';

const damaged = (name: string, format: string, error: unknown): ImageError =>
  new ImageError(`${name} is a damaged or cut off ${format} file (${reason(error)}); copy or save it again.`, {
    cause: error,
  });

const tookTooLong = (error: unknown): boolean => /^timeout\b/.test((error as Error).message);

const endless = (name: string): ImageError =>
  new ImageError(`${name} takes more than ${longestDecoding} s to decode; make a smaller copy.`);

async function readMetadata(bytes: Uint8Array, name: string): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    if (/unsupported image format/.test((error as Error).message)) throw notAnImage(bytes, name);
    throw damaged(name, promisedFormat(bytes) ?? 'image', error);
  }
}

function refuseUnsupported(meta: Metadata, name: string): void {
  const { width, height, channels, depth, isProgressive = false, orientation = 1 } = meta;
  const bytesPerChannel = depth === 'uchar' ? 1 : 2;
  refuseCostlyImage({ width, height, channels, bytesPerChannel, whole: isProgressive || orientation > 1 }, name);
  if (meta.depth !== 'uchar' && meta.depth !== 'ushort') {
    throw new ImageError(
      `${name} stores ${meta.depth} values, whose range no image format fixes; save it with 8 or 16 bits a channel.`,
    );
  }
  if (meta.channels > 5 || meta.space === 'multiband') {
    throw new ImageError(`${name} has ${meta.channels} channels; grey, RGB and CMYK images can be read.`);
  }
}

interface Raw {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** CMYK pixels without a profile: (255 − ink)(255 − black) / 255, as Pillow does; a colour-managed guess would depend on the library's own press profile. */
function inksToRgb({ data, width, height, channels }: Raw): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const light = 255 - data[from + 3]!;
    for (let c = 0; c < 3; c++) rgb[to + c] = Math.round(((255 - data[from + c]!) * light) / 255);
  }
  return rgb;
}

function decodeRaw(bytes: Uint8Array, meta: Metadata, options: SharpOptions): Promise<Raw> {
  const pipeline = sharp(bytes, { limitInputPixels: false, ...options }).autoOrient();
  if (isPlainCmyk(meta)) pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
  else pipeline.toColourspace('srgb');
  return pipeline
    .timeout({ seconds: longestDecoding })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .then(({ data, info }) => ({ data, width: info.width, height: info.height, channels: info.channels }));
}

/** In seconds; the largest images take a few. Some formats let a small file ask for the same pixels again and again. */
const longestDecoding = 60;

const isPlainCmyk = (meta: Metadata): boolean => meta.space === 'cmyk' && meta.depth === 'uchar' && !meta.icc;

/** The colours of RGBA pixels, moved together where they are, since a second copy of a large image would cost as much again; `alpha` is told apart. */
function dropAlpha({ data, width, height }: Raw): { rgb: Uint8Array; alpha: AlphaRange } {
  let [least, most] = [255, 0];
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += 4, to += 3) {
    const alpha = data[from + 3]!;
    if (alpha < least) least = alpha;
    if (alpha > most) most = alpha;
    data[to] = data[from]!;
    data[to + 1] = data[from + 1]!;
    data[to + 2] = data[from + 2]!;
  }
  return { rgb: data.subarray(0, width * height * 3), alpha: { least, most } };
}

/** The smallest and the largest opacity of an image, 0..255. */
interface AlphaRange {
  readonly least: number;
  readonly most: number;
}

function alphaRange(alpha: Uint8Array): AlphaRange {
  let [least, most] = [255, 0];
  for (const value of alpha) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

function alphaNotes({ least, most }: AlphaRange): string[] {
  if (least === 255) return [];
  return most === 0
    ? ['Every pixel is fully transparent; transparency was dropped and the colours stored under it are used.']
    : ['The image has transparent parts; transparency was dropped and the colours stored under it are used.'];
}

function metadataNotes(meta: Metadata): string[] {
  const { format, icc, orientation = 1, pages = 1 } = meta;
  const notes: string[] = [];
  if (pages > 1 && format === 'tiff') notes.push(`The file has ${pages} pages; the first one is used.`);
  else if (pages > 1) notes.push(`The image is an animation of ${pages} frames; the first one is used.`);
  if (orientation > 1) notes.push(`The image was turned upright by its EXIF orientation (${orientation}).`);
  if (isPlainCmyk(meta))
    notes.push('The CMYK colours have no profile; they were converted to RGB by the plain formula.');
  else if (icc && !isSrgb(icc)) {
    notes.push(`The colours were converted from the profile “${profileDescription(icc) ?? 'unnamed'}” to sRGB.`);
  }
  return notes;
}

async function decodeDrawing(bytes: Uint8Array, name: string): Promise<DecodedImage | null> {
  const drawing = await drawSvg(bytes, name);
  if (drawing === null) return null;
  if (drawing === 'unknown') throw notAnImage(bytes, name);
  const { width, height, channels, data } = drawing;
  if (channels !== 3) throw new ImageError(`${name} is drawn with ${channels} channels; save it as PNG.`);
  const notes = [`The SVG drawing was rasterised at its own size, ${width}×${height} pixels, on white.`];
  return { pixels: { width, height, data }, format: 'svg', notes };
}

/** Decodes strictly; when only a warning stood in the way, decodes all the same and says so. */
async function decodePixels(bytes: Uint8Array, meta: Metadata, name: string): Promise<{ raw: Raw; notes: string[] }> {
  const ignoreIcc = meta.icc !== undefined && isSrgb(meta.icc);
  try {
    return { raw: await decodeRaw(bytes, meta, { failOn: 'warning', ignoreIcc }), notes: [] };
  } catch (warning) {
    if (tookTooLong(warning)) throw endless(name);
    try {
      const raw = await decodeRaw(bytes, meta, { failOn: 'error', ignoreIcc });
      return {
        raw,
        notes: [`The decoder warned that the file is irregular and parts may be wrong: ${reason(warning)}.`],
      };
    } catch (error) {
      if (tookTooLong(error)) throw endless(name);
      throw damaged(name, promisedFormat(bytes) ?? meta.format.toUpperCase(), error);
    }
  }
}

/**
 * Decodes an image file, whose content decides what it is, never its name.
 *
 * The result is upright (EXIF orientation applied) and sRGB: colour profiles are converted (an sRGB profile leaves the pixels exactly as they are), CMYK without a
 * profile goes through the plain formula, 16-bit channels keep their high byte (v · 257 → v), palettes and grey become RGB. Transparency is dropped and the colours
 * stored under it are used unchanged; SVG, which stores none, is drawn on white at its own size. Of animations and multi-page files the first image is
 * taken. Whatever of this happened is told in `notes`.
 *
 * Throws ImageError, naming the file, when it is missing, empty, no image, cut off, damaged, larger than {@link refuseCostlyImage} allows (before
 * anything is allocated for it; SVG as {@link drawSvg} does) or of a kind that has no agreed range (floating point).
 */
export async function decodeImage(source: ImageSource): Promise<DecodedImage> {
  const { name, bytes } = await readImage(source);
  if (bytes.length === 0) throw new ImageError(`${name} is empty (0 bytes).`);
  if (isBmp(bytes)) {
    const { pixels, alpha } = decodeBmp(bytes, name);
    return { pixels, format: 'bmp', notes: alpha ? alphaNotes(alphaRange(alpha)) : [] };
  }
  if (promisedFormat(bytes) === undefined) {
    const drawn = await decodeDrawing(bytes, name);
    if (drawn) return drawn;
  }
  const meta = await readMetadata(bytes, name);
  if (meta.format === 'svg') throw new ImageError(`${name} is an SVG drawing that begins as another format does.`);
  refuseUnsupported(meta, name);
  const { raw, notes } = await decodePixels(bytes, meta, name);
  const { width, height } = raw;
  const known = { format: meta.format === 'heif' ? 'avif' : meta.format, notes: [...metadataNotes(meta), ...notes] };
  if (isPlainCmyk(meta)) return { ...known, pixels: { width, height, data: inksToRgb(raw) } };
  if (raw.channels === 3) return { ...known, pixels: { width, height, data: raw.data } };
  if (raw.channels !== 4)
    throw new ImageError(`${name} decodes to ${raw.channels} channels; grey, RGB and CMYK can be read.`);
  const { rgb, alpha } = dropAlpha(raw);
  return { ...known, pixels: { width, height, data: rgb }, notes: [...known.notes, ...alphaNotes(alpha)] };
}
