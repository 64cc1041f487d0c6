/**
 * Reads pickles without running anything: names of Python code stay names, and a call is interpreted only when `calls` lists it. It works
 * through the opcodes one after another, so that neither nesting nor values that contain themselves cost more than their bytes.
 */
import type { ByteRange } from '../../kit/bytes/byteSource';
import { called } from './calls';
import { floatOfLine, intOfLine, quoted, rawUnicode } from './literals';
import { opcode } from './opcodes';
import { PickleBytes } from './pickleBytes';
import { PickleGlobal, type PickleList, PickleRecord, PickleTuple, type PickleValue } from './values';

export interface UnpickleOptions {
  /** How messages name it: `data.pkl of cats.pth`. */
  readonly name: string;
  /** What stands for an object that lies outside of the pickle; without it such a pickle is refused. */
  readonly persistent?: (id: PickleValue) => PickleValue;
}

export interface Unpickled {
  readonly value: PickleValue;
  /** Offset in the source behind the pickle. */
  readonly end: number;
}

/** Checkpoints of some thousand tensors have some hundred thousand. */
const mostOpcodes = 4_000_000;
const mostContainers = 500_000;
const mostMemo = 1_000_000;

/**
 * @param range that begins with a pickle; more may follow it.
 * @throws CheckpointError in one sentence for what is no pickle, damaged, or larger than any checkpoint's.
 */
export function unpickle(range: ByteRange, options: UnpickleOptions): Unpickled {
  return new Machine(range, options).run();
}

type Step = (machine: Machine) => void;

class Machine {
  readonly bytes: PickleBytes;
  private stack: PickleValue[] = [];
  /** Heights of the stack where marks stand. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly globals = new Map<string, PickleGlobal>();
  private containers = 0;

  constructor(
    range: ByteRange,
    private readonly options: UnpickleOptions,
  ) {
    this.bytes = new PickleBytes(range, options.name);
  }

  run(): Unpickled {
    for (let count = 0; count < mostOpcodes; count++) {
      const code = this.bytes.u8();
      if (code === opcode.STOP) return { value: this.pop(), end: this.bytes.position };
      const step = steps[code];
      if (!step) {
        throw this.bytes.damaged(`has the unknown opcode 0x${code.toString(16).padStart(2, '0')}`);
      }
      step(this);
    }
    throw this.bytes.damaged('is longer than that of any checkpoint');
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  /** As `push`, of what takes memory beyond its bytes. */
  pushContainer(value: PickleValue): void {
    if (++this.containers > mostContainers) throw this.bytes.damaged('holds more objects than any checkpoint');
    this.stack.push(value);
  }

  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.bytes.damaged('takes from an empty stack');
    return this.stack.pop() as PickleValue;
  }

  top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.bytes.damaged('takes from an empty stack');
    return this.stack.at(-1) as PickleValue;
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** What was pushed since the last mark, which goes with it. */
  popMarked(): PickleList {
    const height = this.marks.pop();
    if (height === undefined) throw this.bytes.damaged('takes from an empty stack');
    return this.stack.splice(height);
  }

  /** Takes one away, or the mark when nothing stands above it, as Python does. */
  discard(): void {
    if (this.marks.length > 0 && this.marks.at(-1) === this.stack.length) this.marks.pop();
    else this.pop();
  }

  put(index: number): void {
    if (this.memo.size >= mostMemo && !this.memo.has(index)) {
      throw this.bytes.damaged('remembers more values than that of any checkpoint');
    }
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.bytes.damaged(`refers to value ${index}, which it does not have`);
    this.push(value);
  }

  global(module: string, name: string): PickleGlobal {
    const key = `${module}\n${name}`;
    const known = this.globals.get(key);
    if (known) return known;
    if (++this.containers > mostContainers) throw this.bytes.damaged('holds more objects than any checkpoint');
    const made = new PickleGlobal(modulesOfPython2.get(module) ?? module, name);
    this.globals.set(key, made);
    return made;
  }

  persistent(id: PickleValue): void {
    const { persistent } = this.options;
    if (!persistent) throw this.bytes.damaged('refers to objects outside of it');
    this.pushContainer(persistent(id));
  }

  call(type: PickleValue, args: PickleValue): void {
    this.pushContainer(called(type, args, (why) => this.bytes.damaged(why)));
  }

  build(): void {
    const state = this.pop();
    const object = this.top();
    // Attributes of dicts and tensors say nothing about what they hold.
    if (object instanceof PickleRecord) object.state = state;
  }

  append(items: PickleList): void {
    const object = this.top();
    if (object instanceof Set) for (const item of items) object.add(item);
    else {
      const list = Array.isArray(object) ? object : object instanceof PickleRecord ? itemsOf(object) : null;
      if (!list) throw this.bytes.damaged('appends to something that is no list');
      for (const item of items) list.push(item);
    }
  }

  set(pairs: PickleList): void {
    const object = this.top();
    const dict = object instanceof Map ? object : object instanceof PickleRecord ? entriesOf(object) : null;
    if (!dict || pairs.length % 2 !== 0) throw this.bytes.damaged('sets a key of something that has none');
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i] as PickleValue, pairs[i + 1] as PickleValue);
  }
}

