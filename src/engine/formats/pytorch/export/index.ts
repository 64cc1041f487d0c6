import { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import type { Checkpoint } from '../../kit/checkpoint';
import type { Reader } from '../../kit/reader';
import { importAten } from '../aten';
import { readExportArchive } from './archive';
import { exportedProgram } from './program';

/**
 * Reads an archive of torch.export, in the operators of a training program or in core aten's.
 *
 * @throws CheckpointError when it is damaged, of a schema that is not known, or compiled to machine code; operators without a rule are no
 *   reason.
 */
export async function readExport(path: string): Promise<Checkpoint> {
  const files = new CheckpointFiles(path);
  try {
    const { program: json, weights } = await readExportArchive(files.main());
    const { program, details, producer } = exportedProgram(json, weights, path);
    const { graph, notes } = importAten(program);
    return {
      format: 'torch.export',
      producer,
      graph,
      files: files.list(),
      metadata: new Map(),
      hints: {},
      notes,
      details,
    };
  } finally {
    files.close();
  }
}

export const torchExport: Reader = {
  title: 'torch.export',
  extensions: ['.pt2'],
  match: (candidate) => candidate.kind === 'file' && candidate.is.id === 'zip torch.export',
  read: readExport,
};
