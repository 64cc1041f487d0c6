/** Puts iTXt chunks (UTF-8, not compressed) behind the header of a PNG. */
export function withText(png: Uint8Array, text: Readonly<Record<string, string>>): Uint8Array {
  const headerEnd = 33;
  const chunks = Object.entries(text).map(([keyword, value]) => textChunk(keyword, value));
  return Buffer.concat([png.subarray(0, headerEnd), ...chunks, png.subarray(headerEnd)]);
}

function textChunk(keyword: string, value: string): Uint8Array {
  if (!/^[\x21-\x7e]([\x20-\x7e]{0,77}[\x21-\x7e])?$/.test(keyword)) {
    throw new RangeError(`“${keyword}” is no PNG keyword: it needs 1 to 79 printable ASCII characters.`);
  }
  const body = Buffer.concat([
    Buffer.from('iTXt'),
    Buffer.from(keyword),
    Buffer.alloc(5),
    Buffer.from(value.replaceAll('\0', '')),
  ]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** CRC-32 of ISO 3309, as PNG uses it. Node has its own only from 20.15 on. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
