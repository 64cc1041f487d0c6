import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../shared/errors';
import { MemorySource } from '../../kit/bytes/byteSource';
import { opcode as o } from './opcodes';
import { unpickle } from './unpickle';
import { PickleGlobal, PickleRecord, PickleTuple, type PickleValue } from './values';

const folder = join(import.meta.dirname, '../../../../../test/data/pickle');

function read(bytes: Uint8Array | readonly number[], persistent?: (id: PickleValue) => PickleValue): PickleValue {
  const source = new MemorySource('a.pkl', Uint8Array.from(bytes));
  return unpickle({ source, start: 0, end: source.size }, { name: 'a.pkl', persistent }).value;
}

const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const text = (value: string) => [o.BINUNICODE, value.length, 0, 0, 0, ...letters(value)];
const global = (module: string, name: string) => [o.GLOBAL, ...letters(`${module}\n${name}\n`)];

function refused(bytes: Uint8Array | readonly number[]): string {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as CheckpointError).message;
  }
  throw new Error('It was read.');
}

describe.each([0, 1, 2, 3, 4, 5])('what Python writes by protocol %i', (protocol) => {
  const value = read(readFileSync(join(folder, `protocol${protocol}.pkl`))) as Map<string, PickleValue>;

  it('gives plain values', () => {
    const plain = {
      none: null,
      yes: true,
      no: false,
      int: 7,
      negative: -3,
      word: 70000,
      big: 2 ** 40,
      huge: 2n ** 70n,
      minus: -(2n ** 70n),
      float: 1.5,
      inf: Number.POSITIVE_INFINITY,
      text: 'äöü € "quoted" \\ \n line 𝄞',
      bytes: Uint8Array.of(0, 0xff, 10),
      tuple: new PickleTuple([]),
      one: new PickleTuple([1]),
      two: new PickleTuple([1, 2]),
      three: new PickleTuple([1, 2, 3]),
      four: new PickleTuple([1, 2, 3, 4]),
      list: [1, [2, [3]]],
      set: new Set([1, 2]),
      frozen: new Set([3]),
      ordered: new Map([
        ['x', 1],
        ['y', 2],
      ]),
      default: new Map([['k', 1]]),
      'long text': 'x'.repeat(300),
    };
    for (const [key, wanted] of Object.entries(plain)) expect(value.get(key), key).toEqual(wanted);
  });

  it('shares what is shared, and closes what is closed in itself', () => {
    expect(value.get('shared1')).toBe(value.get('shared2'));
    const cycle = value.get('cycle') as PickleValue[];
    expect(cycle[0]).toBe(cycle);
  });

  it('leaves classes and functions as names', () => {
    const thing = value.get('thing') as PickleRecord;
    expect(thing.path).toBe('somewhere.Thing');
    expect(thing.state).toEqual(
      new Map<string, PickleValue>([
        ['a', 1],
        ['__proto__', 'p'],
      ]),
    );
    expect(value.get('function')).toEqual(new PickleGlobal('posixpath', 'join'));
    const sublist = value.get('sublist') as PickleRecord;
    expect(sublist.path).toBe('somewhere.OldList');
    expect((value.get('complex') as PickleRecord).path).toMatch(/^builtins\.complex$/);
  });
});

