/** Zip archives for tests, also such as state what is not so. */
import { crc32 } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  /** As they lie in the archive. */
  readonly bytes: Uint8Array;
  /** 0: stored as they are; 8: deflated. */
  readonly method?: number;
  /** Bytes it states to unpack to; as many as it has when absent. */
  readonly size?: number;
  readonly encrypted?: boolean;
}

/** An archive with these entries in their order. */
export function zipOf(parts: readonly ZipPart[]): Uint8Array {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    common(part, name.length).copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    common(part, name.length).copy(central, 6);
    central.writeUInt32LE(offset, 42);
    directory.push(central, name);
    chunks.push(local, name, Buffer.from(part.bytes));
    offset += 30 + name.length + part.bytes.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...chunks, listed, end]));
}

/** What a local header and one of the directory have in common. */
function common({ bytes, method = 0, size = bytes.length, encrypted }: ZipPart, nameLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE((encrypted ? 1 : 0) | 0x800, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(bytes.length, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}
