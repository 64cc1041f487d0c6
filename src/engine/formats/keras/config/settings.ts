/** A layer's settings, checked: they come out of a file. */
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';

/** Why a layer cannot be brought into the graph, to follow its class in a sentence: `has computed strides`. */
export class Refused extends Error {}

/** Throws what makes the layer an unsupported node. */
export function refuse(why: string): never {
  throw new Refused(why);
}

const largestSize = 2 ** 31;

export class Settings {
  constructor(readonly object: JsonObject) {}

  /** undefined for what is not stated or null. */
  get(name: string): Json | undefined {
    return own(this.object, name) ?? undefined;
  }

  number(name: string, usual: number): number {
    const value = this.get(name) ?? usual;
    return typeof value === 'number' && !Number.isNaN(value) ? value : refuse(`has no number as its “${name}”`);
  }

  optionalNumber(name: string): number | undefined {
    return this.get(name) === undefined ? undefined : this.number(name, 0);
  }

  /** A whole number of no great size. */
  int(name: string, usual?: number): number {
    return whole(this.get(name) ?? usual, name);
  }

  flag(name: string, usual: boolean): boolean {
    const value = this.get(name) ?? usual;
    return typeof value === 'boolean' ? value : refuse(`has no truth value as its “${name}”`);
  }

  text(name: string, usual: string): string {
    const value = this.get(name) ?? usual;
    return typeof value === 'string' ? value : refuse(`has no text as its “${name}”`);
  }

  /** One number for height and width, or two. */
  pair(name: string, usual?: number | readonly [number, number]): readonly [number, number] {
    const value = this.get(name) ?? (usual as Json | undefined);
    const list = Array.isArray(value) ? (value as readonly Json[]) : [value, value];
    return list.length === 2 ? [whole(list[0], name), whole(list[1], name)] : refuse(`has ${list.length} “${name}”`);
  }

  /** One whole number or several. */
  ints(name: string, usual?: readonly number[]): readonly number[] {
    return wholes(this.get(name) ?? usual, name);
  }

  /** One number or several, in any nesting. */
  numbers(name: string): readonly number[] | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : numbersOf(value, name);
  }

  json(name: string): JsonObject | undefined {
    const value = this.get(name);
    return isJsonObject(value) ? value : undefined;
  }
}

export function whole(value: Json | undefined, name: string): number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < largestSize
    ? value
    : refuse(`has no whole number as its “${name}”`);
}

export function wholes(value: Json | undefined, name: string): readonly number[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : [value]).map((each) => whole(each, name));
}

export function numbersOf(value: Json, name: string): readonly number[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((each) => numbersOf(each, name));
  return typeof value === 'number' ? [value] : refuse(`has no numbers as its “${name}”`);
}
