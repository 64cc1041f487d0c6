/** Expressions of TorchScript code. Those that no call needs (comprehensions, lambdas) are not in it. */
import type { Expression } from './syntax';
import type { TokenStream } from './tokenStream';

/** From those that bind least to those that bind most. */
const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'is', 'in'],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '@'],
];
const unary = ['-', '+', '~'];

/** Also with commas: a tuple. */
export function readExpressions(tokens: TokenStream): Expression {
  const { line } = tokens;
  const first = readExpression(tokens);
  if (!tokens.is(',')) return first;
  const items = [first];
  while (tokens.accept(',')) {
    if (tokens.is('=') || tokens.isKind('newline')) break;
    items.push(readExpression(tokens));
  }
  return { is: 'tuple', items, line };
}

export function readExpression(tokens: TokenStream): Expression {
  return tokens.nested(() => {
    const { line } = tokens;
    const value = readBinary(tokens, 0);
    if (!tokens.accept('if', 'name')) return value;
    const condition = readBinary(tokens, 0);
    tokens.expect('else', 'name');
    return { is: 'choice', condition, yes: value, no: readExpression(tokens), line };
  });
}

function operatorOf(tokens: TokenStream, level: readonly string[]): string | null {
  const { kind, text } = tokens.next;
  if (kind !== 'operator' && kind !== 'name') return null;
  return level.includes(text) ? text : null;
}

function readBinary(tokens: TokenStream, level: number): Expression {
  const operators = levels[level];
  if (!operators) return readUnary(tokens);
  const { line } = tokens;
  if (level === 2 && tokens.accept('not', 'name')) {
    return { is: 'unary', operator: 'not', of: tokens.nested(() => readBinary(tokens, level)), line };
  }
  let left = readBinary(tokens, level + 1);
  for (;;) {
    const operator = operatorOf(tokens, operators);
    if (operator === null) return left;
    tokens.take();
    const negated = operator === 'is' && tokens.accept('not', 'name');
    const right = readBinary(tokens, level + 1);
    left = { is: 'binary', operator: negated ? 'is not' : operator, left, right, line };
  }
}

function readUnary(tokens: TokenStream): Expression {
  const { line } = tokens;
  const operator = operatorOf(tokens, unary);
  if (operator === null) return readPower(tokens);
  tokens.take();
  const of = tokens.nested(() => readUnary(tokens));
  if (operator === '-' && of.is === 'constant' && typeof of.value === 'number') return { ...of, value: -of.value };
  return { is: 'unary', operator, of, line };
}

function readPower(tokens: TokenStream): Expression {
  const { line } = tokens;
  const left = readPostfix(tokens);
  if (!tokens.accept('**')) return left;
  return { is: 'binary', operator: '**', left, right: tokens.nested(() => readUnary(tokens)), line };
}

function readPostfix(tokens: TokenStream): Expression {
  let value = readAtom(tokens);
  for (;;) {
    const { line } = tokens;
    if (tokens.accept('.')) value = { is: 'attribute', of: value, name: tokens.name(), line };
    else if (tokens.accept('[')) {
      const index = readList(tokens, ']');
      value = {
        is: 'item',
        of: value,
        index: index.length === 1 ? (index[0] as Expression) : { is: 'tuple', items: index, line },
        line,
      };
    } else if (tokens.accept('(')) value = readCall(tokens, value, line);
    else return value;
  }
}

function readCall(tokens: TokenStream, callee: Expression, line: number): Expression {
  const positional: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  while (!tokens.accept(')')) {
    const value = readExpression(tokens);
    if (value.is === 'name' && tokens.accept('=')) named.push([value.name, readExpression(tokens)]);
    else positional.push(value);
    if (!tokens.is(')')) tokens.expect(',');
  }
  return { is: 'call', callee, positional, named, line };
}

function readList(tokens: TokenStream, end: string): Expression[] {
  const items: Expression[] = [];
  while (!tokens.accept(end)) {
    items.push(readExpression(tokens));
    if (!tokens.is(end)) tokens.expect(',');
  }
  return items;
}

const constants: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['inf', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
]);

function readAtom(tokens: TokenStream): Expression {
  const { line } = tokens;
  const { kind, text } = tokens.next;
  if (kind === 'text') {
    let value = '';
    while (tokens.isKind('text')) value += tokens.take().text;
    return { is: 'constant', value, line };
  }
  if (kind === 'number' && !text.endsWith('j')) {
    tokens.take();
    return { is: 'constant', value: Number(text), line };
  }
  if (kind === 'name') {
    tokens.take();
    const value = constants.get(text);
    return value === undefined ? { is: 'name', name: text, line } : { is: 'constant', value, line };
  }
  if (tokens.accept('[')) return { is: 'list', items: readList(tokens, ']'), line };
  if (tokens.accept('{')) return readDict(tokens, line);
  if (tokens.accept('(')) return readParentheses(tokens, line);
  throw tokens.unexpected();
}

function readDict(tokens: TokenStream, line: number): Expression {
  const entries: (readonly [Expression, Expression])[] = [];
  while (!tokens.accept('}')) {
    const key = readExpression(tokens);
    tokens.expect(':');
    entries.push([key, readExpression(tokens)]);
    if (!tokens.is('}')) tokens.expect(',');
  }
  return { is: 'dict', entries, line };
}

function readParentheses(tokens: TokenStream, line: number): Expression {
  if (tokens.accept(')')) return { is: 'tuple', items: [], line };
  const first = readExpression(tokens);
  if (tokens.accept(')')) return first;
  tokens.expect(',');
  return { is: 'tuple', items: [first, ...readList(tokens, ')')], line };
}
