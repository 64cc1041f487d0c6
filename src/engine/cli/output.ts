import { escapeControls } from '../../shared/words/plainText';

/** Prints text for a terminal on standard output; its lines stay, other control characters are escaped. */
export function print(text: string): void {
  process.stdout.write(`${text.trimEnd().split('\n').map(escapeControls).join('\n')}\n`);
}

/** Prints a value as JSON on standard output, on one line or indented; what JSON leaves as it is but a terminal acts on is escaped. */
export function printJson(value: unknown, indent?: number): void {
  const asEscape = (each: string): string => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = JSON.stringify(value, null, indent);
  process.stdout.write(`${text.replace(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, asEscape)}\n`);
}

/** Tells a failure in one line on standard error. */
export function complain(sentence: string): void {
  process.stderr.write(`whylight: ${escapeControls(sentence)}\n`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file grew too large',
  EIO: 'the device reports an error',
};

/**
 * Ends the program through `end` when standard output takes no more: with 0 when whoever reads it stopped early (`whylight methods |
 * head`), which is no failure, else with 1 and a sentence.
 */
export function watchOutput(end: (code: number) => void): void {
  let over = false;
  process.stdout.on('error', ({ code = 'an unknown error' }: NodeJS.ErrnoException) => {
    // Every later write fails in the same way.
    if (over) return;
    over = true;
    if (code !== 'EPIPE') complain(`The output cannot be written: ${reasons[code] ?? `the system says ${code}`}.`);
    end(code === 'EPIPE' ? 0 : 1);
  });
  // There is nowhere left to say it; the exit code still does.
  process.stderr.on('error', () => undefined);
}

/** Waits until everything that was printed is written, or cannot be. */
export async function flushed(): Promise<void> {
  const flush = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => {
      if (stream.errored) resolve();
      else stream.write('', () => resolve());
    });
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  // What went wrong is told as an event, after the call back.
  await new Promise((resolve) => setImmediate(resolve));
}
