/** The cases of test/data/tflite/operators.zip: models of one operator, and what TensorFlow Lite's interpreter gives for them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileSource } from '../../src/engine/formats/kit/bytes/byteSource';
import { ZipArchive } from '../../src/engine/formats/kit/zip/zipArchive';

export interface ListedTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

export interface TfliteCase {
  /** The operator's name, and what is special about the case. */
  readonly title: string;
  readonly inputs: readonly ListedTensor[];
  readonly outputs: readonly ListedTensor[];
  /** Writes the model into a folder; gives its path. */
  writeTo(folder: string): Promise<string>;
}

export async function readTfliteCases(): Promise<readonly TfliteCase[]> {
  const archive = await ZipArchive.open(new FileSource(join(import.meta.dirname, '../data/tflite/operators.zip')));
  const listed = JSON.parse(await archive.text('cases.json')) as readonly Omit<TfliteCase, 'writeTo'>[];
  return listed.map((each, index) => ({
    ...each,
    writeTo: async (folder) => {
      const { source, start, end } = await archive.range(`${index}.tflite`);
      const path = join(folder, `${index}.tflite`);
      writeFileSync(path, source.read(start, end - start));
      return path;
    },
  }));
}
