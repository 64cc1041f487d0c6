/** JSON of checkpoints, which may come from anywhere. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange } from '../bytes/byteSource';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A description of a network is some megabytes long, of the largest some tens. */
const largestText = 1 << 28;
/** Nested models and the values in them stay far below. */
const deepest = 256;

export interface JsonOptions {
  /** How messages name it: `config.json of cats.keras`. */
  readonly name: string;
  /** Reads NaN, Infinity and -Infinity outside of texts, which Python's json writes, as null and ±1e999. */
  readonly python?: boolean;
}

/** @throws CheckpointError for what is too long, no UTF-8, no JSON or nested too deeply. */
export function readJson({ source, start, end }: ByteRange, options: JsonOptions): Json {
  const { name } = options;
  if (end - start > largestText) throw new CheckpointError(`${name} is longer than any description of a network.`);
  const bytes = source.read(start, end - start);
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CheckpointError(`${name} is damaged: it is no UTF-8 text.`, { cause: error });
  }
}

/** As {@link readJson}, of a text. */
export function parseJson(text: string, { name, python = false }: JsonOptions): Json {
  checkDepth(text, name);
  try {
    return JSON.parse(python ? plainNumbers(text) : text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CheckpointError(`${name} is truncated or damaged: it is no JSON.`, { cause: error });
  }
}

function checkDepth(text: string, name: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i);
    if (letter === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (letter === 0x5b || letter === 0x7b) {
      depth++;
      if (depth > deepest) throw new CheckpointError(`${name} is damaged: it is nested more than ${deepest} deep.`);
    } else if (letter === 0x5d || letter === 0x7d) depth--;
  }
}

function plainNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs, (part) => {
    if (part[0] === '"') return part;
    if (part === 'NaN') return 'null';
    return part[0] === '-' ? '-1e999' : '1e999';
  });
}

/** True for an object that is no list. Read its keys by `own`: `__proto__` is a name like any other in a file. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value under a key that the file itself gives; undefined where it has none. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
