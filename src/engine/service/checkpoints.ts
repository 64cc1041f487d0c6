import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type OutputSelection, parseOutput } from '../../shared/question/output';
import type { FoundPreprocessing } from '../../shared/question/preprocessing';
import type { OpenOptions } from '../../shared/question/question';
import { type Checkpoint, isCurrent } from '../formats';
import { locateCheckpoint } from '../formats/locate';
import { namesBeside } from '../image';
import { Memo } from '../memo/memo';
import { LoadedModel, type RunOptions } from '../model/loaded/loadedModel';
import { MemoryBudget } from '../model/programs/memoryBudget';
import type { Runtimes } from '../runtime/runtimes';
import { type DescribeOptions, describeCheckpoint } from './describeCheckpoint';

/** A checkpoint made ready: its model, and what was found in and beside it. */
export interface OpenCheckpoint {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** Hashed beside everything else: whoever needs it waits for it. */
  readonly sha256: Promise<string>;
  readonly model: LoadedModel;
  /** null for a model that no image fits, because it takes neither 1 nor 3 channels. */
  readonly preprocessing: FoundPreprocessing | null;
  readonly labels: readonly string[] | null;
  /** Where the labels come from, in words; null without labels. */
  readonly labelsHow: string | null;
  /** True when only the number of classes speaks for them. */
  readonly labelsGuessed: boolean;
  /** Default target layer named in whylight.json. */
  readonly layer: string | undefined;
  /** Default answer named there, of a model that gives several for an image. */
  readonly output: OutputSelection | undefined;
  readonly notes: readonly string[];
}

/**
 * As many as epochs of a training are compared. What weighs, their programs, is within the memory budget that all of them share; a checkpoint
 * without its programs is its graph, whose weights stay in its file.
 */
const keptCheckpoints = 16;

async function open(
  path: string,
  options: DescribeOptions,
  machine: Omit<RunOptions, 'runtime'>,
): Promise<OpenCheckpoint> {
  const { checkpoint, sha256, noted, classifier, preprocessing, notes, problem } = await describeCheckpoint(path, {
    ...options,
    memory: machine.memory,
  });
  if (!classifier || problem) throw problem;
  const { input, analysis, labels } = classifier;
  const model = await LoadedModel.of(input, analysis, { ...machine, runtime: options.runtime });
  return {
    path,
    checkpoint,
    sha256,
    model,
    preprocessing,
    labels: labels.names,
    labelsHow: labels.names && labels.how,
    labelsGuessed: labels.guessed,
    layer: noted?.layer,
    output: parseOutput(noted?.output ?? '') ?? undefined,
    notes,
  };
}

/** Changes when a file beside the checkpoint that decides its preprocessing and labels changes. */
async function stampBeside(path: string): Promise<string> {
  const folder = dirname(path);
  const times = await Promise.all(
    (await namesBeside(path)).map(async (name) => {
      const file = join(folder, name);
      try {
        const { mtimeMs, size } = await stat(file);
        return `${mtimeMs}:${size}`;
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '-';
        throw error;
      }
    }),
  );
  return times.join(' ');
}

/** True while the checkpoint's own files are those that were read. One that failed to open is not kept. */
async function isAsRead(opened: Promise<OpenCheckpoint>): Promise<boolean> {
  return opened.then(
    ({ checkpoint }) => isCurrent(checkpoint),
    () => false,
  );
}

/** The checkpoints used last, kept ready; one that changed on disk is opened again. */
export class CheckpointCache {
  private readonly kept = new Map<string, { readonly stamp: string; readonly open: Promise<OpenCheckpoint> }>();

  constructor(
    private readonly runtimes: Runtimes,
    private readonly log: (level: 'info', message: string) => void,
    private readonly threads?: number,
    private readonly memory = new MemoryBudget(),
    /** What is kept there for a checkpoint goes with it. */
    private readonly memo = new Memo(0),
  ) {}

  /** @param fed shape of the exact model input that is to be fed, where one is; it decides the sizes that the checkpoint leaves open. */
  async get(chosen: string, options: OpenOptions, fed?: readonly number[]): Promise<OpenCheckpoint> {
    const path = locateCheckpoint(chosen);
    const key = JSON.stringify([
      path,
      options.preprocessing ?? null,
      options.runtime ?? 'auto',
      options.logits ?? null,
      fed ?? null,
    ]);
    const now = await stampBeside(path);
    const known = this.kept.get(key);
    const upToDate = known?.stamp === now && (await isAsRead(known.open));
    // While its files were looked at, somebody else may have opened it again.
    if (known !== this.kept.get(key)) return this.get(path, options, fed);
    if (known) this.kept.delete(key);
    if (known && upToDate) {
      this.kept.set(key, known);
      return known.open;
    }
    if (known) await this.release(known.open);
    this.log('info', `Opening ${path}`);
    const { runtimes, threads, memory } = this;
    const fresh = { stamp: now, open: open(path, { ...options, fed }, { runtimes, threads, memory }) };
    this.kept.set(key, fresh);
    const [oldestKey] = this.kept.keys();
    const oldest = this.kept.get(oldestKey ?? '');
    if (this.kept.size > keptCheckpoints && oldestKey !== undefined && oldest) {
      this.kept.delete(oldestKey);
      await this.release(oldest.open);
    }
    try {
      return await fresh.open;
    } catch (error) {
      if (this.kept.get(key) === fresh) this.kept.delete(key);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    const all = [...this.kept.values()];
    this.kept.clear();
    await Promise.all(all.map((each) => this.release(each.open)));
  }

  /** A checkpoint that failed to open has told its caller already and holds nothing. */
  private async release(opened: Promise<OpenCheckpoint>): Promise<void> {
    const result = await opened.then(
      (value) => value,
      () => null,
    );
    if (!result) return;
    this.memo.forget(result);
    await result.model.dispose();
  }
}
