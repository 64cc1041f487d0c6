import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { ImageError } from '../../../shared/errors';
import { refuseHugeImage } from './imageLimit';

/**
 * An SVG is a program: a few hundred bytes can ask for minutes and gigabytes, and what runs inside of librsvg cannot be interrupted. So it
 * is drawn in a process of its own, which costs a tenth of a second and is ended when it takes more than this.
 */
export interface DrawingLimits {
  readonly seconds: number;
  /** Resident memory of the process, in bytes. */
  readonly memory: number;
  readonly pixels: number;
}

/** 2²⁵ pixels are an A0 sheet at 120 dots an inch. */
export const drawingLimits: DrawingLimits = { seconds: 20, memory: 2 ** 30, pixels: 2 ** 25 };

/** An upright raster, `channels` bytes a pixel. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** What the process says, in this order: the size, `memory` as soon as it takes too much, and how it went. */
type Message =
  | { readonly kind: 'found'; readonly format: string; readonly width: number; readonly height: number }
  | { readonly kind: 'drawn'; readonly width: number; readonly height: number; readonly channels: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'memory' };

/**
 * Reads an image from standard input; draws it on white to standard output, as raw pixels, when it is an SVG of at most so many pixels.
 * Ends itself when nobody waits any more. A script of its own, since a bundle is one file.
 */
const script = `
const [, sharpPath, memory, pixels] = process.argv;
const parent = process.ppid;
const end = () => process.kill(process.pid, 'SIGKILL');
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
setInterval(() => {
  if (process.ppid !== parent || !process.connected) end();
  if (process.memoryUsage.rss() > Number(memory)) tell({ kind: 'memory' }).then(end);
}, 20);
const parts = [];
process.stdin.on('data', (part) => parts.push(part));
process.stdin.on('end', async () => {
  const sharp = require(sharpPath);
  const bytes = Buffer.concat(parts);
  try {
    const { format, width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    await tell({ kind: 'found', format, width, height });
    if (format === 'svg' && width * height <= Number(pixels)) {
      const drawing = sharp(bytes, { limitInputPixels: false, failOn: 'error' });
      const { data, info } = await drawing
        .flatten({ background: 'white' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      await tell({ kind: 'drawn', width: info.width, height: info.height, channels: info.channels });
      await new Promise((resolve) => process.stdout.write(data, resolve));
    }
  } catch (error) {
    const why = String(error.message).trim().split('\\n')[0];
    await tell(/unsupported image format/.test(why) ? { kind: 'unknown' } : { kind: 'failed', why });
  }
  end();
});
`;

interface Outcome {
  readonly messages: readonly Message[];
  readonly bytes: Uint8Array;
  readonly late: boolean;
  /** How the process ended by itself. */
  readonly ending: string;
}

function run(bytes: Uint8Array, limits: DrawingLimits): Promise<Outcome> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const sharpPath = createRequire(__filename).resolve('sharp');
  const child = spawn(process.execPath, ['-e', script, sharpPath, String(limits.memory), String(limits.pixels)], {
    env,
    stdio: ['pipe', 'pipe', 'ignore', 'ipc'],
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    const messages: Message[] = [];
    const parts: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limits.seconds * 1000);
    child.on('message', (message) => messages.push(message as Message));
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    // When the process ends early, how it ended says more than that nobody read on.
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ messages, bytes: Buffer.concat(parts), late, ending: signal ?? `exit code ${code}` });
    });
    child.stdin?.end(bytes);
  });
}

/**
 * Draws bytes that may be an SVG on white, at its own size.
 *
 * @returns null when they are no SVG but an image of another format; `unknown` when they are no image at all.
 * @throws ImageError when the drawing is damaged, has too many pixels, or takes more time or memory than the limits.
 */
export async function drawSvg(
  bytes: Uint8Array,
  name: string,
  limits: DrawingLimits = drawingLimits,
): Promise<Drawing | 'unknown' | null> {
  const { messages, bytes: data, late, ending } = await run(bytes, limits);
  const message = <K extends Message['kind']>(kind: K) =>
    messages.find((each): each is Extract<Message, { kind: K }> => each.kind === kind);
  if (message('unknown')) return 'unknown';
  const found = message('found');
  if (found && found.format !== 'svg') return null;
  if (found) refuseHugeImage(found.width, found.height, name, limits.pixels);
  const failed = message('failed');
  if (failed) {
    throw new ImageError(`${name} is an SVG drawing that cannot be drawn (${failed.why}); save it as PNG.`);
  }
  if (late) {
    throw new ImageError(`${name} takes more than ${limits.seconds} s to draw, as SVG may; save it as PNG.`);
  }
  if (message('memory')) {
    const most = limits.memory / 2 ** 20;
    throw new ImageError(`${name} takes more than ${most} MiB of memory to draw, as SVG may; save it as PNG.`);
  }
  const drawn = message('drawn');
  if (!drawn || data.length !== drawn.width * drawn.height * drawn.channels) {
    throw new ImageError(`${name} ended the process that was to draw it (${ending}); save it as PNG.`);
  }
  return { width: drawn.width, height: drawn.height, channels: drawn.channels, data };
}
