import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { tensorOver } from './tensors';
import type { PickledTensor, PickleValue } from './values';

export interface TorchArchive {
  /** The object that was saved, inert. */
  readonly root: PickleValue;
  /** Where the storages lie, by key. */
  readonly storages: ReadonlyMap<string, ByteRange>;
  /**
   * A tensor of the object. Its elements stay in the file until they are wanted.
   *
   * @param name for messages.
   * @throws CheckpointError for quantised, complex and other element types, and for a view that is not inside its storage.
   */
  tensor(view: PickledTensor, name: string): Tensor;
}

/** An archive of storages that were found, which tensors are made over. */
export function torchArchive(root: PickleValue, storages: ReadonlyMap<string, ByteRange>): TorchArchive {
  return {
    root,
    storages,
    tensor: (view, name) => {
      const range = storages.get(view.storage.key);
      if (!range) throw new CheckpointError(`${name} is damaged: there is no storage “${view.storage.key}”.`);
      return tensorOver(view, range, name);
    },
  };
}
