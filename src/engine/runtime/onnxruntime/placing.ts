import { relative, sep } from 'node:path';
import { LazyTensor, type StoredBytes, type StoredFile } from '../../graph/ir/lazyTensor';
import type { Tensor } from '../../graph/ir/tensor';
import { isInline, type Placing, rawBytes, rawLength } from './encodeTensor';
import type { WeightFile } from './weightFile';

/** Bytes that are handed to onnxruntime beside the protobuf. */
export interface ExternalTensor {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Where the large constants of one model are: all of them in memory, or all that lie in files in these files. */
export interface Weights {
  readonly place: Placing;
  readonly external: readonly ExternalTensor[];
  readonly files: ReadonlySet<StoredFile>;
}

/** onnxruntime finds files by paths relative to this folder. It wants them inside of it, so it is the one that everything is inside of. */
export const weightsFolder = '/';

/**
 * Onnxruntime maps a file into memory, so that all programs share its pages and nothing is copied. On Windows a mapped file could not be
 * written, and exporting a model again must not fail because someone looks at it.
 */
export const mayMap = process.platform !== 'win32';

/** Constants in memory may be copied into the protobuf, for the others' sake, when they are at most this share of those. */
const inlineShare = 0.2;

/** Fewer bytes than this are not worth a file of their own. */
const fileBytes = 1 << 23;

/**
 * onnxruntime takes constants from files or from memory, not both for one model; this chooses. Weights that lie in no file are written
 * into `file`, where there is one, so that they need not stay in memory either.
 */
export function weightsOf(constants: readonly Tensor[], mapFiles: boolean, file?: WeightFile): Weights {
  let stored = 0;
  let others = 0;
  for (const tensor of constants) {
    if (isInline(tensor)) continue;
    if (LazyTensor.storedBytes(tensor)) stored += rawLength(tensor);
    else others += rawLength(tensor);
  }
  if (!mapFiles || !mayMap) return inMemory();
  if (stored > 0 && others <= Math.min(inlineShare * stored, fileBytes)) return inFiles(() => null);
  return file && others > fileBytes && fits(file, constants) ? inFiles((tensor) => file.put(tensor)) : inMemory();
}

/** Writes what has to be written; false when the disk has no room for it. */
function fits(file: WeightFile, constants: readonly Tensor[]): boolean {
  try {
    for (const tensor of constants) if (!isInline(tensor) && !LazyTensor.storedBytes(tensor)) file.put(tensor);
    return true;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return false;
  }
}

function inFiles(otherwise: (tensor: Tensor) => StoredBytes | null): Weights {
  const files = new Set<StoredFile>();
  return {
    external: [],
    files,
    place: (tensor) => {
      const bytes = LazyTensor.storedBytes(tensor) ?? otherwise(tensor);
      if (!bytes) return null;
      files.add(bytes.file);
      const location = relative(weightsFolder, bytes.file.path).split(sep).join('/');
      return { location, offset: bytes.offset, length: bytes.length };
    },
  };
}

/** Views of the constants' own memory, each under a name of its own. */
function inMemory(): Weights {
  const external: ExternalTensor[] = [];
  return {
    external,
    files: new Set(),
    place: (tensor, length) => {
      const location = `constant-${external.length}`;
      external.push({ path: location, data: rawBytes(tensor) });
      return { location, offset: 0, length };
    },
  };
}