describe('pickles that mean harm', () => {
  it('run nothing: a call of os.system is a record of it', () => {
    const called = read([...global('os', 'system'), ...text('touch /tmp/owned'), o.TUPLE1, o.REDUCE, o.STOP]);
    expect(called).toBeInstanceOf(PickleRecord);
    expect((called as PickleRecord).path).toBe('os.system');
    expect((called as PickleRecord).args).toEqual(new PickleTuple(['touch /tmp/owned']));
  });

  it('reach no object of this program by a name', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const called = read([...global('__builtin__', name), o.EMPTY_TUPLE, o.REDUCE, o.STOP]) as PickleRecord;
      expect(called.path).toBe(`builtins.${name}`);
      const dict = read([o.EMPTY_DICT, ...text(name), o.NONE, o.SETITEM, o.STOP]) as Map<string, null>;
      expect([...dict.keys()]).toEqual([name]);
    }
  });

  it('may hold themselves', () => {
    const bytes = [o.EMPTY_LIST, o.BINPUT, 0, o.BINGET, 0, o.APPEND, o.STOP];
    const list = read(bytes) as PickleValue[];
    expect(list[0]).toBe(list);
    const record = read([
      ...global('a', 'A'),
      ...[o.EMPTY_TUPLE, o.NEWOBJ, o.BINPUT, 0, o.EMPTY_DICT, ...text('me'), o.BINGET, 0, o.SETITEM, o.BUILD, o.STOP],
    ]) as PickleRecord;
    expect((record.state as Map<string, PickleValue>).get('me')).toBe(record);
  });

  it('say a billion things by sharing ten', () => {
    const bytes: number[] = [...text('lol'), o.BINPUT, 0, o.POP];
    for (let level = 0; level < 30; level++) {
      bytes.push(o.EMPTY_LIST, o.BINPUT, level + 1, o.MARK);
      for (let i = 0; i < 10; i++) bytes.push(o.BINGET, level);
      bytes.push(o.APPENDS, o.POP);
    }
    let list = read([...bytes, o.BINGET, 30, o.STOP]);
    for (let level = 0; level < 30; level++) list = (list as PickleValue[])[9] as PickleValue;
    expect(list).toBe('lol');
  });

  it('nest a hundred thousand deep', () => {
    const depth = 100_000;
    const bytes = [
      ...new Array<number>(depth).fill(o.EMPTY_LIST),
      ...new Array<number>(depth - 1).fill(o.APPEND),
      o.STOP,
    ];
    let list = read(bytes) as PickleValue[];
    let levels = 1;
    for (; list.length > 0; levels++) list = list[0] as PickleValue[];
    expect(levels).toBe(depth);
  });

  it.each<[string, readonly number[], string]>([
    [
      'a length of 2^31',
      [o.LONG4, 0, 0, 0, 0x80],
      'a.pkl is damaged: its pickle states a number of -2147483648 bytes.',
    ],
    ['a length of 2^31 − 1', [o.LONG4, 0xff, 0xff, 0xff, 0x7f], 'states a number of 2147483647 bytes'],
    ['a text of 4 GB', [o.BINUNICODE, 0xff, 0xff, 0xff, 0xff], 'ends before it is complete'],
    ['bytes of 2^63', [o.BINBYTES8, 0, 0, 0, 0, 0, 0, 0, 0x80], 'ends before it is complete'],
    ['an unknown opcode', [0xff], 'has the unknown opcode 0xff'],
    ['an extension', [o.EXT1, 1], 'refers to a registry of extensions'],
    ['a buffer', [o.NEXT_BUFFER], 'refers to buffers outside of it'],
    ['a protocol to come', [o.PROTO, 6], 'is of the unknown protocol 6'],
    ['nothing', [], 'ends before it is complete'],
    ['no end', [o.NONE], 'ends before it is complete'],
    ['an empty stack', [o.APPEND], 'takes from an empty stack'],
    ['a mark below', [o.NONE, o.MARK, o.APPEND], 'takes from an empty stack'],
    ['no mark', [o.TUPLE], 'takes from an empty stack'],
    ['an empty memo', [o.BINGET, 3], 'refers to value 3, which it does not have'],
    ['a memo of nothing', [o.BINPUT, 0], 'takes from an empty stack'],
    ['a key alone', [o.EMPTY_DICT, o.MARK, o.NONE, o.SETITEMS], 'sets a key of something that has none'],
    ['a list in a number', [o.BININT1, 1, o.NONE, o.APPEND], 'appends to something that is no list'],
    ['a name that is a number', [o.BININT1, 1, o.BININT1, 2, o.STACK_GLOBAL], 'has a name that is no text'],
    ['a line without end', letters('Iabc'), 'ends in the middle of a line'],
    ['a number of letters', letters('Iabc\n.'), 'has a number without digits'],
    ['objects elsewhere', [o.NONE, o.BINPERSID], 'refers to objects outside of it'],
  ])('%s', (_, bytes, message) => {
    expect(refused(bytes)).toContain(message);
  });

  it('fill memory with no more objects than a checkpoint has', () => {
    expect(refused(new Uint8Array(600_000).fill(o.EMPTY_DICT))).toContain('holds more objects than any checkpoint');
    expect(refused(new Uint8Array(5_000_000).fill(o.NONE))).toContain('is longer than that of any checkpoint');
    expect(refused(Uint8Array.from([o.NONE, ...new Array<number>(1_100_000).fill(o.MEMOIZE)]))).toContain(
      'remembers more values',
    );
  });
});
