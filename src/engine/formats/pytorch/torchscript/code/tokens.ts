import { CheckpointError } from '../../../../../shared/errors';

export type TokenKind = 'name' | 'number' | 'text' | 'operator' | 'newline' | 'indent' | 'dedent' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As it stands; of a text, what it says. */
  readonly text: string;
  readonly line: number;
}

/** What is wrong with a piece of code, and where: `code/__torch__/net.py, line 12`. */
export function codeError(file: string, line: number, why: string): CheckpointError {
  return new CheckpointError(`The TorchScript program cannot be read: ${file}, line ${line}: ${why}.`);
}

const deepestIndent = 100;
const pattern =
  /[ \t]+|#[^\n]*|(\n)|([A-Za-z_][A-Za-z_0-9]*)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?j?)|("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|(->|\*\*|\/\/|==|!=|<=|>=|<<|>>|[-+*/%@<>=()[\]{},:.&|^~;])/y;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
    if (code.length > 1 && code[0] === 'x') return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return escapes[code] ?? code;
  });
}

/**
 * The tokens of a file of TorchScript code, a kind of Python: blocks by indentation, lines that go on within brackets.
 *
 * @throws CheckpointError for what is no such code.
 */
export function tokensOf(code: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let [at, line, depth] = [0, 1, 0];
  const push = (kind: TokenKind, text: string) => void tokens.push({ kind, text, line });
  const startLine = (): void => {
    const spaces = /[ ]*/y;
    spaces.lastIndex = at;
    const width = spaces.exec(code)?.[0].length ?? 0;
    const next = code[at + width];
    at += width;
    if (next === undefined || next === '\n' || next === '#') return;
    while (width < (indents.at(-1) ?? 0)) {
      indents.pop();
      push('dedent', '');
    }
    if (width > (indents.at(-1) ?? 0)) {
      if (indents.length > deepestIndent) throw codeError(file, line, 'its blocks are nested too deeply');
      indents.push(width);
      push('indent', '');
    }
  };
  startLine();
  while (at < code.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(code);
    if (!match) throw codeError(file, line, `“${code[at]}” is not expected`);
    at = pattern.lastIndex;
    const [, newline, name, number, text, operator] = match;
    if (newline !== undefined) {
      if (depth === 0 && tokens.length > 0 && tokens.at(-1)?.kind !== 'newline') push('newline', '');
      line++;
      if (depth === 0) startLine();
    } else if (name !== undefined) push('name', name);
    else if (number !== undefined) push('number', number);
    else if (text !== undefined) push('text', unquoted(text));
    else if (operator !== undefined) {
      if ('([{'.includes(operator)) depth++;
      else if (')]}'.includes(operator)) depth--;
      push('operator', operator);
    }
  }
  if (tokens.length > 0 && tokens.at(-1)?.kind !== 'newline') push('newline', '');
  while (indents.length > 1) {
    indents.pop();
    push('dedent', '');
  }
  push('end', '');
  return tokens;
}
