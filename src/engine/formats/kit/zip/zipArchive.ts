/**
 * Zip archives over a byte source: which entries there are, and where their bytes lie. What is stored as it is stays in its file and is
 * read by range like any other; what is compressed is inflated when it is asked for, never to more than the archive states.
 */
import { inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReader, type ZipFile } from 'yauzl';
import { CheckpointError } from '../../../../shared/errors';
import { type ByteRange, type ByteSource, MemorySource } from '../bytes/byteSource';
import { SourceReader } from './sourceReader';

/** Archives of checkpoints hold a file for each tensor: some thousands. */
const mostEntries = 200_000;
/** Descriptions and programs are compressed, weights are not. */
const largestInflated = 1 << 28;

interface ZipEntry {
  readonly entry: Entry;
  /** Where its bytes begin; null until they are asked for. */
  start: number | null;
}

export class ZipArchive {
  private constructor(
    private readonly source: ByteSource,
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** @throws CheckpointError when it is damaged, or lists one name twice, an absolute one or one that leads out with `..`. */
  static async open(source: ByteSource): Promise<ZipArchive> {
    const zip = await opened(source);
    if (zip.entryCount > mostEntries) {
      throw new CheckpointError(
        `${source.name} states ${zip.entryCount} entries, more than any checkpoint has: it is damaged.`,
      );
    }
    return new ZipArchive(source, zip, await listed(source, zip));
  }

  /** Names of all files in it, in its order; folders are left out. */
  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Bytes of an entry as the archive states them, unpacked. */
  size(name: string): number {
    return this.find(name).entry.uncompressedSize;
  }

  /** Bytes that an entry takes in the archive. */
  packedSize(name: string): number {
    return this.find(name).entry.compressedSize;
  }

  /** True for an entry that only a password opens. */
  isEncrypted(name: string): boolean {
    return this.find(name).entry.isEncrypted();
  }

  /**
   * The bytes of an entry, unpacked: a range of the archive's own source where they are stored as they are, else in memory.
   *
   * @param limit bytes that a compressed entry may unpack to.
   * @throws CheckpointError when there is none, it is encrypted, damaged, or longer than `limit`.
   */
  async range(name: string, limit = largestInflated): Promise<ByteRange> {
    const found = this.find(name);
    const { entry } = found;
    const damaged = (why: string, cause?: unknown) =>
      new CheckpointError(`${this.source.name} is damaged: its entry “${name}” ${why}.`, { cause });
    if (entry.isEncrypted()) {
      throw new CheckpointError(`${this.source.name} is encrypted: “${name}” in it needs a password; unpack it first.`);
    }
    found.start ??= await this.dataStart(entry);
    const range = { source: this.source, start: found.start, end: found.start + entry.compressedSize };
    if (range.end > this.source.size) throw damaged('ends behind the end of the file');
    if (entry.compressionMethod === 0) {
      if (entry.compressedSize !== entry.uncompressedSize) throw damaged('states two sizes');
      return range;
    }
    if (entry.compressionMethod !== 8) throw damaged(`is compressed by the unknown method ${entry.compressionMethod}`);
    if (entry.uncompressedSize > limit) throw damaged(`unpacks to ${entry.uncompressedSize} bytes, too many`);
    return this.inflated(name, range, entry.uncompressedSize, damaged);
  }

  /** The text of an entry. Throws as {@link range} does, and when it is no UTF-8. */
  async text(name: string): Promise<string> {
    const { source, start, end } = await this.range(name);
    if (end - start > largestInflated) {
      throw new CheckpointError(`${this.source.name} is damaged: “${name}” in it is longer than any text.`);
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(source.read(start, end - start));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new CheckpointError(`${this.source.name} is damaged: “${name}” in it is no UTF-8 text.`, { cause: error });
    }
  }

  private find(name: string): ZipEntry {
    const found = this.entries.get(name);
    if (found) return found;
    throw new CheckpointError(`${this.source.name} is incomplete: there is no “${name}” in it.`);
  }

  private dataStart(entry: Entry): Promise<number> {
    return new Promise((resolve, reject) => {
      this.zip.readLocalFileHeader(entry, { minimal: true }, (error, header) => {
        if (error) reject(damagedArchive(this.source, error));
        else resolve(header.fileDataStart);
      });
    });
  }

  private inflated(
    name: string,
    { start, end }: ByteRange,
    size: number,
    damaged: (why: string, cause?: unknown) => CheckpointError,
  ): ByteRange {
    let bytes: Uint8Array;
    try {
      const buffer = inflateRawSync(this.source.read(start, end - start), { maxOutputLength: Math.max(size, 1) });
      bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    } catch (error) {
      throw damaged('cannot be unpacked', error);
    }
    if (bytes.length !== size) throw damaged(`unpacks to ${bytes.length} bytes where ${size} are stated`);
    return { source: new MemorySource(`${name} of ${this.source.name}`, bytes), start: 0, end: size };
  }
}

function damagedArchive(source: ByteSource, cause: Error): CheckpointError {
  if (cause instanceof CheckpointError) return cause;
  return new CheckpointError(
    `${source.name} is truncated or damaged: its zip archive cannot be read (${cause.message.replace(/\.$/, '')}).`,
    { cause },
  );
}

function opened(source: ByteSource): Promise<ZipFile> {
  const options = { lazyEntries: true, autoClose: false, validateEntrySizes: false };
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(new SourceReader(source), source.size, options, (error, zip) => {
      if (error) reject(damagedArchive(source, error));
      else resolve(zip);
    });
  });
}

function listed(source: ByteSource, zip: ZipFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const entries = new Map<string, ZipEntry>();
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(damagedArchive(source, error)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      const name = entry.fileName;
      if (entries.has(name)) {
        reject(new CheckpointError(`${source.name} is damaged: it lists “${name}” twice.`));
        return;
      }
      if (!name.endsWith('/')) entries.set(name, { entry, start: null });
      zip.readEntry();
    });
    zip.readEntry();
  });
}
