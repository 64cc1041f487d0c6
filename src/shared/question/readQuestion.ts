import type { OutputSelection } from './output';
import type { Preprocessing } from './preprocessing';
import type { Question, RuntimeChoice } from './question';
import type { TargetRequest } from './target';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a question from JSON that anybody may have written: another version of the extension, another program. Undefined when it does not
 * say which image and checkpoint it is about; any other field that is wrong is left out, and a wrong target is the most probable class.
 */
export function readQuestion(value: unknown): Question<string> | undefined {
  if (!isFields(value)) return undefined;
  const { checkpoint, image, layer, logits } = value;
  if (typeof checkpoint !== 'string' || typeof image !== 'string') return undefined;
  const preprocessing = readPreprocessing(value['preprocessing']);
  const output = readOutput(value['output']);
  const runtime = oneOf(value['runtime'], runtimes);
  return {
    checkpoint,
    image,
    target: readTarget(value['target']),
    ...(typeof layer === 'string' && { layer }),
    ...(preprocessing && { preprocessing }),
    ...(typeof logits === 'string' && { logits }),
    ...(output && { output }),
    ...(runtime && { runtime }),
  };
}

/** True for an object whose fields can be looked at. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The target that JSON states; the most probable class when it states none. */
export function readTarget(value: unknown): TargetRequest {
  if (isFields(value)) {
    const { kind, index, label } = value;
    if (kind === 'index' && isWhole(index) && index >= 0) return { kind, index };
    if (kind === 'class' && isWhole(index) && index >= 0 && typeof label === 'string')
      return { kind, index, label, ...(value['otherwise'] === 'top1' && { otherwise: 'top1' }) };
    if (kind === 'label' && typeof label === 'string') return { kind, label };
  }
  return { kind: 'top1' };
}

function readOutput(value: unknown): OutputSelection | undefined {
  if (!isFields(value)) return undefined;
  const { kind, indices, start, end } = value;
  if (kind === 'all') return { kind };
  if (kind === 'index' && isPlace(indices)) return { kind, indices };
  if (kind === 'region' && isPlace(start) && isPlace(end) && start.length === end.length) return { kind, start, end };
  return undefined;
}

function isPlace(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((index) => isWhole(index) && index >= 0);
}

const runtimes: readonly RuntimeChoice[] = ['auto', 'onnxruntime', 'tfjs'];
const presets: readonly Preprocessing['preset'][] = [
  'torchvision',
  'keras-tf',
  'keras-caffe',
  'raw-0-255',
  'zero-one',
  'custom',
];
const resizeRules: readonly Preprocessing['resize'][] = ['stretch', 'shorter-side-and-centre-crop'];
const interpolations: readonly Preprocessing['interpolation'][] = ['nearest', 'bilinear', 'bicubic', 'lanczos3'];
const channelOrders: readonly Preprocessing['channelOrder'][] = ['rgb', 'bgr', 'grey'];

/** A whole description, or nothing: one with a part of it missing would mean other numbers. */
function readPreprocessing(value: unknown): Preprocessing | undefined {
  if (!isFields(value)) return undefined;
  const preset = oneOf(value['preset'], presets);
  const resize = oneOf(value['resize'], resizeRules);
  const interpolation = oneOf(value['interpolation'], interpolations);
  const channelOrder = oneOf(value['channelOrder'], channelOrders);
  const { width, height, shorterSide, scale, mean, std } = value;
  if (!preset || !resize || !interpolation || !channelOrder || !isSide(width) || !isSide(height)) return undefined;
  if (shorterSide !== undefined && !isSide(shorterSide)) return undefined;
  if (!isNumber(scale) || scale === 0 || !isNumbers(mean) || !isNumbers(std)) return undefined;
  if (mean.length !== std.length || std.some((each) => each <= 0)) return undefined;
  return {
    preset,
    width,
    height,
    resize,
    ...(shorterSide !== undefined && { shorterSide }),
    interpolation,
    channelOrder,
    scale,
    mean,
    std,
  };
}

function oneOf<T>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((each) => each === value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Length of an image's side in pixels, as whylight.json allows it. */
function isSide(value: unknown): value is number {
  return isWhole(value) && value >= 1 && value <= 16384;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && (value.length === 1 || value.length === 3) && value.every(isNumber);
}
