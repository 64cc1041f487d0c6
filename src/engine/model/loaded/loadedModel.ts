import type { Answers } from '../../../shared/results/answers';
import type { ChosenLayer, LayerInfo } from '../../../shared/results/layers';
import type { Checkpoint } from '../../formats';
import type { Graph } from '../../graph/ir/graph';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import type { Runtimes } from '../../runtime/runtimes';
import { type Analysis, analyse } from '../analysis/analyse';
import { ALL_LOGITS, headActivation, SELECTION, withHead } from '../analysis/head';
import { findImageInput, type ImageInput } from '../analysis/imageInput';
import type { Evaluation, Model, ModelInput, Probes } from '../evaluation/model';
import { requestOf } from '../evaluation/request';
import { Scheduler } from '../evaluation/scheduler';
import { MemoryBudget } from '../programs/memoryBudget';
import { Programs } from '../programs/programs';
import { middleAnswer, selectedAnswers } from '../target/output';
import { computeConstants } from './computeConstants';

export interface RunOptions {
  readonly runtimes: Runtimes;
  /** The id of one of them, or `auto`, which it is when absent. */
  readonly runtime?: string;
  /** Threads of a run; one for each processor when absent. */
  readonly threads?: number;
  /** How many images a run holds at most; as many as make it faster when absent. */
  readonly batchSize?: number;
  /** The memory that this model shares with others; half of the machine's when absent. */
  readonly memory?: MemoryBudget;
}

export interface LoadOptions extends RunOptions {
  /** Image size, for checkpoints that leave it open. */
  readonly height: number;
  readonly width: number;
  /** Name of the value that holds the logits, when detection is wrong. */
  readonly logits?: string;
}

/** What does not depend on which answer is explained. */
interface Shared {
  /** Bound to batch 1, with the head of `head.ts`; its first input is the image. */
  readonly graph: Graph;
  readonly input: ModelInput;
  readonly classes: number;
  /** What the head makes probabilities with. */
  readonly activation: 'softmax' | 'sigmoid';
  /** The answers that the model gives for one image; null when it gives one. */
  readonly answers: Answers | null;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer: ChosenLayer | null;
  readonly runtime: { readonly id: string; readonly version: string; readonly why: string };
  readonly notes: readonly string[];
  readonly programs: Programs;
  readonly scheduler: Scheduler;
  readonly limit: () => number;
}

/** A checkpoint bound to an image size and a runtime. */
export class LoadedModel implements Model {
  readonly graph = this.shared.graph;
  readonly input = this.shared.input;
  readonly classes = this.shared.classes;
  readonly activation = this.shared.activation;
  readonly answers = this.shared.answers;
  readonly layers = this.shared.layers;
  readonly defaultLayer = this.shared.defaultLayer;
  readonly runtime = this.shared.runtime;
  readonly notes = this.shared.notes;

  private constructor(
    private readonly shared: Shared,
    /** 1 for the answers that are explained, [1, …]; of a model with several. */
    readonly selected?: FloatTensor,
  ) {}

  /**
   * Binds the checkpoint's graph to the image size and finds logits and layers.
   *
   * @throws UnsupportedOperatorError when a node that the logits depend on has no rule; CheckpointError when there is no image input or no
   *   logits; RuntimeFailure when one image takes more memory than there may be.
   */
  static async load(checkpoint: Checkpoint, options: LoadOptions): Promise<LoadedModel> {
    const input = findImageInput(checkpoint.graph, checkpoint.hints.layout);
    const analysis = analyse(checkpoint.graph, input, options, options.logits, options.memory?.limit);
    return LoadedModel.of(input, analysis, options);
  }

  /** The model of a graph that was analysed. Programs are compiled when they are first needed. */
  static async of(input: ImageInput, analysis: Analysis, options: RunOptions): Promise<LoadedModel> {
    const { graph, dims, anyBatch, logits, layers, defaultLayer, notes } = analysis;
    const { runtime, why } = await options.runtimes.choose(options.runtime ?? 'auto');
    const memory = options.memory ?? new MemoryBudget();
    const weights = runtime.createWeightStore?.();
    const { layout, channels } = input;
    const [height = 0, width = 0] = layout === 'NCHW' ? dims.slice(1) : dims;
    try {
      const headed = withHead(
        await computeConstants(graph, runtime, { weights, memory, threads: options.threads }),
        logits,
      );
      const programs = new Programs(
        runtime,
        headed,
        input.name,
        { dynamicBatch: anyBatch, threads: options.threads, weights },
        memory,
      );
      // Before an image is made as large as the model wants it.
      programs.checkRoom();
      const limit = anyBatch ? () => options.batchSize ?? programs.batchSize : () => 1;
      const shared: Shared = {
        graph: headed,
        input: { dims, layout, channels, height, width },
        classes: logits.classes,
        activation: headActivation(logits),
        answers: logits.answers,
        layers,
        defaultLayer,
        runtime: { id: runtime.id, version: runtime.version, why },
        notes,
        programs,
        scheduler: new Scheduler(
          (batch) => programs.run(batch),
          limit,
          (spec) => programs.isReady(spec),
        ),
        limit,
      };
      const model = new LoadedModel(shared);
      return logits.answers
        ? model.choosing(selectedAnswers(logits.answers, middleAnswer(logits.answers).selection))
        : model;
    } catch (error) {
      weights?.dispose();
      throw error;
    }
  }

  /**
   * The same model with the sum over other answers as its logits; it shares its programs with this one, and one is disposed of with the other.
   *
   * @param selected 1 for the answers that are summed and 0 for the others, row by row.
   */
  choosing(selected: Float32Array): LoadedModel {
    const dims = this.graph.types.get(SELECTION)?.dims;
    if (!dims) throw new Error('The model has one answer for an image.');
    return new LoadedModel(this.shared, float32(dims as readonly number[], selected));
  }

  /** The logits of all answers for one image, [1, answers before the axis of the classes, classes, answers behind it]. */
  async allLogits(input: FloatTensor, signal?: AbortSignal): Promise<FloatTensor> {
    const evaluation = await this.evaluate(input, { activations: [ALL_LOGITS] }, signal);
    return evaluation.activation(ALL_LOGITS);
  }

  get batchSize(): number {
    return this.shared.limit();
  }

  async evaluate(input: FloatTensor, probes: Probes, signal?: AbortSignal): Promise<Evaluation> {
    return this.shared.scheduler.evaluate(requestOf(this, input, probes), signal);
  }

  /** Shape of a float32 value for one image, with its batch of 1; undefined when the model has no such value. */
  dimsOf(value: string): readonly number[] | undefined {
    const type = this.graph.types.get(value);
    return type?.dtype === 'float32' ? ((type.dims as readonly number[] | null) ?? undefined) : undefined;
  }

  /** Releases the runtime's memory; the model must not be used afterwards. */
  dispose(): Promise<void> {
    return this.shared.programs.dispose();
  }
}
