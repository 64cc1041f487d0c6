import { codeError, type Token, type TokenKind } from './tokens';

/** Tokens with a place in them. */
export class TokenStream {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    readonly file: string,
  ) {}

  get next(): Token {
    return this.tokens[this.at] as Token;
  }

  get line(): number {
    return this.next.line;
  }

  take(): Token {
    const token = this.next;
    if (this.at < this.tokens.length - 1) this.at++;
    return token;
  }

  is(text: string, kind: TokenKind = 'operator'): boolean {
    return this.next.kind === kind && this.next.text === text;
  }

  isKind(kind: TokenKind): boolean {
    return this.next.kind === kind;
  }

  /** Takes the token when it is this one. */
  accept(text: string, kind: TokenKind = 'operator'): boolean {
    if (!this.is(text, kind)) return false;
    this.take();
    return true;
  }

  expect(text: string, kind: TokenKind = 'operator'): void {
    if (!this.accept(text, kind)) throw this.unexpected();
  }

  name(): string {
    if (!this.isKind('name')) throw this.unexpected();
    return this.take().text;
  }

  endOfLine(): void {
    if (!this.isKind('newline')) throw this.unexpected();
    this.take();
  }

  /** Something within something else, which has an end. */
  nested<T>(read: () => T): T {
    if (++this.depth > deepest) throw codeError(this.file, this.line, 'it is nested too deeply');
    const value = read();
    this.depth--;
    return value;
  }

  unexpected(): Error {
    const { kind, text } = this.next;
    const what =
      text === ''
        ? ({ newline: 'the end of a line', end: 'its end' }[kind as string] ?? 'an indentation')
        : `“${text}”`;
    return codeError(this.file, this.line, `${what} is not expected`);
  }
}

/** Brackets in brackets and blocks in blocks of real programs: some tens. */
const deepest = 150;
