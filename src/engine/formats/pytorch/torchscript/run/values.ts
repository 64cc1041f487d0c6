/** What a program's variables hold while it is read: what is known as it is, tensors and sizes by the calls that give them. */
import type { NumberArray } from '../arrays/numberArray';
import type { Ssa } from './emitter';

export type Value =
  | null
  | boolean
  | number
  | string
  | ListValue
  | TupleValue
  | DictValue
  | ObjectValue
  | TensorValue
  | SizeValue
  | UnknownValue
  | CodeName;

/** Changed in place by what has it. */
export class ListValue {
  constructor(readonly items: Value[]) {}
}

export class TupleValue {
  /** @param fields their names, of a NamedTuple. */
  constructor(
    readonly items: readonly Value[],
    readonly fields: readonly string[] = [],
  ) {}
}

export class DictValue {
  readonly entries: Map<Value, Value>;

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    this.entries = new Map(entries);
  }
}

/** A module, or an object of another class. */
export class ObjectValue {
  /** The attributes that lead to it from the whole network: `layer1.0`; null for what is no module of it. */
  path: string | null = null;
  readonly attributes = new Map<string, Value>();

  /** @param type the qualified name of its class: `__torch__.torch.nn.modules.conv.Conv2d`. */
  constructor(readonly type: string) {}
}

/** What views of one tensor share. */
export class Memory {
  /** How often it was given other content through one of them. */
  writes = 0;
  /** How often numbers of its array were changed, which all of them see. */
  mutations = 0;
}

/**
 * A tensor as variables and views refer to it: what it holds is either a result of the program or, when it follows from the code alone, an
 * array. Writing into it gives it other content; a view that was taken before is out of date then.
 */
export class TensorValue {
  private seen: number;

  constructor(
    private held: Ssa | NumberArray,
    readonly memory: Memory = new Memory(),
  ) {
    this.seen = memory.writes;
  }

  /** What it holds; null when something was written through another view of the same memory. */
  get content(): Ssa | NumberArray | null {
    return this.seen === this.memory.writes ? this.held : null;
  }

  /** The same under another name. */
  rename(content: Ssa): void {
    this.held = content;
  }

  /** Everything else that shares the memory is out of date. */
  write(content: Ssa | NumberArray): void {
    this.memory.writes++;
    this.seen = this.memory.writes;
    this.held = content;
  }
}

/** An integer that follows the input's size, or a number computed from such. */
export class SizeValue {
  /** @param axis of the image input, when it is just the length of that. */
  constructor(
    readonly ssa: Ssa,
    readonly axis: number | null = null,
    readonly isWhole = true,
  ) {}
}

/** What is not known before an image is there; `why` completes the sentence “It depends on …”. */
export class UnknownValue {
  constructor(
    readonly why: string,
    /** A length of the image that makes it true. */
    readonly needs: { readonly axis: number; readonly length: number } | null = null,
  ) {}
}

/** A name of code: `__torch__.torch.nn.functional.relu`, `torch.add`, `ops.prim`. */
export class CodeName {
  constructor(readonly path: string) {}
}
