/** Changes of a checkpoint, each of which follows from its seed: of its bytes, or of what its format holds. */
import { inflateRawSync } from 'node:zlib';
import { integers, mutated } from '../../support/hostile/mutations';
import { type ZipPart, zipOf } from '../../support/zip';
import { mutatedJson } from './json';
import { mutatedProtobuf } from './protobuf';

/** The files of a checkpoint, by their names relative to its folder. */
export type Files = ReadonlyMap<string, Uint8Array>;
type Below = (limit: number) => number;

/** The entries of an archive as they are unpacked; null for what is none that can be read simply. */
function entriesOf(bytes: Uint8Array): ZipPart[] | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = file.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (file.readUInt32BE(0) !== 0x504b0304 || end < 0) return null;
  const parts: ZipPart[] = [];
  let at = file.readUInt32LE(end + 16);
  for (let count = file.readUInt16LE(end + 10); count > 0; count--) {
    const [method, packed] = [file.readUInt16LE(at + 10), file.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => file.readUInt16LE(at + place)) as [
      number,
      number,
      number,
    ];
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const content = new Uint8Array(file.subarray(start, start + packed));
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    parts.push({ name, bytes: method === 8 ? new Uint8Array(inflateRawSync(content)) : content });
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}

/** Lines of a program left out, said twice, exchanged, or with another number or name in them. */
function mutatedText(text: string, below: Below): string {
  const lines = text.split('\n');
  for (let count = 1 + below(3); count > 0; count--) {
    const [a, b] = [below(lines.length), below(lines.length)];
    const line = lines[a] as string;
    const kind = below(5);
    if (kind === 0) lines.splice(a, 1);
    else if (kind === 1) lines.splice(b, 0, line);
    else if (kind === 2) [lines[a], lines[b]] = [lines[b] as string, line];
    else if (kind === 3) lines[a] = line.replace(/-?\d+/, ['-1', '0', '1e18', '99999999999', 'x'][below(5)] as string);
    else
      lines[a] = line.replace(/\w+/g, (word) =>
        below(4) === 0 ? (['self', 'None', '__proto__', word.slice(1)][below(4)] as string) : word,
      );
  }
  return lines.join('\n');
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function mutatedContent(bytes: Uint8Array, seed: number, other: Uint8Array, below: Below): Uint8Array {
  if (bytes.length < 32) return Uint8Array.from({ length: below(40) }, () => below(256));
  const first = String.fromCharCode(bytes[0] ?? 0);
  if (below(4) > 0) {
    const parts = first === 'P' && bytes[1] === 0x4b ? entriesOf(bytes) : null;
    if (parts && parts.length > 0) return mutatedArchive(parts, seed, other, below);
    if (first === '{' || first === '[') return encoder.encode(mutatedJson(decoder.decode(bytes), below));
    if (/^(class|def|op|node|CONSTANTS|import)/.test(decoder.decode(bytes.subarray(0, 12))))
      return encoder.encode(mutatedText(decoder.decode(bytes), below));
    const message =
      bytes.length < 1 << 22 && bytes[0] !== 0x89 && bytes[0] !== 0x80 ? mutatedProtobuf(bytes, below) : null;
    if (message) return message;
  }
  return mutated(bytes, seed, other);
}

function mutatedArchive(parts: ZipPart[], seed: number, other: Uint8Array, below: Below): Uint8Array {
  const kind = below(12);
  const at = below(parts.length);
  if (kind === 0) parts.splice(at, 1);
  else if (kind === 1) parts[at] = { ...(parts[at] as ZipPart), name: (parts[below(parts.length)] as ZipPart).name };
  else if (kind === 2) parts[at] = { ...(parts[at] as ZipPart), bytes: (parts[below(parts.length)] as ZipPart).bytes };
  else {
    // Weights are most of the bytes and least of the program.
    const programs = parts
      .map((_, i) => i)
      .filter((i) => /\.(json|py|pkl|h5|pb)$|version|format/.test((parts[i] as ZipPart).name));
    const place = programs.length > 0 && below(8) > 0 ? (programs[below(programs.length)] as number) : at;
    const part = parts[place] as ZipPart;
    parts[place] = { name: part.name, bytes: mutatedContent(part.bytes, seed, other, below) };
  }
  return zipOf(parts);
}

/** The files as mutation `seed` leaves them: most often one of them changed, now and then one that is gone or another's. */
export function mutatedFiles(files: Files, seed: number, other: Files): Files {
  const below = integers(seed + 1);
  const names = [...files.keys()];
  const name = names[below(names.length)] as string;
  const result = new Map(files);
  const others = [...other.values()];
  const foreign = others[below(others.length)] as Uint8Array;
  const kind = names.length > 1 ? below(20) : 2;
  if (kind === 0) result.delete(name);
  else if (kind === 1) result.set(name, foreign);
  else result.set(name, mutatedContent(files.get(name) as Uint8Array, seed, foreign, below));
  return result;
}
