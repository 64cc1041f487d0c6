import { PreprocessingError } from '../../shared/errors';
import type { ExplainEvent } from '../../shared/explanation/events';
import type {
  EncodedFile,
  EncodeParams,
  EngineNotifications,
  ExplainParams,
  ExplainResult,
  ModelSummary,
  Priority,
  Versions,
} from '../../shared/protocol/protocol';
import type { Preprocessing } from '../../shared/question/preprocessing';
import type { ImageSource, Question } from '../../shared/question/question';
import type { RgbImage } from '../../shared/results/attribution';
import type { CheckpointFacts } from '../../shared/results/checkpointFacts';
import type { HealthReport } from '../../shared/results/health';
import { encodeFiles } from '../export';
import { locateCheckpoint } from '../formats/locate';
import type { FloatTensor } from '../graph/ir/tensor';
import { decodeImage, type LabelFile, readLabels, writeCheckpointNotes } from '../image';
import { Memo } from '../memo/memo';
import { methods as allMethods } from '../methods';
import type { Method } from '../methods/method';
import { MemoryBudget } from '../model/programs/memoryBudget';
import type { Runtimes } from '../runtime/runtimes';
import { checkHealth } from './checkHealth';
import { CheckpointCache } from './checkpoints';
import { explain } from './explain';
import { inspect } from './inspect';
import { FactsCache } from './listing/facts';
import { Turns } from './turns';
import { versions } from './versions';

type Log = (level: EngineNotifications['log']['level'], message: string) => void;

/** The most bytes of {@link Memo}, and its share of a small memory budget. */
const memoBytes = 64 * 1024 ** 2;
const memoShare = 1 / 8;

/** The engine behind the child process and the command line. Keeps the checkpoints it used last ready. */
export class Engine {
  private readonly checkpoints: CheckpointCache;
  private readonly facts = new FactsCache();
  private readonly turns = new Turns();
  private readonly memory: MemoryBudget;
  private readonly memo: Memo;

  /**
   * @param runtimes what models may run on; disposed of with the engine.
   * @param threads how many threads a run uses; one for each processor when absent.
   * @param memory MB for models and what they compute; 0 for half of the machine's.
   * @param methods the methods that there are; all of the registry when absent.
   * @param memoLimit bytes of what is kept for the next class: images as they are shown and fed, predictions, scores under cover, noise.
   *   64 MB, or an eighth of the memory when that is less, when absent.
   */
  constructor(
    private readonly runtimes: Runtimes,
    private readonly log: Log = () => {},
    threads?: number,
    memory = 0,
    private readonly methods: readonly Method[] = allMethods,
    memoLimit?: number,
  ) {
    this.memory = new MemoryBudget(memory);
    this.memo = new Memo(memoLimit ?? Math.min(memoBytes, memoShare * this.memory.limit));
    this.checkpoints = new CheckpointCache(runtimes, log, threads, this.memory, this.memo);
  }

  /** @param logits name of the value to explain; overrides whylight.json. */
  inspect(checkpoint: string, logits?: string): Promise<ModelSummary> {
    return inspect(checkpoint, logits, this.memory);
  }

  /** What a list tells of each path, in their order; see {@link FactsCache.get}. */
  async checkpointFacts(
    paths: readonly string[],
    deep: boolean,
    signal: AbortSignal,
  ): Promise<readonly CheckpointFacts[]> {
    const all: CheckpointFacts[] = [];
    await this.facts.each(paths, deep, (facts) => all.push(facts), signal);
    return all;
  }

  /**
   * Explains one image.
   *
   * @param input the exact model input, in place of decoding and preprocessing `params.image`; the image, if any, is then only shown.
   */
  explain(
    params: ExplainParams,
    emit: (event: ExplainEvent) => void,
    signal: AbortSignal,
    input?: FloatTensor,
  ): Promise<ExplainResult> {
    const { id, priority = 'foreground' } = params;
    if (this.turns.busy) emit({ id, kind: 'stage', text: 'Waiting for another explanation' });
    return this.turns.take(id, priority, signal, () => {
      emit({ id, kind: 'begun' });
      const { checkpoints, memo, log, methods } = this;
      return explain(checkpoints, params, { emit, signal, input, memo, log, methods });
    });
  }

  /** Changes the priority of an explanation that waits for its turn; nothing happens where none of this id does. */
  prioritise(id: string, priority: Priority): void {
    this.turns.prioritise(id, priority);
  }

  /**
   * Checks a checkpoint's activations and gradients on one image.
   *
   * @param input as for {@link explain}.
   */
  checkHealth(question: Question, signal: AbortSignal, input?: FloatTensor): Promise<HealthReport> {
    return this.turns.take(null, 'foreground', signal, () => checkHealth(this.checkpoints, question, signal, input));
  }

  /** The files of an explanation. `onProgress` is told after each. */
  async encode(
    params: EncodeParams,
    signal?: AbortSignal,
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly EncodedFile[]> {
    const methodTitle = (id: string): string => this.methods.find((method) => method.info.id === id)?.info.title ?? id;
    const decode = async (image: ImageSource): Promise<RgbImage> => (await decodeImage(image)).pixels;
    const used = await this.versions(params.prediction.runtime.id);
    return encodeFiles(params, { decode, versions: used, methodTitle, signal, onProgress });
  }

  /** @param runtime the one whose version is meant: the id of one, or `auto`. */
  versions(runtime = 'auto'): Promise<Versions> {
    return versions(this.runtimes, runtime);
  }

  /**
   * Writes a preprocessing into the whylight.json beside the checkpoint; without one, the one that is found for it now.
   *
   * @returns the file's path.
   */
  async keepPreprocessing(checkpoint: string, preprocessing?: Preprocessing): Promise<string> {
    const kept = preprocessing ?? (await inspect(checkpoint, undefined, this.memory)).preprocessing?.preprocessing;
    if (!kept) throw new PreprocessingError(`No preprocessing is known for ${checkpoint}; inspect it to see why.`);
    return writeCheckpointNotes(locateCheckpoint(checkpoint), { preprocessing: kept });
  }

  /**
   * Writes the name of the value to explain into the whylight.json beside the checkpoint.
   *
   * @returns the file's path.
   */
  keepLogits(checkpoint: string, logits: string): Promise<string> {
    return writeCheckpointNotes(locateCheckpoint(checkpoint), { logits });
  }

  /**
   * Writes the name of a file with labels, or the labels themselves, into the whylight.json beside the checkpoint.
   *
   * @returns the path of whylight.json.
   */
  keepLabels(checkpoint: string, labels: string | readonly string[]): Promise<string> {
    return writeCheckpointNotes(locateCheckpoint(checkpoint), { labels });
  }

  /** The names of classes in a file that somebody chose for a checkpoint. */
  readLabels(checkpoint: string, file: string): Promise<LabelFile> {
    return readLabels(locateCheckpoint(checkpoint), file);
  }

  async dispose(): Promise<void> {
    await this.checkpoints.dispose();
    await this.runtimes.dispose();
  }
}
