/** Numbers and texts of pickle protocol 0, which writes them as lines. */
import type { PickleBytes } from './pickleBytes';
import type { PickleValue } from './values';

/** A line of protocol 0: true and false are ints with a zero in front. */
export function intOfLine(bytes: PickleBytes): PickleValue {
  const line = bytes.line();
  return line === '00' ? false : line === '01' ? true : bytes.decimal(line);
}

const specialFloats: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

export function floatOfLine(bytes: PickleBytes): number {
  const line = bytes.line();
  const value = specialFloats.get(line) ?? (/^[-+\d.e]+$/i.test(line) ? Number(line) : undefined);
  if (value === undefined) throw bytes.damaged('has a number without digits');
  return value;
}

/** A text in quotes, as Python's repr writes it. */
export function quoted(bytes: PickleBytes): string {
  const line = bytes.line();
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote) {
    throw bytes.damaged('has a text without quotes');
  }
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return line.slice(1, -1).replace(/\\(x[\da-f]{2}|.)/gi, (_, escaped: string) => {
    return escaped.length === 3
      ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
      : (escapes[escaped] ?? escaped);
  });
}

export function rawUnicode(line: string): string {
  return line.replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
