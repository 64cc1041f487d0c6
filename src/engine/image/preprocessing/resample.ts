import type { Interpolation } from '../../../shared/question/preprocessing';

/** 8-bit pixels, row-major, `channels` bytes a pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A part of the resized image, in whole pixels of it. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Kernel {
  /** Half-width in source pixels at scale 1. */
  readonly support: number;
  weight(x: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const kernels: Readonly<Record<Exclude<Interpolation, 'nearest'>, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  /** Keys' cubic convolution with a = −0.5. */
  bicubic: {
    support: 2,
    weight: (signed) => {
      const a = -0.5;
      const x = Math.abs(signed);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
      return 0;
    },
  },
  lanczos3: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Weights are whole multiples of 2⁻²²: 32 bits less 8 for the pixel and 2 for overshoot. */
const precisionBits = 22;
const half = 1 << (precisionBits - 1);

interface Taps {
  /** First source pixel of each output pixel. */
  readonly first: Int32Array;
  /** Number of source pixels of each output pixel. */
  readonly count: Int32Array;
  /** `stride` weights for each output pixel. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Weights for output pixels `from` … `from + length − 1` of `outSize`. The kernel is widened when shrinking (antialiasing) and renormalised at the border. */
function computeTaps(inSize: number, outSize: number, from: number, length: number, kernel: Kernel): Taps {
  const scale = inSize / outSize;
  const widening = Math.max(scale, 1);
  const support = kernel.support * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const centre = (from + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(inSize, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      exact[t] = kernel.weight((t + start - centre + 0.5) * (1 / widening));
      sum += exact[t]!;
    }
    for (let t = 0; t < taps; t++) {
      const fixed = (sum === 0 ? exact[t]! : exact[t]! / sum) * (1 << precisionBits);
      weights[i * stride + t] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    first[i] = start;
    count[i] = taps;
  }
  return { first, count, weights, stride };
}

const clip = (value: number): number => Math.min(255, Math.max(0, value));

/** Source rows `top` … `top + rows − 1`, resampled along x to the taps' pixels. */
function horizontal(source: Pixels, taps: Taps, top: number, rows: number): Uint8Array {
  const { channels, data, width } = source;
  const { first, count, weights, stride } = taps;
  const length = first.length;
  const result = new Uint8Array(rows * length * channels);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const line = (top + row) * width;
    for (let x = 0; x < length; x++) {
      const taken = count[x]!;
      const weightAt = x * stride;
      let at = (line + first[x]!) * channels;
      if (channels === 3) {
        let red = half;
        let green = half;
        let blue = half;
        for (let t = 0; t < taken; t++, at += 3) {
          const weight = weights[weightAt + t]!;
          red = (red + Math.imul(data[at]!, weight)) | 0;
          green = (green + Math.imul(data[at + 1]!, weight)) | 0;
          blue = (blue + Math.imul(data[at + 2]!, weight)) | 0;
        }
        result[to++] = clip(red >> precisionBits);
        result[to++] = clip(green >> precisionBits);
        result[to++] = clip(blue >> precisionBits);
      } else {
        let sum = half;
        for (let t = 0; t < taken; t++) sum = (sum + Math.imul(data[at + t]!, weights[weightAt + t]!)) | 0;
        result[to++] = clip(sum >> precisionBits);
      }
    }
  }
  return result;
}

/** Rows of `rowBytes` bytes, the first of them source row `top`, resampled along y to the taps' rows. */
function vertical(data: Uint8Array, rowBytes: number, top: number, taps: Taps): Uint8Array {
  const { first, count, weights, stride } = taps;
  const length = first.length;
  const result = new Uint8Array(length * rowBytes);
  const sums = new Int32Array(rowBytes);
  for (let y = 0; y < length; y++) {
    sums.fill(half);
    for (let t = 0; t < count[y]!; t++) {
      const weight = weights[y * stride + t]!;
      const line = (first[y]! + t - top) * rowBytes;
      for (let i = 0; i < rowBytes; i++) sums[i] = (sums[i]! + Math.imul(data[line + i]!, weight)) | 0;
    }
    for (let i = 0; i < rowBytes; i++) result[y * rowBytes + i] = clip(sums[i]! >> precisionBits);
  }
  return result;
}

/** Source index of each output pixel; positions are summed step by step, as Pillow does, because the rounding decides ties. */
function nearestIndices(inSize: number, outSize: number, from: number, length: number): Int32Array {
  const indices = new Int32Array(length);
  const step = inSize / outSize;
  let position = step * 0.5;
  for (let i = 0; i < from + length; i++) {
    if (i >= from) indices[i - from] = Math.min(inSize - 1, Math.trunc(position));
    position += step;
  }
  return indices;
}

function resampleNearest(source: Pixels, width: number, height: number, window: Window): Uint8Array {
  const { channels, data } = source;
  const columns = nearestIndices(source.width, width, window.x, window.width);
  const rows = nearestIndices(source.height, height, window.y, window.height);
  const result = new Uint8Array(window.width * window.height * channels);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const at = (row * source.width + column) * channels;
      for (let c = 0; c < channels; c++) result[to++] = data[at + c]!;
    }
  }
  return result;
}

function crop(source: Pixels, window: Window): Uint8Array {
  const { channels, data } = source;
  const result = new Uint8Array(window.width * window.height * channels);
  const rowBytes = window.width * channels;
  for (let row = 0; row < window.height; row++) {
    const at = ((window.y + row) * source.width + window.x) * channels;
    result.set(data.subarray(at, at + rowBytes), row * rowBytes);
  }
  return result;
}

/**
 * The part `window` of the image resized to `width` × `height`; only that part is computed, so the cost does not grow with what is cropped away.
 *
 * Follows `Image.resize` of Pillow for 8-bit pixels (src/libImaging/Resample.c and Geometry.c): the kernel is widened when shrinking, weights are fixed-point
 * with 22 bits, rows are resampled first and rounded to 8 bits before columns. Checked against Pillow 12.3: every byte equal, for all four
 * interpolations. Throws a RangeError when the window is not inside the resized image.
 */
export function resample(
  source: Pixels,
  width: number,
  height: number,
  interpolation: Interpolation,
  window: Window = { x: 0, y: 0, width, height },
): Pixels {
  const inside =
    window.x >= 0 && window.y >= 0 && window.x + window.width <= width && window.y + window.height <= height;
  if (!inside || window.width < 1 || window.height < 1) {
    throw new RangeError(`The window ${JSON.stringify(window)} is not inside ${width}×${height} pixels.`);
  }
  const result = (data: Uint8Array): Pixels => ({
    width: window.width,
    height: window.height,
    channels: source.channels,
    data,
  });
  if (width === source.width && height === source.height) return result(crop(source, window));
  if (interpolation === 'nearest') return result(resampleNearest(source, width, height, window));

  const kernel = kernels[interpolation];
  const rowBytes = window.width * source.channels;
  const down = height === source.height ? null : computeTaps(source.height, height, window.y, window.height, kernel);
  const last = window.height - 1;
  const top = down ? down.first[0]! : window.y;
  const rows = down ? down.first[last]! + down.count[last]! - top : window.height;
  const across =
    width === source.width
      ? crop(source, { x: window.x, y: top, width: window.width, height: rows })
      : horizontal(source, computeTaps(source.width, width, window.x, window.width, kernel), top, rows);
  return result(down ? vertical(across, rowBytes, top, down) : across);
}