function itemsOf(record: PickleRecord): PickleList {
  record.items ??= [];
  return record.items;
}

function entriesOf(record: PickleRecord): Map<PickleValue, PickleValue> {
  record.entries ??= new Map();
  return record.entries;
}

const modulesOfPython2: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
]);

function dictOf(pairs: PickleList, bytes: PickleBytes): Map<PickleValue, PickleValue> {
  if (pairs.length % 2 !== 0) throw bytes.damaged('has a key without a value');
  const dict = new Map<PickleValue, PickleValue>();
  for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i] as PickleValue, pairs[i + 1] as PickleValue);
  return dict;
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof module !== 'string' || typeof name !== 'string') throw machine.bytes.damaged('has a name that is no text');
  machine.push(machine.global(module, name));
}

function newWithKeywords(machine: Machine): void {
  const keywords = machine.pop();
  const args = machine.pop();
  const type = machine.pop();
  const record = new PickleRecord(type, args);
  if (keywords instanceof Map && keywords.size > 0) record.entries = keywords;
  machine.pushContainer(record);
}

function oldInstance(machine: Machine): void {
  const type = machine.global(machine.bytes.line(), machine.bytes.line());
  machine.pushContainer(new PickleRecord(type, new PickleTuple(machine.popMarked())));
}

function oldObject(machine: Machine): void {
  const [type = null, ...args] = machine.popMarked();
  machine.pushContainer(new PickleRecord(type, new PickleTuple(args)));
}

const callTop: Step = (m) => {
  const args = m.pop();
  m.call(m.pop(), args);
};

const lastItems =
  (count: number): Step =>
  (m) => {
    const items: PickleValue[] = [];
    for (let i = 0; i < count; i++) items.unshift(m.pop());
    m.pushContainer(new PickleTuple(items));
  };

const extension: Step = (m) => {
  throw m.bytes.damaged('refers to a registry of extensions, which is not in it');
};
const outOfBand: Step = (m) => {
  throw m.bytes.damaged('refers to buffers outside of it');
};

