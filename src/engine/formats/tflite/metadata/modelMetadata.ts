/** The TFLITE_METADATA of a model (tflite-support: metadata_schema.fbs): how images are normalised, and which files hold the labels. */
import type { ByteRange } from '../../kit/bytes/byteSource';
import { Flatbuffer, type Table } from '../flatbuffer/flatbuffer';

export interface ModelMetadata {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly version: string;
  readonly license: string;
  /** By the place of the tensor among the inputs. */
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

export interface TensorMetadata {
  readonly name: string;
  /** (pixel − mean) / std, of one channel or of all; null where nothing says it. */
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  readonly colours: 'rgb' | 'grey' | null;
  /** Names of files with one label a line, in class order; those without a language first. */
  readonly labelFiles: readonly string[];
}

/** Numbers of the schema's unions and enumerations. */
const [normalizationOptions, imageProperties] = [1, 2];
const [axisLabels, rgb, greyscale] = [2, 1, 2];

/** Null for what is no such metadata. */
export function readMetadata({ source, start, end }: ByteRange): ModelMetadata | null {
  const file = new Flatbuffer(source, start, end);
  if (end - start < 8 || file.identifier() !== 'M001') return null;
  const root = file.root();
  const [graph] = root.tables(3);
  return {
    name: root.text(0),
    description: root.text(1),
    version: root.text(2),
    author: root.text(4),
    license: root.text(5),
    inputs: (graph?.tables(2) ?? []).map(tensorMetadata),
    outputs: (graph?.tables(3) ?? []).map(tensorMetadata),
  };
}

function tensorMetadata(table: Table): TensorMetadata {
  const unit = table
    .tables(4)
    .find((each) => each.byte(0) === normalizationOptions)
    ?.table(1);
  const content = table.table(3);
  const image = content?.byte(0) === imageProperties ? content.table(1) : null;
  const labels = table.tables(6).filter((file) => file.byte(2) === axisLabels && file.text(0) !== '');
  const byLanguage = labels.map((file) => ({ name: file.text(0), language: file.text(3) }));
  return {
    name: table.text(0),
    normalisation: unit ? { mean: unit.floats(0), std: unit.floats(1) } : null,
    colours: { [rgb]: 'rgb' as const, [greyscale]: 'grey' as const }[image?.byte(0) ?? 0] ?? null,
    labelFiles: byLanguage.sort((a, b) => a.language.length - b.language.length).map(({ name }) => name),
  };
}
