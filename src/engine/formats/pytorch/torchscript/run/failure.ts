import { CheckpointError } from '../../../../../shared/errors';

/** Where in the code something is asked. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What depends on the image's size or contents where it must be known; `needs` is a size that would settle it. */
export class DependsOnImage extends CheckpointError {
  constructor(
    why: string,
    { file, line }: Place,
    readonly needs: { readonly axis: number; readonly length: number } | null = null,
  ) {
    super(
      `The TorchScript program does not follow from its code alone (${file}, line ${line}): ${why}; save it again with torch.jit.trace.`,
    );
  }
}

export function refused({ file, line }: Place, why: string): CheckpointError {
  return new CheckpointError(`The TorchScript program cannot be read (${file}, line ${line}): ${why}.`);
}
