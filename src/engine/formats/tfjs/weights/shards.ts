/** The files of one group of weights, as the one run of bytes that they are cut from. */
import { CheckpointError } from '../../../../shared/errors';
import type { FileSource } from '../../kit/bytes/byteSource';
import type { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import type { WeightGroup } from './manifest';

/** A part of the run that lies in one file: its bytes [start, end) there. */
export interface ShardPart {
  readonly file: FileSource;
  readonly start: number;
  readonly end: number;
}

/** Converters cut files of this length, but for the last one. */
const usualShard = 4 << 20;

export class Shards {
  readonly size: number;
  private readonly files: readonly FileSource[];
  private readonly begins: readonly number[];

  /** @throws CheckpointError when a file is not there, or named by a path that leads elsewhere. */
  constructor(
    private readonly model: string,
    private readonly group: WeightGroup,
    opened: CheckpointFiles,
  ) {
    this.files = group.paths.map((path) =>
      opened.open(path, (why, cause) => {
        const missing = why.startsWith('which is not in') || why.startsWith('which is not a file');
        const text = `${model} needs the weights file “${path}”, ${why}`;
        return new CheckpointError(missing ? `${text}: download or copy it too.` : `${text}.`, { cause });
      }),
    );
    const begins: number[] = [];
    let size = 0;
    for (const file of this.files) {
      begins.push(size);
      size += file.size;
    }
    this.begins = begins;
    this.size = size;
  }

  /**
   * The parts that hold a range of the run.
   *
   * @param needed bytes of all weights of the group, for the message.
   * @throws CheckpointError when the files end before.
   */
  parts(start: number, end: number, needed: number): readonly ShardPart[] {
    if (end > this.size) throw this.tooShort(needed);
    const parts: ShardPart[] = [];
    let index = this.fileAt(start);
    for (let at = start; at < end; index++) {
      const [file, begin] = [this.files[index] as FileSource, this.begins[index] as number];
      const until = Math.min(end, begin + file.size);
      if (until > at) parts.push({ file, start: at - begin, end: until - begin });
      at = Math.max(at, until);
    }
    return parts;
  }

  /** The last file that begins at or before a byte. */
  private fileAt(byte: number): number {
    let [low, high] = [0, this.begins.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.begins[middle] as number) <= byte) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  /** Which file is short is told by its length: all but the last one are cut to the same. */
  private tooShort(needed: number): CheckpointError {
    const { paths } = this.group;
    const short = this.files.findIndex(({ size }, i) => i < this.files.length - 1 && size < usualShard);
    const path = paths[short >= 0 ? short : paths.length - 1];
    const which =
      path === undefined ? 'no file is named for them' : `“${path}” is too short: download or copy it again`;
    return new CheckpointError(
      `${this.model} needs ${needed} bytes of weights, but its files hold ${this.size}; ${which}.`,
    );
  }
}
