import { CheckpointError } from '../../../../shared/errors';
import { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import type { Checkpoint } from '../../kit/checkpoint';
import type { Reader } from '../../kit/reader';
import { importAten } from '../aten';
import { openArchive } from './archive';
import { extraFiles } from './extraFiles';
import { readProgram } from './readProgram';

/**
 * Reads a TorchScript archive, traced or scripted, as far as its control flow follows from its code.
 *
 * @throws CheckpointError in one sentence, with file and line of the code where that is what cannot be read.
 */
async function read(path: string): Promise<Checkpoint> {
  const files = new CheckpointFiles(path);
  try {
    const archive = await openArchive(files.main());
    const program = readProgram(archive);
    const imported = importAten(program.program);
    const { metadata, labels } = await extraFiles(archive);
    return {
      format: 'TorchScript',
      producer: 'pytorch',
      graph: imported.graph,
      files: files.list(),
      metadata,
      hints: { layout: 'NCHW', ...(labels ? { labels } : {}) },
      notes: [...program.notes, ...imported.notes],
      details: { class: archive.root.path.replace(/^__torch__\./, '') },
    };
  } catch (error) {
    throw error instanceof RangeError && /stack/.test(error.message)
      ? new CheckpointError(`${path} cannot be read: its code is nested too deeply.`, { cause: error })
      : error;
  } finally {
    files.close();
  }
}

export const torchscript: Reader = {
  title: 'TorchScript',
  extensions: ['.pt', '.pth', '.torchscript', '.ptl'],
  match: (candidate) => candidate.kind === 'file' && candidate.is.id === 'zip torchscript',
  read,
};