const o = opcode;
const steps: Readonly<Record<number, Step>> = {
  [o.MARK]: (m) => m.mark(),
  [o.POP]: (m) => m.discard(),
  [o.POP_MARK]: (m) => void m.popMarked(),
  [o.DUP]: (m) => m.push(m.top()),
  [o.FLOAT]: (m) => m.push(floatOfLine(m.bytes)),
  [o.INT]: (m) => m.push(intOfLine(m.bytes)),
  [o.BININT]: (m) => m.push(m.bytes.i32()),
  [o.BININT1]: (m) => m.push(m.bytes.u8()),
  [o.BININT2]: (m) => m.push(m.bytes.u16()),
  [o.LONG]: (m) => m.push(m.bytes.decimal(m.bytes.line())),
  [o.LONG1]: (m) => m.push(m.bytes.long(m.bytes.u8())),
  [o.LONG4]: (m) => m.push(m.bytes.long(m.bytes.i32())),
  [o.NONE]: (m) => m.push(null),
  [o.NEWTRUE]: (m) => m.push(true),
  [o.NEWFALSE]: (m) => m.push(false),
  [o.BINFLOAT]: (m) => m.push(m.bytes.float64()),
  [o.PERSID]: (m) => m.persistent(m.bytes.line()),
  [o.BINPERSID]: (m) => m.persistent(m.pop()),
  [o.STRING]: (m) => m.push(quoted(m.bytes)),
  [o.BINSTRING]: (m) => m.push(m.bytes.latin1(m.bytes.u32())),
  [o.SHORT_BINSTRING]: (m) => m.push(m.bytes.latin1(m.bytes.u8())),
  [o.UNICODE]: (m) => m.push(rawUnicode(m.bytes.line())),
  [o.BINUNICODE]: (m) => m.push(m.bytes.text(m.bytes.u32())),
  [o.SHORT_BINUNICODE]: (m) => m.push(m.bytes.text(m.bytes.u8())),
  [o.BINUNICODE8]: (m) => m.push(m.bytes.text(m.bytes.u64())),
  [o.BINBYTES]: (m) => m.pushContainer(m.bytes.bytes(m.bytes.u32())),
  [o.SHORT_BINBYTES]: (m) => m.pushContainer(m.bytes.bytes(m.bytes.u8())),
  [o.BINBYTES8]: (m) => m.pushContainer(m.bytes.bytes(m.bytes.u64())),
  [o.BYTEARRAY8]: (m) => m.pushContainer(m.bytes.bytes(m.bytes.u64())),
  [o.EMPTY_LIST]: (m) => m.pushContainer([]),
  [o.LIST]: (m) => m.pushContainer(m.popMarked()),
  [o.APPEND]: (m) => {
    const item = m.pop();
    m.append([item]);
  },
  [o.APPENDS]: (m) => {
    const items = m.popMarked();
    m.append(items);
  },
  [o.EMPTY_DICT]: (m) => m.pushContainer(new Map()),
  [o.DICT]: (m) => m.pushContainer(dictOf(m.popMarked(), m.bytes)),
  [o.SETITEM]: (m) => {
    const value = m.pop();
    m.set([m.pop(), value]);
  },
  [o.SETITEMS]: (m) => m.set(m.popMarked()),
  [o.EMPTY_SET]: (m) => m.pushContainer(new Set()),
  [o.ADDITEMS]: (m) => m.append(m.popMarked()),
  [o.FROZENSET]: (m) => m.pushContainer(new Set(m.popMarked())),
  [o.EMPTY_TUPLE]: (m) => m.pushContainer(new PickleTuple([])),
  [o.TUPLE]: (m) => m.pushContainer(new PickleTuple(m.popMarked())),
  [o.TUPLE1]: lastItems(1),
  [o.TUPLE2]: lastItems(2),
  [o.TUPLE3]: lastItems(3),
  [o.GLOBAL]: (m) => m.push(m.global(m.bytes.line(), m.bytes.line())),
  [o.STACK_GLOBAL]: stackGlobal,
  [o.REDUCE]: callTop,
  [o.NEWOBJ]: callTop,
  [o.NEWOBJ_EX]: newWithKeywords,
  [o.INST]: oldInstance,
  [o.OBJ]: oldObject,
  [o.BUILD]: (m) => m.build(),
  [o.PUT]: (m) => m.put(Number(m.bytes.decimal(m.bytes.line()))),
  [o.BINPUT]: (m) => m.put(m.bytes.u8()),
  [o.LONG_BINPUT]: (m) => m.put(m.bytes.u32()),
  [o.MEMOIZE]: (m) => m.memoize(),
  [o.GET]: (m) => m.get(Number(m.bytes.decimal(m.bytes.line()))),
  [o.BINGET]: (m) => m.get(m.bytes.u8()),
  [o.LONG_BINGET]: (m) => m.get(m.bytes.u32()),
  [o.PROTO]: (m) => {
    const version = m.bytes.u8();
    if (version > 5) throw m.bytes.damaged(`is of the unknown protocol ${version}`);
  },
  [o.FRAME]: (m) => void m.bytes.u64(),
  [o.EXT1]: extension,
  [o.EXT2]: extension,
  [o.EXT4]: extension,
  [o.NEXT_BUFFER]: outOfBand,
  [o.READONLY_BUFFER]: outOfBand,
};
