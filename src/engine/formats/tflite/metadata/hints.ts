/** What a model says of its images and classes: in its metadata, and in the zip archive behind it. */
import { CheckpointError } from '../../../../shared/errors';
import type { Preprocessing } from '../../../../shared/question/preprocessing';
import type { Layout } from '../../../graph/ir/layout';
import type { ByteSource } from '../../kit/bytes/byteSource';
import type { LabelsHint, PreprocessingHint } from '../../kit/checkpoint';
import { ZipArchive } from '../../kit/zip/zipArchive';
import type { TensorRecord } from '../schema/model';
import { tensorType } from '../schema/tensorTypes';
import type { ModelMetadata, TensorMetadata } from './modelMetadata';

/** How one number stands for each channel. */
const spread = (values: readonly number[], channels: number): readonly number[] | null =>
  values.length === channels
    ? values
    : values.length === 1
      ? Array.from({ length: channels }, () => values[0] as number)
      : null;

/**
 * (pixel − mean) / std as the metadata say it. An input of quantised integers counts in steps of its own, and the metadata speak of the
 * numbers behind them.
 */
function normalised(
  { normalisation, colours }: TensorMetadata,
  input: TensorRecord,
  channels: number,
): Partial<Preprocessing> | null {
  const [mean, std] = [spread(normalisation?.mean ?? [], channels), spread(normalisation?.std ?? [], channels)];
  if (!mean || !std?.every((each) => each !== 0) || ![...mean, ...std].every(Number.isFinite)) return null;
  const steps = integerSteps(input);
  const [scale, zero] = steps ? [steps.scale, steps.zero] : [1, 0];
  return {
    preset: 'custom',
    resize: 'stretch',
    interpolation: 'bilinear',
    channelOrder: channels === 1 || colours === 'grey' ? 'grey' : 'rgb',
    scale: 1,
    mean: mean.map((each, i) => each - zero * scale * (std[i] as number)),
    std: std.map((each) => each * scale),
  };
}

/** Steps of an input that is fed as integers. */
function integerSteps({ quantisation, type }: TensorRecord): { readonly scale: number; readonly zero: number } | null {
  const { dtype } = tensorType(type);
  const fed = dtype === 'uint8' || dtype === 'int8' || dtype === 'int16';
  const [scale, zero] = [quantisation?.scales[0] ?? 0, quantisation?.zeroPoints[0] ?? 0];
  return fed && scale > 0 ? { scale, zero } : null;
}

/** Inputs of 8 bits take the pixels themselves, moved to where their type begins. */
function pixelsAsTheyAre(input: TensorRecord, channels: number): PreprocessingHint | null {
  const { name, dtype } = tensorType(input.type);
  if (!integerSteps(input) || dtype !== 'int8') return null;
  const all = (value: number) => Array.from({ length: channels }, () => value);
  return {
    preprocessing: {
      preset: 'custom',
      resize: 'stretch',
      interpolation: 'bilinear',
      channelOrder: channels === 1 ? 'grey' : 'rgb',
      scale: 1,
      mean: all(128),
      std: all(1),
    },
    where: `the input's type, ${name}, which holds pixels less 128`,
    guessed: false,
  };
}

/** How images are prepared; undefined where the file does not say. uint8 pixels are told from the input itself. */
export function preprocessingHint(
  metadata: ModelMetadata | null,
  inputs: readonly TensorRecord[],
  layout: Layout | undefined,
): PreprocessingHint | undefined {
  const index = inputs.findIndex(({ dims }) => dims.length === 4);
  const input = inputs[index];
  if (!input || !layout) return undefined;
  const channels = input.dims[layout === 'NCHW' ? 1 : 3];
  if (channels !== 1 && channels !== 3) return undefined;
  // Of an input of uint8, tools feed the pixels whatever the metadata say of the numbers behind them.
  if (tensorType(input.type).dtype === 'uint8') return undefined;
  const described = metadata?.inputs[index];
  const preprocessing = described && normalised(described, input, channels);
  if (preprocessing) return { preprocessing, where: "the model's TensorFlow Lite metadata", guessed: false };
  return pixelsAsTheyAre(input, channels) ?? undefined;
}

/** More than any list of classes. */
const longestList = 1 << 24;

/**
 * The labels that the metadata of an output name, out of the zip archive behind the model. Undefined when there are none.
 *
 * @throws CheckpointError when they are named but cannot be read.
 */
export async function labelsHint(source: ByteSource, metadata: ModelMetadata | null): Promise<LabelsHint | undefined> {
  const wanted = metadata?.outputs.flatMap(({ labelFiles }) => labelFiles) ?? [];
  if (wanted.length === 0) return undefined;
  const archive = await ZipArchive.open(source);
  const name = wanted.find((each) => archive.has(each));
  if (name === undefined) return undefined;
  if (archive.size(name) > longestList) {
    throw new CheckpointError(`${source.name} is damaged: “${name}” in it is longer than any list of labels.`);
  }
  const lines = (await archive.text(name)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return { names: lines, where: `${name} in the model` };
}
