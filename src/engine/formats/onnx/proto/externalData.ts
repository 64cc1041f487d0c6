import { basename } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange } from '../../kit/bytes/byteSource';
import type { CheckpointFiles } from '../../kit/bytes/checkpointFiles';

/** The weights that lie in files beside the .onnx file. */
export class ExternalData {
  /** @param checkpoint path of the .onnx file, for messages. */
  constructor(
    private readonly checkpoint: string,
    private readonly files: CheckpointFiles,
  ) {}

  /**
   * The bytes of one tensor.
   *
   * @param entries `location`, `offset` and `length` as the tensor gives them
   * @param bytes how many bytes the tensor's type and shape need
   * @throws CheckpointError when the location leads out of the folder, the file is missing, or the range does not fit.
   */
  range(tensor: string, entries: ReadonlyMap<string, string>, bytes: number): ByteRange {
    const location = entries.get('location') ?? '';
    const source = this.files.open(location, (why, cause) =>
      this.problem(tensor, `has its data in “${location}”, ${why}`, cause),
    );
    const start = this.number(tensor, 'offset', entries.get('offset') ?? '0');
    const length = entries.get('length');
    if (length !== undefined && this.number(tensor, 'length', length) !== bytes) {
      throw this.problem(tensor, `takes ${bytes} bytes but is given ${length} bytes of “${location}”`);
    }
    if (start + bytes > source.size) {
      const wanted = `needs bytes ${start} to ${start + bytes} of “${location}”`;
      throw this.problem(tensor, `${wanted}, which ends at byte ${source.size}`);
    }
    return { source, start, end: start + bytes };
  }

  private number(tensor: string, key: string, text: string): number {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw this.problem(tensor, `gives “${text}” as the ${key} of its external data`);
  }

  private problem(tensor: string, what: string, cause?: unknown): CheckpointError {
    return new CheckpointError(`The weight “${tensor}” of ${basename(this.checkpoint)} ${what}.`, { cause });
  }
}
