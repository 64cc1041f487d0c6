/** Changes of a protobuf's messages, with all lengths around them made right again. */
type Below = (limit: number) => number;

interface Item {
  field: number;
  wire: number;
  /** A varint's or fixed number's own bytes; of a length-delimited field what is in it. */
  bytes: Uint8Array;
  /** What is in it as messages, where it can be read so. */
  inner?: Item[];
}

function varint(bytes: Uint8Array, at: number): readonly [value: number, next: number] | null {
  let value = 0;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    const byte = bytes[at + i] as number;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return null;
}

function parse(bytes: Uint8Array, depth: number): Item[] | null {
  const items: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    const key = varint(bytes, at);
    if (!key || key[0] < 8 || key[0] > 1 << 20) return null;
    const [field, wire] = [Math.floor(key[0] / 8), key[0] % 8];
    let start = key[1];
    let end: number;
    if (wire === 0) end = varint(bytes, start)?.[1] ?? Number.POSITIVE_INFINITY;
    else if (wire === 1) end = start + 8;
    else if (wire === 5) end = start + 4;
    else if (wire === 2) {
      const length = varint(bytes, start);
      if (!length) return null;
      start = length[1];
      end = start + length[0];
    } else return null;
    if (end > bytes.length) return null;
    const item: Item = { field, wire, bytes: bytes.subarray(start, end) };
    const inner = wire === 2 && depth < 12 && item.bytes.length < 1 << 16 ? parse(item.bytes, depth + 1) : null;
    if (inner && inner.length > 0) item.inner = inner;
    items.push(item);
    at = end;
  }
  return items;
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? byte | 0x80 : byte);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function encode(items: readonly Item[]): Uint8Array {
  const parts = items.flatMap(({ field, wire, bytes, inner }) => {
    const content = inner ? encode(inner) : bytes;
    const key = encodeVarint(field * 8 + wire);
    return wire === 2 ? [key, encodeVarint(content.length), content] : [key, content];
  });
  return new Uint8Array(Buffer.concat(parts));
}

const numbers = [0, 1, 2, 3, 7, 19, 101, 255, 2 ** 31, 2 ** 31 - 1, 2 ** 40, 2 ** 53, -1, -2, -(2 ** 31)];
const texts = [
  '',
  'x',
  '__proto__',
  '^x',
  'x:1',
  'x:-1',
  'x:99999999999',
  ':',
  'a:b:c',
  '../x',
  '\u0000',
  'y'.repeat(3000),
];

const changes: ((list: Item[], at: number, below: Below, all: readonly (readonly [Item[], number])[]) => void)[] = [
  (list, at, below) => {
    const item = list[at] as Item;
    if (item.wire === 0) item.bytes = encodeVarint(numbers[below(numbers.length)] as number);
    else if (item.wire === 2 && !item.inner) item.bytes = new TextEncoder().encode(texts[below(texts.length)]);
    else if (item.wire !== 2) item.bytes = item.bytes.slice().fill([0, 0xff, 0x7f][below(3)] as number);
    else list.splice(at, 1);
  },
  (list, at) => {
    list.splice(at, 1);
  },
  (list, at, below) => {
    list.splice(below(list.length + 1), 0, structuredClone(list[at] as Item));
  },
  (list, at, below, all) => {
    const [otherList, other] = all[below(all.length)] as (typeof all)[number];
    list[at] = structuredClone(otherList[other] as Item);
  },
  (list, at, below, all) => {
    const [otherList, other] = all[below(all.length)] as (typeof all)[number];
    const field = (list[at] as Item).field;
    list[at] = { ...structuredClone(otherList[other] as Item), field };
  },
  (list, at, below) => {
    (list[at] as Item).field = 1 + below(20);
  },
];

/** The message with one to three of its fields changed, at any depth; null for bytes that are no protobuf. */
export function mutatedProtobuf(bytes: Uint8Array, below: Below): Uint8Array | null {
  const items = parse(bytes, 0);
  if (!items || items.length === 0) return null;
  for (let count = 1 + below(3); count > 0; count--) {
    const all: (readonly [Item[], number])[] = [];
    const waiting = [items];
    for (let list = waiting.pop(); list; list = waiting.pop()) {
      for (let i = 0; i < list.length; i++) {
        all.push([list, i]);
        const { inner } = list[i] as Item;
        if (inner) waiting.push(inner);
      }
    }
    if (all.length === 0) break;
    const [list, at] = all[below(all.length)] as (typeof all)[number];
    (changes[below(changes.length)] as (typeof changes)[number])(list, at, below, all);
  }
  return encode(items);
}
