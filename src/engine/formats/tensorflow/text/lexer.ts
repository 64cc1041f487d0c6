/** Words of protobuf's text format (https://protobuf.dev/reference/protobuf/textformat-spec). */
import { CheckpointError } from '../../../../shared/errors';

export type Token =
  /** A name, a number or a word such as `true`. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'mark'; readonly text: string }
  | { readonly kind: 'end' };

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
const end: Token = { kind: 'end' };

const isWord = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x5f ||
  byte === 0x2e ||
  byte === 0x2b;

export class Lexer {
  private at = 0;
  private ahead: Token | null = null;

  constructor(
    private readonly bytes: Uint8Array,
    /** Of the file. */
    private readonly name: string,
  ) {}

  peek(): Token {
    this.ahead ??= this.read();
    return this.ahead;
  }

  next(): Token {
    const token = this.peek();
    this.ahead = null;
    return token;
  }

  /** Takes the next token when it is this mark. */
  take(mark: string): boolean {
    const token = this.peek();
    if (token.kind !== 'mark' || token.text !== mark) return false;
    this.ahead = null;
    return true;
  }

  damaged(what: string): CheckpointError {
    let line = 1;
    for (let i = 0; i < Math.min(this.at, this.bytes.length); i++) if (this.bytes[i] === 0x0a) line++;
    return new CheckpointError(`${this.name} is truncated or damaged: in line ${line}, ${what}.`);
  }

  private read(): Token {
    this.skipBlanks();
    const byte = this.bytes[this.at];
    if (byte === undefined) return end;
    if (byte === 0x22 || byte === 0x27) return { kind: 'text', bytes: this.text() };
    const start = this.at;
    this.at++;
    // A minus begins a number, perhaps after a blank.
    if (byte === 0x2d) this.skipBlanks();
    if (isWord(byte) || byte === 0x2d) {
      const first = this.at;
      while (this.at < this.bytes.length && this.isInside(this.bytes[this.at] as number)) this.at++;
      const from = byte === 0x2d ? first : start;
      if (this.at - from > 1024) throw this.damaged('a word is longer than any can be');
      const word = Buffer.from(this.bytes.subarray(from, this.at)).toString('latin1');
      return { kind: 'word', text: byte === 0x2d ? `-${word}` : word };
    }
    return { kind: 'mark', text: String.fromCharCode(byte) };
  }

  /** A minus stands inside a number, behind its `e`. */
  private isInside(byte: number): boolean {
    if (isWord(byte)) return true;
    const before = this.bytes[this.at - 1];
    return byte === 0x2d && (before === 0x65 || before === 0x45);
  }

  private skipBlanks(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === 0x23) while (this.at < this.bytes.length && this.bytes[this.at] !== 0x0a) this.at++;
      else if (byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13)) this.at++;
      else return;
    }
  }

  /** One text, and those that follow it at once. */
  private text(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (;;) {
      const quote = this.bytes[this.at];
      if (quote !== 0x22 && quote !== 0x27) break;
      this.at++;
      parts.push(this.quoted(quote));
      this.skipBlanks();
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
  }

  private quoted(quote: number): Uint8Array {
    let close = this.at;
    while (close < this.bytes.length && this.bytes[close] !== quote) close += this.bytes[close] === 0x5c ? 2 : 1;
    if (close >= this.bytes.length) throw this.damaged('a text does not end');
    const result = new Uint8Array(close - this.at);
    let length = 0;
    while (this.at < close) {
      const byte = this.bytes[this.at++] as number;
      if (byte !== 0x5c) result[length++] = byte;
      else for (const each of this.escaped()) result[length++] = each;
    }
    this.at = close + 1;
    return result.subarray(0, length);
  }

  private escaped(): readonly number[] {
    const letter = String.fromCharCode(this.bytes[this.at] as number);
    if (/[0-7]/.test(letter)) return [Number.parseInt(this.digits(/[0-7]/, 3), 8) & 0xff];
    this.at++;
    if (letter === 'x' || letter === 'X') return [Number.parseInt(this.digits(/[0-9a-f]/i, 2), 16) || 0];
    if (letter === 'u' || letter === 'U') {
      const point = Number.parseInt(this.digits(/[0-9a-f]/i, letter === 'u' ? 4 : 8), 16);
      if (!(point <= 0x10ffff)) throw this.damaged('an escaped letter is none');
      return [...new TextEncoder().encode(String.fromCodePoint(point))];
    }
    return [Object.hasOwn(escapes, letter) ? (escapes[letter] as number) : letter.charCodeAt(0)];
  }

  private digits(digit: RegExp, most: number): string {
    let text = '';
    while (text.length < most && digit.test(String.fromCharCode(this.bytes[this.at] ?? 0))) {
      text += String.fromCharCode(this.bytes[this.at++] as number);
    }
    return text;
  }
}
