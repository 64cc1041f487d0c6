import type { ImageRegion, RgbImage } from '../../shared/results/attribution';

/** The image as RGBA; with a region, what lies outside of it is dimmed and its border is drawn in white beside black. */
export function frameImage(image: RgbImage, region: ImageRegion | null): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, data } = image;
  const pixels = new Uint8ClampedArray(width * height * 4);
  const left = region === null ? 0 : Math.max(0, Math.round(region.x));
  const top = region === null ? 0 : Math.max(0, Math.round(region.y));
  const right = region === null ? width : Math.min(width, Math.round(region.x + region.width));
  const bottom = region === null ? height : Math.min(height, Math.round(region.y + region.height));
  for (let y = 0, i = 0, o = 0; y < height; y++) {
    const insideRow = y >= top && y < bottom;
    for (let x = 0; x < width; x++, i += 3, o += 4) {
      const brightness = insideRow && x >= left && x < right ? 1 : 0.45;
      pixels[o] = data[i]! * brightness;
      pixels[o + 1] = data[i + 1]! * brightness;
      pixels[o + 2] = data[i + 2]! * brightness;
      pixels[o + 3] = 255;
    }
  }
  if (region !== null) {
    const line = Math.max(1, Math.round(Math.max(width, height) / 300));
    drawBorder(pixels, width, left, top, right, bottom, line, 255);
    drawBorder(pixels, width, left + line, top + line, right - line, bottom - line, line, 0);
  }
  return pixels;
}

/** A grey frame `line` pixels wide just inside the rectangle. */
function drawBorder(
  pixels: Uint8ClampedArray,
  width: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
  line: number,
  grey: number,
): void {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const onBorder = x < left + line || x >= right - line || y < top + line || y >= bottom - line;
      if (!onBorder) continue;
      const o = 4 * (y * width + x);
      pixels[o] = pixels[o + 1] = pixels[o + 2] = grey;
    }
  }
}
