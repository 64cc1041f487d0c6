/** A pixel of the image that is shown on every card. */
export interface Cursor {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of the image that all cards show: magnification, and the centre as fractions of the image. */
export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const wholeImage: Zoom = { scale: 1, x: 0.5, y: 0.5 };
const largestScale = 32;

/** The image pixel under a point of the frame, both given as fractions 0..1 of the frame. */
export function pixelAt(fraction: { readonly x: number; readonly y: number }, pixels: Size, zoom: Zoom): Cursor {
  const at = (part: number, centre: number, length: number) =>
    Math.min(length - 1, Math.max(0, Math.floor((centre + (part - 0.5) / zoom.scale) * length)));
  return { x: at(fraction.x, zoom.x, pixels.width), y: at(fraction.y, zoom.y, pixels.height) };
}

/** Where a pixel's centre lies in the frame, as fractions of the frame; outside 0..1 when zoomed away from it. */
export function fractionOf(cursor: Cursor, pixels: Size, zoom: Zoom): { readonly x: number; readonly y: number } {
  return {
    x: ((cursor.x + 0.5) / pixels.width - zoom.x) * zoom.scale + 0.5,
    y: ((cursor.y + 0.5) / pixels.height - zoom.y) * zoom.scale + 0.5,
  };
}

/**
 * The cursor after a key, or null when the key does not move it. Arrows move by `step` pixels, ten times as far with Shift;
 * Home and End go to the ends of the row, Page Up and Page Down to the ends of the column.
 */
export function moveCursor(
  cursor: Cursor | null,
  key: string,
  shift: boolean,
  pixels: Size,
  step: number,
): Cursor | null {
  const from = cursor ?? { x: Math.floor(pixels.width / 2), y: Math.floor(pixels.height / 2) };
  const by = shift ? 10 * step : step;
  const clamp = (x: number, y: number): Cursor => ({
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

/** Zooms by a factor and keeps the image under `fraction` (0..1 of the frame) where it is. */
export function zoomAt(zoom: Zoom, factor: number, fraction: { readonly x: number; readonly y: number }): Zoom {
  const scale = Math.min(largestScale, Math.max(1, zoom.scale * factor));
  const centre = (old: number, part: number) => {
    const fixed = old + (part - 0.5) / zoom.scale;
    const half = 0.5 / scale;
    return Math.min(1 - half, Math.max(half, fixed - (part - 0.5) / scale));
  };
  return { scale, x: centre(zoom.x, fraction.x), y: centre(zoom.y, fraction.y) };
}

/** The zoom moved so that a cursor that left the frame is in it again. */
export function follow(zoom: Zoom, cursor: Cursor, pixels: Size): Zoom {
  const half = 0.5 / zoom.scale;
  const centre = (old: number, pixel: number, length: number) => {
    // The whole pixel must be inside, not just its centre.
    const furthest = Math.max(0, half - 0.5 / length);
    const at = (pixel + 0.5) / length;
    const inside = Math.min(at + furthest, Math.max(at - furthest, old));
    return Math.min(1 - half, Math.max(half, inside));
  };
  return {
    scale: zoom.scale,
    x: centre(zoom.x, cursor.x, pixels.width),
    y: centre(zoom.y, cursor.y, pixels.height),
  };
}
