/** Files of TorchScript code: classes with their attributes and methods, functions, and the statements in them. */
import { readExpression, readExpressions } from './expressions';
import type { Block, ClassCode, Expression, FileCode, FunctionCode, Parameter, Statement } from './syntax';
import { TokenStream } from './tokenStream';
import { tokensOf } from './tokens';

/**
 * @param file its name in the archive, for messages.
 * @throws CheckpointError with file and line for what is no such code.
 */
export function parseCode(code: string, file: string): FileCode {
  const tokens = new TokenStream(tokensOf(code, file), file);
  const classes = new Map<string, ClassCode>();
  const functions = new Map<string, FunctionCode>();
  while (!tokens.isKind('end')) {
    if (tokens.is('class', 'name')) {
      const read = readClass(tokens);
      classes.set(read.name, read);
    } else if (tokens.is('def', 'name')) {
      const read = readFunction(tokens);
      functions.set(read.name, read);
    } else readSimple(tokens);
  }
  return { classes, functions };
}

function readClass(tokens: TokenStream): ClassCode {
  tokens.expect('class', 'name');
  const name = tokens.name();
  let base = '';
  if (tokens.accept('(')) {
    if (tokens.isKind('name')) base = tokens.name();
    tokens.expect(')');
  }
  tokens.expect(':');
  const methods = new Map<string, FunctionCode>();
  const fields: string[] = [];
  const values = new Map<string, Expression>();
  readIndented(tokens, () => {
    if (tokens.is('def', 'name')) {
      const method = readFunction(tokens);
      methods.set(method.name, method);
      return;
    }
    if (tokens.accept('@')) {
      readExpression(tokens);
      tokens.endOfLine();
      return;
    }
    if (tokens.accept('pass', 'name')) {
      tokens.endOfLine();
      return;
    }
    // `weight : Tensor`, `stride : Final[int] = 1`, `A = 1`, `__annotations__["0"] = Type`.
    const target = readExpression(tokens);
    if (tokens.accept(':')) readExpression(tokens);
    const value = tokens.accept('=') ? readExpression(tokens) : undefined;
    tokens.endOfLine();
    if (target.is === 'name' && !target.name.startsWith('__')) {
      fields.push(target.name);
      if (value) values.set(target.name, value);
    }
  });
  return { name, base, methods, fields, values };
}

function readFunction(tokens: TokenStream): FunctionCode {
  const { line, file } = tokens;
  tokens.expect('def', 'name');
  const name = tokens.name();
  tokens.expect('(');
  const parameters: Parameter[] = [];
  while (!tokens.accept(')')) {
    if (!tokens.accept('*')) {
      const parameter = tokens.name();
      const type = tokens.accept(':') ? readExpression(tokens) : undefined;
      parameters.push({ name: parameter, type, usual: tokens.accept('=') ? readExpression(tokens) : undefined });
    }
    if (!tokens.is(')')) tokens.expect(',');
  }
  if (tokens.accept('->')) readExpression(tokens);
  tokens.expect(':');
  return { name, file, line, parameters, body: readBlock(tokens) };
}

function readBlock(tokens: TokenStream): Block {
  return tokens.nested(() => {
    const statements: Statement[] = [];
    if (tokens.isKind('newline')) readIndented(tokens, () => void statements.push(readStatement(tokens)));
    else statements.push(readSimple(tokens));
    return statements;
  });
}

function readIndented(tokens: TokenStream, read: () => void): void {
  tokens.endOfLine();
  // A class without attributes or methods.
  if (!tokens.isKind('indent')) return;
  tokens.take();
  while (!tokens.isKind('dedent')) {
    if (tokens.isKind('end')) throw tokens.unexpected();
    read();
  }
  tokens.take();
}

function readStatement(tokens: TokenStream): Statement {
  const { line } = tokens;
  if (tokens.accept('if', 'name')) {
    const condition = readExpression(tokens);
    tokens.expect(':');
    const yes = readBlock(tokens);
    return { is: 'if', condition, yes, no: readElse(tokens), line };
  }
  if (tokens.accept('for', 'name')) {
    const target = readTarget(tokens);
    tokens.expect('in', 'name');
    const over = readExpression(tokens);
    tokens.expect(':');
    return { is: 'for', target, over, body: readBlock(tokens), line };
  }
  if (tokens.accept('while', 'name')) {
    const condition = readExpression(tokens);
    tokens.expect(':');
    return { is: 'while', condition, body: readBlock(tokens), line };
  }
  if (tokens.accept('with', 'name')) {
    readExpression(tokens);
    if (tokens.accept('as', 'name')) tokens.name();
    tokens.expect(':');
    return { is: 'with', body: readBlock(tokens), line };
  }
  return readSimple(tokens);
}

/** `for` binds its names before `in`, which is an operator elsewhere. */
function readTarget(tokens: TokenStream): Expression {
  const { line } = tokens;
  const names: Expression[] = [];
  do names.push({ is: 'name', name: tokens.name(), line });
  while (tokens.accept(',') && tokens.isKind('name') && !tokens.is('in', 'name'));
  return names.length === 1 ? (names[0] as Expression) : { is: 'tuple', items: names, line };
}

function readElse(tokens: TokenStream): Block {
  const { line } = tokens;
  if (tokens.accept('else', 'name')) {
    tokens.expect(':');
    return readBlock(tokens);
  }
  if (!tokens.accept('elif', 'name')) return [];
  return tokens.nested(() => {
    const condition = readExpression(tokens);
    tokens.expect(':');
    const yes = readBlock(tokens);
    return [{ is: 'if', condition, yes, no: readElse(tokens), line }];
  });
}

function readSimple(tokens: TokenStream): Statement {
  const statement = readOneLine(tokens);
  tokens.endOfLine();
  return statement;
}

function readOneLine(tokens: TokenStream): Statement {
  const { line } = tokens;
  if (tokens.accept('return', 'name')) {
    const value: Expression = tokens.isKind('newline')
      ? { is: 'constant', value: null, line }
      : readExpressions(tokens);
    return { is: 'return', value, line };
  }
  for (const is of ['pass', 'break', 'continue'] as const) if (tokens.accept(is, 'name')) return { is, line };
  if (tokens.accept('assert', 'name')) {
    const condition = readExpression(tokens);
    if (tokens.accept(',')) readExpression(tokens);
    return { is: 'assert', condition, line };
  }
  const first = readExpressions(tokens);
  if (tokens.accept(':')) {
    readExpression(tokens);
    if (!tokens.is('=') && first.is === 'name') return { is: 'declare', name: first.name, line };
  }
  if (!tokens.is('=')) return { is: 'expression', value: first, line };
  const targets: Expression[] = [first];
  let value = first;
  while (tokens.accept('=')) {
    value = readExpressions(tokens);
    targets.push(value);
  }
  return { is: 'assign', targets: targets.slice(0, -1), value, line };
}
