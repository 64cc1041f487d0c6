/** Python's pickles, protocol 2, as far as PyTorch writes them. */
export type Pickled =
  | null
  | boolean
  | string
  | { readonly int: number }
  | { readonly tuple: readonly Pickled[] }
  /** Its items are put into it after it is made. */
  | { readonly dict: readonly (readonly [string, Pickled])[] }
  | { readonly global: string }
  /** What `call` gives for the arguments. */
  | { readonly call: string; readonly args: readonly Pickled[] }
  /** An object made without its constructor, and its state. */
  | { readonly object: string; readonly state: readonly (readonly [string, Pickled])[] }
  /** What the archive keeps beside the pickle. */
  | { readonly persistent: readonly Pickled[] };

const opcodes = {
  proto: 0x80,
  stop: 0x2e,
  none: 0x4e,
  true: 0x88,
  false: 0x89,
  int: 0x4a,
  unicode: 0x58,
  mark: 0x28,
  tuple: 0x74,
  emptyDict: 0x7d,
  setItems: 0x75,
  reduce: 0x52,
  global: 0x63,
  newObject: 0x81,
  emptyTuple: 0x29,
  build: 0x62,
  persistentId: 0x51,
} as const;

function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

class PickleWriter {
  readonly chunks: Uint8Array[] = [];

  op(name: keyof typeof opcodes): this {
    this.chunks.push(Uint8Array.of(opcodes[name]));
    return this;
  }

  /** A class or function as `module.name`. */
  global(path: string): this {
    const dot = path.lastIndexOf('.');
    this.op('global').chunks.push(Buffer.from(`${path.slice(0, dot)}\n${path.slice(dot + 1)}\n`));
    return this;
  }

  tuple(items: readonly Pickled[]): this {
    if (items.length === 0) return this.op('emptyTuple');
    this.op('mark');
    for (const item of items) this.value(item);
    return this.op('tuple');
  }

  dict(items: readonly (readonly [string, Pickled])[]): this {
    this.op('emptyDict');
    if (items.length === 0) return this;
    this.op('mark');
    for (const [key, item] of items) this.value(key).value(item);
    return this.op('setItems');
  }

  value(value: Pickled): this {
    if (value === null) return this.op('none');
    if (typeof value === 'boolean') return this.op(value ? 'true' : 'false');
    if (typeof value === 'string') {
      const bytes = Buffer.from(value);
      this.op('unicode').chunks.push(int32(bytes.length), bytes);
      return this;
    }
    if ('int' in value) {
      this.op('int').chunks.push(int32(value.int));
      return this;
    }
    if ('tuple' in value) return this.tuple(value.tuple);
    if ('dict' in value) return this.dict(value.dict);
    if ('global' in value) return this.global(value.global);
    if ('call' in value) return this.global(value.call).tuple(value.args).op('reduce');
    if ('persistent' in value) return this.tuple(value.persistent).op('persistentId');
    return this.global(value.object).op('emptyTuple').op('newObject').dict(value.state).op('build');
  }
}

export function pickle(value: Pickled): Uint8Array {
  const writer = new PickleWriter().op('proto');
  writer.chunks.push(Uint8Array.of(2));
  return Buffer.concat(writer.value(value).op('stop').chunks);
}
