/** What a pickle holds, as inert values: a name of Python code stays a name, an object of a class stays a record of what it was made of. */

/**
 * None is null; a list is an array, a dict (also an OrderedDict) a Map, a set a Set, bytes a Uint8Array; an int beyond 2^53 a bigint.
 * Values may be shared and may contain themselves.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleTuple
  | PickleGlobal
  | PickleRecord
  | PickledStorage
  | PickledTensor
  | PickleList
  | PickleDict
  | Set<PickleValue>;

export type PickleList = PickleValue[];
export type PickleDict = Map<PickleValue, PickleValue>;

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** The name of a class or function; one object for each name in a pickle. */
export class PickleGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  /** `torch.nn.modules.conv.Conv2d`. */
  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object of a class that is not interpreted, or the result of a call that was not made. */
export class PickleRecord {
  /** What `__setstate__` or `__dict__` would be given; null when nothing. */
  state: PickleValue = null;
  /** What was appended to it, when it is a kind of list or set. */
  items: PickleList | null = null;
  /** What was set in it, when it is a kind of dict. */
  entries: PickleDict | null = null;

  constructor(
    readonly type: PickleValue,
    readonly args: PickleValue,
  ) {}

  /** Of its class or function; empty when that is no name. */
  get path(): string {
    return this.type instanceof PickleGlobal ? this.type.path : '';
  }
}

/** A run of elements of one type that tensors are views of. Where its bytes lie is the archive's to say. */
export class PickledStorage {
  constructor(
    /** Torch's name: `float32`, `qint8`; `untyped` for bytes. */
    readonly dtype: string,
    readonly key: string,
    /** In elements; bytes when untyped. */
    readonly length: number,
    /** Element of the storage `key` where this one begins, when it is part of it (old files). */
    readonly start: number = 0,
  ) {}
}

/** A view of a storage by offset, lengths and strides in elements. */
export class PickledTensor {
  constructor(
    readonly storage: PickledStorage,
    /** Torch's name of the element type. */
    readonly dtype: string,
    readonly offset: number,
    readonly dims: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** The value under a text key; undefined where there is none or `value` is no dict. */
export function entry(value: PickleValue | undefined, key: string): PickleValue | undefined {
  return value instanceof Map ? value.get(key) : undefined;
}

/** Items of a list or tuple; null for anything else. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | null {
  if (value instanceof PickleTuple) return value.items;
  return Array.isArray(value) ? value : null;
}

/** Whole numbers of a list or tuple from `least` on; null for anything else. */
export function wholeNumbers(value: PickleValue | undefined, least = 0): readonly number[] | null {
  const items = itemsOf(value);
  return items?.every((item) => Number.isSafeInteger(item) && (item as number) >= least) ? (items as number[]) : null;
}
