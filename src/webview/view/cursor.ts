/** Where the reader points, as fractions 0..1 of the view: the same place on every card, whatever the size of its image. */
export interface Cursor {
  readonly x: number;
  readonly y: number;
}

/** A pixel of one image, from its upper left corner. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of the view that all cards show: magnification, and the centre as fractions of the view. */
export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const wholeImage: Zoom = { scale: 1, x: 0.5, y: 0.5 };
const largestScale = 32;

/** The place under a point of the frame, which is given as fractions 0..1 of the frame. */
export function cursorAt(fraction: Cursor, zoom: Zoom): Cursor {
  const at = (part: number, centre: number) => Math.min(1, Math.max(0, centre + (part - 0.5) / zoom.scale));
  return { x: at(fraction.x, zoom.x), y: at(fraction.y, zoom.y) };
}

/** The pixel of an image of this size that lies under the cursor. */
export function pixelAt(cursor: Cursor, { width, height }: Size): Pixel {
  const at = (part: number, length: number) => Math.min(length - 1, Math.max(0, Math.floor(part * length)));
  return { x: at(cursor.x, width), y: at(cursor.y, height) };
}

/** A pixel's centre as a cursor. */
export function centreOf(pixel: Pixel, { width, height }: Size): Cursor {
  return { x: (pixel.x + 0.5) / width, y: (pixel.y + 0.5) / height };
}

/** Where a place of the view lies in the frame, as fractions of the frame; outside 0..1 when zoomed away from it. */
export function inFrame(cursor: Cursor, zoom: Zoom): { readonly x: number; readonly y: number } {
  return { x: (cursor.x - zoom.x) * zoom.scale + 0.5, y: (cursor.y - zoom.y) * zoom.scale + 0.5 };
}

/**
 * The pixel after a key, or null when the key does not move it. Arrows move by `step` pixels, ten times as far with Shift;
 * Home and End go to the ends of the row, Page Up and Page Down to the ends of the column.
 */
export function movePixel(pixel: Pixel | null, key: string, shift: boolean, pixels: Size, step: number): Pixel | null {
  const from = pixel ?? { x: Math.floor(pixels.width / 2), y: Math.floor(pixels.height / 2) };
  const by = shift ? 10 * step : step;
  const clamp = (x: number, y: number): Pixel => ({
    x: Math.min(pixels.width - 1, Math.max(0, x)),
    y: Math.min(pixels.height - 1, Math.max(0, y)),
  });
  switch (key) {
    case 'ArrowLeft':
      return clamp(from.x - by, from.y);
    case 'ArrowRight':
      return clamp(from.x + by, from.y);
    case 'ArrowUp':
      return clamp(from.x, from.y - by);
    case 'ArrowDown':
      return clamp(from.x, from.y + by);
    case 'Home':
      return clamp(0, from.y);
    case 'End':
      return clamp(pixels.width - 1, from.y);
    case 'PageUp':
      return clamp(from.x, 0);
    case 'PageDown':
      return clamp(from.x, pixels.height - 1);
    default:
      return null;
  }
}

/** Zooms by a factor and keeps the view under `fraction` (0..1 of the frame) where it is. */
export function zoomAt(zoom: Zoom, factor: number, fraction: { readonly x: number; readonly y: number }): Zoom {
  const scale = Math.min(largestScale, Math.max(1, zoom.scale * factor));
  const centre = (old: number, part: number) => {
    const fixed = old + (part - 0.5) / zoom.scale;
    const half = 0.5 / scale;
    return Math.min(1 - half, Math.max(half, fixed - (part - 0.5) / scale));
  };
  return { scale, x: centre(zoom.x, fraction.x), y: centre(zoom.y, fraction.y) };
}

/** The zoom moved so that a pixel of an image of this size that left the frame is wholly in it again. */
export function follow(zoom: Zoom, pixel: Pixel, pixels: Size): Zoom {
  const half = 0.5 / zoom.scale;
  const at = centreOf(pixel, pixels);
  const centre = (old: number, place: number, length: number) => {
    const furthest = Math.max(0, half - 0.5 / length);
    const inside = Math.min(place + furthest, Math.max(place - furthest, old));
    return Math.min(1 - half, Math.max(half, inside));
  };
  return { scale: zoom.scale, x: centre(zoom.x, at.x, pixels.width), y: centre(zoom.y, at.y, pixels.height) };
}
