import { dirname, join, resolve } from 'node:path';
import { WhylightError } from '../../shared/errors';
import type { OpenOptions } from '../../shared/question/question';
import { type Checkpoint, type Reader, readCheckpoint, readers, sha256OfCheckpoint } from '../formats';
import { locateCheckpoint } from '../formats/locate';
import {
  type FoundLabels,
  findLabels,
  findPreprocessing,
  type NotesBeside,
  namesBeside,
  type PreprocessingFinding,
  readCheckpointNotes,
  usualSide,
} from '../image';
import { type Analysis, analyse } from '../model/analysis/analyse';
import { findImageInput, type ImageInput } from '../model/analysis/imageInput';
import { inputConvention } from '../model/analysis/inputConvention';
import { namedConvention } from '../model/analysis/namedConvention';
import type { MemoryBudget } from '../model/programs/memoryBudget';

export interface DescribeOptions extends OpenOptions {
  /** What an explanation could use. */
  readonly memory?: MemoryBudget;
  /** Shape of the exact model input that is to be fed, with or without a batch; it decides the sizes that the checkpoint leaves open. */
  readonly fed?: readonly number[];
  /** The formats that are known; all that can be read when absent. */
  readonly among?: readonly Reader[];
}

/** What is known of a checkpoint that takes an image and gives logits. */
export interface Classifier {
  readonly input: ImageInput;
  readonly analysis: Analysis;
  readonly labels: FoundLabels;
}

/** What a checkpoint is, by itself and by the files beside it, before anything of it runs: as far as it could be found out. */
export interface Description {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** Hashed beside everything else: whoever needs it waits for it. Rejects with a CheckpointError when the files change meanwhile. */
  readonly sha256: Promise<string>;
  /** What whylight.json says. */
  readonly noted: NotesBeside | null;
  readonly classifier: Classifier | null;
  /** Also null for a model that no image fits, because it takes neither 1 nor 3 channels; that is no problem. */
  readonly preprocessing: PreprocessingFinding | null;
  /** What was changed, left out or seen and not used, in sentences. */
  readonly notes: readonly string[];
  /** Why something is missing; null when the checkpoint can be explained. */
  readonly problem: WhylightError | null;
}

/** That no image has as many channels as a model takes, in a sentence. */
export function noImageFits(channels: number): string {
  return `The model takes ${channels} channels, which no image gives; feed its exact input as a .npy file (--input).`;
}

/** Conventions are for colour. */
function namedFor({ channels }: ImageInput, graph: Checkpoint['graph']) {
  return channels === 3 ? namedConvention(graph) : null;
}

/** How images are prepared: as the caller says, or as is found in and beside the checkpoint. Throws as findPreprocessing does. */
async function preprocessingFor(
  path: string,
  { graph, metadata, hints }: Checkpoint,
  input: ImageInput,
  wanted: OpenOptions['preprocessing'],
): Promise<PreprocessingFinding | null> {
  if (input.channels !== 1 && input.channels !== 3) return null;
  if (wanted) return { preprocessing: wanted, how: 'as set by the caller', guessed: false, notes: [] };
  return findPreprocessing({
    checkpointPath: path,
    metadata,
    input,
    stated: hints.preprocessing,
    hint:
      inputConvention(graph, input.name) ?? (hints.preprocessing ? undefined : (namedFor(input, graph) ?? undefined)),
  });
}

/** Height and width of an input tensor; undefined for a shape that is no image's. */
function fedSize(fed: readonly number[], { layout }: ImageInput): { height: number; width: number } | undefined {
  const [a, b, c] = fed.slice(-3);
  if (a === undefined || b === undefined || c === undefined) return undefined;
  return layout === 'NCHW' ? { height: b, width: c } : { height: a, width: b };
}

/**
 * Describes a checkpoint. What is wrong with its input, its logits or its preprocessing is a part of the description.
 *
 * @param chosen its file or folder, or the file that marks the folder.
 * @throws CheckpointError when it cannot be read at all; PreprocessingError when whylight.json is not valid.
 */
export async function describeCheckpoint(chosen: string, options: DescribeOptions = {}): Promise<Description> {
  const { among = readers, memory } = options;
  const path = locateCheckpoint(chosen, among);
  const [checkpoint, noted] = await Promise.all([readCheckpoint(path, among), readCheckpointNotes(path)]);
  const sha256 = sha256OfCheckpoint(checkpoint);
  // A failure is told to whoever waits for the hash; until then it is no crash.
  sha256.catch(() => undefined);
  const { graph, metadata, hints } = checkpoint;
  let problem: WhylightError | null = null;
  const attempt = async <T>(step: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof WhylightError)) throw error;
      problem ??= error;
      return null;
    }
  };
  const input = await attempt(() => findImageInput(graph, hints.layout));
  const preprocessing =
    input && (await attempt(() => preprocessingFor(path, checkpoint, input, options.preprocessing)));
  const size =
    input &&
    ((options.fed && fedSize(options.fed, input)) ??
      preprocessing?.preprocessing ?? { height: usualSide, width: usualSide });
  const analysis =
    input && size && (await attempt(() => analyse(graph, input, size, options.logits ?? noted?.logits, memory?.limit)));
  const labels =
    analysis &&
    (await attempt(() =>
      findLabels({ checkpointPath: path, metadata, classes: analysis.logits.classes, stated: hints.labels }),
    ));
  return {
    path,
    checkpoint,
    sha256,
    noted,
    classifier: input && analysis && labels && { input, analysis, labels },
    preprocessing,
    notes: [checkpoint, analysis, preprocessing, labels].flatMap((each) => each?.notes ?? []),
    problem,
  };
}

/**
 * Absolute paths of the files, there or not, whose change makes a description out of date: the checkpoint's own, and those beside it that
 * decide preprocessing and labels. Throws PreprocessingError when whylight.json is not valid.
 */
export async function filesBehind({
  path,
  checkpoint,
}: Pick<Description, 'path' | 'checkpoint'>): Promise<readonly string[]> {
  const folder = dirname(resolve(path));
  const beside = (await namesBeside(path)).map((name) => join(folder, name));
  return [...new Set([...checkpoint.files.flatMap((file) => [file.path, file.realPath]), ...beside])];
}
