/** Turns graphs in protobuf's text form into the binary one, which one reader reads. */
import { Lexer, type Token } from './lexer';
import { type FieldType, fieldType, type Scalar, typeNumber } from './messages';

/** Graphs are nested some ten deep. */
const deepest = 64;

/** Pieces of a message and how long they are together. */
interface Encoded {
  readonly parts: Uint8Array[];
  length: number;
}

/**
 * @param message the name of the outer one: `GraphDef`, `MetaGraphDef` or `SavedModel`.
 * @param name of the file.
 * @throws CheckpointError with the line where the text makes no sense; fields that are not known are skipped.
 */
export function binaryOf(text: Uint8Array, message: string, name: string): Uint8Array {
  const lexer = new Lexer(text, name);
  const encoded: Encoded = { parts: [], length: 0 };
  readFields(lexer, message, encoded, 0, (token) => token.kind === 'end');
  return Buffer.concat(encoded.parts, encoded.length);
}

/** The outer message of a text, by the first field in it. */
export function outerMessage(text: string): 'GraphDef' | 'MetaGraphDef' | 'SavedModel' {
  const first = /^(?:\s|#[^\n]*\n)*(\w+)/.exec(text)?.[1] ?? '';
  if (fieldType('SavedModel', first)) return 'SavedModel';
  return fieldType('GraphDef', first) || first === 'versions' ? 'GraphDef' : 'MetaGraphDef';
}

function readFields(
  lexer: Lexer,
  message: string | null,
  into: Encoded,
  depth: number,
  isEnd: (token: Token) => boolean,
): void {
  if (depth > deepest) throw lexer.damaged(`messages are nested more than ${deepest} deep`);
  for (let token = lexer.next(); !isEnd(token); token = lexer.next()) {
    if (token.kind === 'mark' && (token.text === ',' || token.text === ';')) continue;
    // `[type.url] { … }`: an extension, which graphs do not need.
    const isExtension = token.kind === 'mark' && token.text === '[';
    if (isExtension) skipBrackets(lexer);
    else if (token.kind !== 'word') throw lexer.damaged('the name of a field is missing');
    const name = token.kind === 'word' ? token.text : '';
    const field = message === null || isExtension ? undefined : fieldType(message, name);
    lexer.take(':');
    if (lexer.take('[')) {
      while (!lexer.take(']')) {
        readValue(lexer, field, into, depth);
        lexer.take(',');
      }
    } else readValue(lexer, field, into, depth);
  }
}

function skipBrackets(lexer: Lexer): void {
  for (let token = lexer.next(); token.kind !== 'mark' || token.text !== ']'; token = lexer.next()) {
    if (token.kind === 'end') throw lexer.damaged('a bracket does not end');
  }
}

function readValue(lexer: Lexer, field: FieldType | undefined, into: Encoded, depth: number): void {
  const close = lexer.take('{') ? '}' : lexer.take('<') ? '>' : null;
  if (close !== null) {
    const is = field?.is;
    const inner: Encoded = { parts: [], length: 0 };
    const message = typeof is === 'object' ? is.message : null;
    readFields(lexer, message, inner, depth + 1, (token) => {
      if (token.kind === 'end') throw lexer.damaged('a message does not end');
      return token.kind === 'mark' && token.text === close;
    });
    if (!field || message === null) return;
    append(into, Uint8Array.from([...varint(BigInt(field.number * 8 + 2)), ...varint(BigInt(inner.length))]));
    for (const part of inner.parts) into.parts.push(part);
    into.length += inner.length;
    return;
  }
  const token = lexer.next();
  if (token.kind === 'mark' || token.kind === 'end') throw lexer.damaged('a value is missing');
  if (!field) return;
  if (typeof field.is === 'object') throw lexer.damaged('a value stands where a message should');
  append(into, scalar(lexer, field.number, field.is, token));
}

function append(into: Encoded, bytes: Uint8Array): void {
  into.parts.push(bytes);
  into.length += bytes.length;
}

function scalar(lexer: Lexer, number: number, is: Scalar, token: Token & { kind: 'word' | 'text' }): Uint8Array {
  if ((is === 'text') !== (token.kind === 'text')) throw lexer.damaged('a value is of another kind than its field');
  if (token.kind === 'text') {
    const head = Uint8Array.from([...varint(BigInt(number * 8 + 2)), ...varint(BigInt(token.bytes.length))]);
    return Buffer.concat([head, token.bytes]);
  }
  const { text } = token;
  if (is === 'float' || is === 'double') {
    const bytes = new DataView(new ArrayBuffer(is === 'float' ? 4 : 8));
    const value = real(lexer, text);
    if (is === 'float') bytes.setFloat32(0, value, true);
    else bytes.setFloat64(0, value, true);
    return Uint8Array.from([...varint(BigInt(number * 8 + (is === 'float' ? 5 : 1))), ...new Uint8Array(bytes.buffer)]);
  }
  return Uint8Array.from([...varint(BigInt(number * 8)), ...varint(whole(lexer, text, is))]);
}

function real(lexer: Lexer, text: string): number {
  const special = /^(-?)(inf(?:inity)?|nan)f?$/i.exec(text);
  if (special) {
    const value = special[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return special[1] ? -value : value;
  }
  const value = Number(/^-?0x/i.test(text) ? text : text.replace(/f$/i, ''));
  if (Number.isNaN(value)) throw lexer.damaged(`“${text.slice(0, 40)}” is no number`);
  return value;
}

function whole(lexer: Lexer, text: string, is: Scalar): bigint {
  if (is === 'bool') {
    if (/^(true|True|t|1)$/.test(text)) return 1n;
    if (/^(false|False|f|0)$/.test(text)) return 0n;
  }
  if (is === 'type' && text.startsWith('DT_')) return BigInt(typeNumber(text));
  const match = /^(-?)(0x[0-9a-f]{1,16}|0[0-7]{0,22}|[1-9]\d{0,19})$/i.exec(text);
  if (!match) throw lexer.damaged(`“${text.slice(0, 40)}” is no whole number`);
  const digits = match[2] as string;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return BigInt.asUintN(64, match[1] ? -value : value);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return [...bytes, Number(left)];
}
